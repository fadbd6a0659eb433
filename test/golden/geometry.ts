import * as array from "@marey/core/array";
import type { Case, Operations } from "./fixture.js";
import { numbers } from "./fixture.js";

type Row = Float64Array;

/** Applies a function to the rows of a tensor (its entries along the first axis) and joins the results. */
function perRow(fixture: Case, name: string, f: (row: Row, n: number) => ArrayLike<number>): number[] {
  const tensor = fixture.inputs[name];
  const values = numbers(tensor);
  const length = values.length / (tensor.shape[0] || 1);
  return Array.from({ length: tensor.shape[0] }, (_, n) =>
    Array.from(f(values.subarray(n * length, (n + 1) * length), n)),
  ).flat();
}

const row = (fixture: Case, name: string, n: number, length: number) =>
  numbers(fixture.inputs[name]).subarray(n * length, (n + 1) * length);
const radians = (v: Row) => v.map((angle) => (angle * Math.PI) / 180);
const degrees = (v: Row) => v.map((angle) => (angle * 180) / Math.PI);

const rotations: Operations = {
  rotationVectorToMatrix: (c) => ({ R: perRow(c, "v", (v) => array.rotationVectorToMatrix(v)) }),
  matrixToRotationVector: (c) => ({ v: perRow(c, "R", (R) => array.matrixToRotationVector(R)) }),
  rotationVectorToMatrixJacobian: (c) => ({ dRdv: perRow(c, "v", array.rotationVectorToMatrixJacobian) }),
  quaternionToMatrix: (c) => ({ R: perRow(c, "q", (q) => array.quaternionToMatrix(q)) }),
  matrixToQuaternion: (c) => ({ q: perRow(c, "R", (R) => array.matrixToQuaternion(R)) }),
  quaternionToRotationVector: (c) => ({ v: perRow(c, "q", (q) => array.quaternionToRotationVector(q)) }),
  quaternionMultiply: (c) => ({
    q: perRow(c, "a", (a, n) => array.quaternionMultiply(a, row(c, "b", n, 4))),
  }),
  quaternionRotate: (c) => ({ y: perRow(c, "q", (q, n) => array.quaternionRotate(q, row(c, "v", n, 3))) }),
  slerp: (c) => ({
    R: perRow(c, "a", (a, n) =>
      Array.from(numbers(c.inputs.t)).flatMap((t) =>
        Array.from(array.quaternionToMatrix(array.slerp(a, row(c, "b", n, 4), t))),
      ),
    ),
  }),
  rotationMean: (c) => ({ mean: array.rotationMean(numbers(c.inputs.R), numbers(c.inputs.w)) }),
  nearestRotation: (c) => ({ R: perRow(c, "M", array.nearestRotation) }),
  rotationFrom6d: (c) => ({ R: perRow(c, "x", array.rotationFrom6d) }),
  eulerRoundTrip: (c) => {
    const { order, frame } = c.attributes;
    const R = perRow(c, "angles", (v) => array.eulerToMatrix(radians(v), order, frame));
    const anglesFromR = perRow(c, "angles", (v) =>
      degrees(array.matrixToEuler(array.eulerToMatrix(radians(v), order, frame), order, frame)),
    );
    return { R, anglesFromR };
  },
  eulerGimbalLock: (c) => {
    const { order, frame } = c.attributes;
    return {
      R: perRow(c, "R", (R) => array.eulerToMatrix(array.matrixToEuler(R, order, frame), order, frame)),
    };
  },
};

/** The operations of the golden group `geometry` on the code of this project. */
export const geometry: Operations = { ...rotations };
