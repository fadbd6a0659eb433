import { type Camera, cameraCentre, viewingRays } from "@marey/core/camera";
import type { Box } from "@marey/core/metric";
import { poseOks } from "@marey/core/metric";
import { coco17 } from "@marey/core/skeleton";
import {
  assign,
  assignWithin,
  epipolarDistance,
  rayDistance,
  softSuppressByOks,
  suppressByBox,
  suppressByNearbyJoints,
  suppressByOks,
} from "@marey/core/track";
import { type Case, numbers, type Operations } from "./fixture.js";

/** The operations of the golden group `association` on the code of this project. */
export const association: Operations = {
  linearAssignment({ inputs, attributes }) {
    const [rows = 0, columns = 0] = inputs.cost!.shape;
    return { ...assign(numbers(inputs.cost!), rows, columns, { maximise: attributes.maximise }) };
  },
  gatedAssignment({ inputs, attributes: { limit } }) {
    const [rows = 0, columns = 0] = inputs.cost!.shape;
    const found = assignWithin(numbers(inputs.cost!), rows, columns, limit);
    const unmatched = rows + columns - 2 * found.rows.length;
    return {
      pairs: found.rows.flatMap((row, i) => [row, found.columns[i]!]),
      objective: found.total + (unmatched * limit) / 2,
    };
  },
  oksBetweenPoses(fixture) {
    const { poses, areas, sigmas } = scored(fixture);
    const { visibilityThreshold } = fixture.attributes;
    const oks = poses.flatMap((a, i) =>
      poses.map((b, j) => poseOks(a, b, areas[i]!, areas[j]!, sigmas, visibilityThreshold)),
    );
    return { oks };
  },
  oksNms(fixture) {
    const { threshold, visibilityThreshold: visibility } = fixture.attributes;
    return { keep: suppressByOks(scored(fixture), { threshold, visibility }) };
  },
  softOksNms(fixture) {
    const { threshold, visibilityThreshold: visibility, maxDetections: maximum } = fixture.attributes;
    return { keep: softSuppressByOks(scored(fixture), { threshold, visibility, maximum }) };
  },
  nearbyJointsNms({ inputs, attributes }) {
    const { distanceThreshold: distance, nearbyJoints: joints, maxDetections: maximum } = attributes;
    const scores = numbers(inputs.score!);
    return {
      keep: suppressByNearbyJoints(posesOf(inputs.keypoints!), scores, { distance, joints, maximum }),
    };
  },
  boxNms({ inputs, attributes: { threshold, pixelInclusive: inclusive } }) {
    const rows = posesOf(inputs.boxes!);
    const scores = rows.map((row) => row[4]!);
    const boxes = rows.map((row) => Array.from(row.subarray(0, 4)) as unknown as Box);
    return { keep: suppressByBox(boxes, scores, { threshold, inclusive }) };
  },
  epipolarDistances({ inputs }) {
    const [F, a, b] = [numbers(inputs.F!), numbers(inputs.a!), numbers(inputs.b!)];
    const all = Array.from({ length: a.length / 2 }, (_, i) =>
      epipolarDistance(F, a[2 * i]!, a[2 * i + 1]!, b[2 * i]!, b[2 * i + 1]!),
    );
    return {
      linesInB: all.flatMap(({ lineInB }) => [...lineInB]),
      linesInA: all.flatMap(({ lineInA }) => [...lineInA]),
      distanceInB: all.map(({ inB }) => inB),
      distanceInA: all.map(({ inA }) => inA),
      symmetricSquared: all.map(({ inA, inB }) => inA * inA + inB * inB),
      meanDistance: all.map(({ inA, inB }) => (inA + inB) / 2),
      sampsonSquared: all.map(({ sampsonSquared }) => sampsonSquared),
      algebraic: all.map(({ algebraic }) => algebraic),
    };
  },
  rayDistance({ inputs }) {
    const [A, B] = ["A", "B"].map((side) =>
      cameraOf(numbers(inputs[`K${side}`]!), numbers(inputs[`R${side}`]!), numbers(inputs[`t${side}`]!)),
    ) as [Camera, Camera];
    const directionA = viewingRays(numbers(inputs.a!), A);
    const directionB = viewingRays(numbers(inputs.b!), B);
    const [centreA, centreB] = [cameraCentre(A), cameraCentre(B)];
    const distance = Array.from({ length: directionA.length / 3 }, (_, i) =>
      rayDistance(centreA, directionA, centreB, directionB, 3 * i, 3 * i),
    );
    return { distance, directionA, directionB };
  },
};

function cameraOf(K: Float64Array, rotation: Float64Array, translation: Float64Array): Camera {
  const [fx = 0, , cx = 0, , fy = 0, cy = 0] = K;
  return { name: "", width: 0, height: 0, fx, fy, cx, cy, distortion: [], rotation, translation };
}

function scored({ inputs }: Case) {
  return {
    poses: posesOf(inputs.keypoints!),
    areas: numbers(inputs.area!),
    scores: inputs.score ? numbers(inputs.score) : [],
    sigmas: coco17.sigmas,
  };
}

/** One row of numbers per pose; poses of x and y alone get confidence 1. */
function posesOf(stored: Case["inputs"][string]): Float64Array[] {
  const values = numbers(stored);
  const [count = 0, ...rest] = stored.shape;
  const length = rest.reduce((a, b) => a * b, 1);
  const rows = Array.from({ length: count }, (_, i) => values.subarray(i * length, (i + 1) * length));
  if (stored.shape.length !== 3 || stored.shape[2] !== 2) return rows;
  return rows.map((row) => {
    const pose = new Float64Array((row.length / 2) * 3).fill(1);
    for (let j = 0; j < row.length / 2; j++) pose.set(row.subarray(2 * j, 2 * j + 2), 3 * j);
    return pose;
  });
}
