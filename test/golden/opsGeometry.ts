import type { Node } from "@marey/core/graph";
import * as g from "@marey/core/graph";
import type { Operations } from "./fixture.js";
import { graphOperation } from "./graph.js";

const turning = (from: string, to: string, op: (x: Node) => Node) =>
  graphOperation((inputs) => ({ [to]: op(inputs[from]!) }));

/** Rotations, alignments and small linear algebra (golden group `ops`). */
export const opsGeometry: Operations = {
  rotation6dToMatrix: graphOperation(({ x }, { layout }) => ({ matrix: g.rotation6dToMatrix(x!, layout) })),
  rotation6dToAxisAngle: graphOperation(({ x }, { layout }) => ({
    axisAngle: g.matrixToAxisAngle(g.rotation6dToMatrix(x!, layout)),
  })),
  axisAngleToMatrix: turning("x", "matrix", g.axisAngleToMatrix),
  matrixToAxisAngle: turning("matrix", "axisAngle", g.matrixToAxisAngle),
  axisAngleRoundTrip: turning("x", "axisAngle", (x) => g.matrixToAxisAngle(g.axisAngleToMatrix(x))),
  axisAngleToQuaternion: turning("x", "q", g.axisAngleToQuaternion),
  quaternionToMatrix: turning("q", "matrix", g.quaternionToMatrix),
  quaternionMultiply: graphOperation(({ a, b }) => ({ q: g.quaternionMultiply(a!, b!) })),
  matrixToQuaternion: turning("matrix", "q", g.matrixToQuaternion),
  orthogonalProcrustes: turning("matrix", "rotation", g.orthogonalProcrustes),
  similarityAlignment: graphOperation(({ source, target }) => ({
    ...g.similarityAlignment(source!, target!),
  })),
  cross: graphOperation(({ a, b }, { axis }) => ({ y: g.cross(a!, b!, axis) })),
  inverse: turning("x", "y", g.inverse),
  determinant: turning("x", "y", g.determinant),
  solve: graphOperation(({ a, b }) => ({ y: g.solve(a!, b!) })),
};
