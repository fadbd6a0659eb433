import { type Camera, cameraCentre, type Rig, viewingRays } from "@marey/core/camera";
import type { Box } from "@marey/core/metric";
import { identityScores, poseOks } from "@marey/core/metric";
import type { Detection, Detections } from "@marey/core/motion";
import { coco17 } from "@marey/core/skeleton";
import {
  assign,
  assignWithin,
  epipolarDistance,
  groupPeople,
  rayDistance,
  softSuppressByOks,
  suppressByBox,
  suppressByNearbyJoints,
  suppressByOks,
  trackPeople,
} from "@marey/core/track";
import { type Case, GoldenFailure, numbers, type Operations } from "./fixture.js";

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
  matchPersons(fixture) {
    const { inputs, expected, attributes } = fixture;
    const count = numbers(inputs.count!);
    const frame = frameOf(numbers(inputs.keypoints!), count, inputs.keypoints!.shape[1]!);
    const labels = new Map<string, number>();
    groupPeople(frame, rigOf(fixture), coco17.joints.length).forEach((group, person) => {
      group.forEach((index, view) => {
        labels.set(`${view} ${index}`, person);
      });
    });
    const identity = numbers(expected.identity!);
    const rows = inputs.keypoints!.shape[1]!;
    const all = frame.flatMap((detections, view) =>
      detections.map((_, i) => ({
        view,
        label: labels.get(`${view} ${i}`) ?? -1,
        identity: identity[view * rows + i]!,
      })),
    );
    const { precision, recall } = pairScores(all);
    if (precision < attributes.minimumPairPrecision || recall < attributes.minimumPairRecall)
      throw new GoldenFailure(`pair precision ${precision.toFixed(3)}, recall ${recall.toFixed(3)}`);
    return { identity: [], points: [] };
  },
  trackPersons(fixture) {
    const { inputs, expected, attributes } = fixture;
    const [frameCount = 0, viewCount = 0, rows = 0] = inputs.keypoints!.shape;
    const count = numbers(inputs.count!);
    const keypoints = numbers(inputs.keypoints!);
    const size = keypoints.length / frameCount;
    const frames = Array.from({ length: frameCount }, (_, t) =>
      frameOf(
        keypoints.subarray(t * size, (t + 1) * size),
        count.subarray(t * viewCount, (t + 1) * viewCount),
        rows,
      ),
    );
    const views = Array.from({ length: viewCount }, (_, v): Detections => {
      const source = { width: 0, height: 0, firstFrame: 0, frameRate: attributes.rate };
      return { skeleton: coco17, ...source, frames: frames.map((frame) => frame[v]!) };
    });
    const found = new Float64Array(frameCount * viewCount * rows).fill(-1);
    for (const { id, detections } of trackPeople(views, rigOf(fixture)).people)
      detections.forEach((index, at) => {
        if (index >= 0) found[at * rows + index] = id;
      });
    const { f1 } = identityScores(numbers(expected.identity!), found);
    if (f1 < attributes.minimumIdentityF1) throw new GoldenFailure(`identity F1 ${f1.toFixed(3)}`);
    return { identity: [], points: [] };
  },
};

function rigOf({ inputs }: Case): Rig {
  const [K, R, t] = [numbers(inputs.K!), numbers(inputs.R!), numbers(inputs.t!)];
  const cameras = Array.from({ length: t.length / 3 }, (_, v) =>
    cameraOf(K.subarray(9 * v, 9 * v + 9), R.slice(9 * v, 9 * v + 9), t.slice(3 * v, 3 * v + 3)),
  );
  return { cameras, up: "z" };
}

/** V × rows × 17 × 3 keypoints, of which the first `count[v]` rows of a view are there. */
function frameOf(keypoints: Float64Array, count: Float64Array, rows: number): Detection[][] {
  const length = 3 * coco17.joints.length;
  return Array.from(count, (present, v) =>
    Array.from({ length: present }, (_, i) => {
      const start = (v * rows + i) * length;
      const joints = Float32Array.from(keypoints.subarray(start, start + length));
      for (let j = 0; j < length; j += 3) if (Number.isNaN(joints[j])) joints.set([NaN, NaN, 0], j);
      return { score: 1, joints };
    }),
  );
}

/** Precision and recall of the pairs of detections from different views that are called the same. */
function pairScores(all: { view: number; label: number; identity: number }[]) {
  let [same, called, right] = [0, 0, 0];
  all.forEach((a, i) => {
    for (const b of all.slice(0, i)) {
      if (a.view === b.view) continue;
      const truth = a.identity >= 0 && a.identity === b.identity;
      const claim = a.label >= 0 && a.label === b.label;
      same += Number(truth);
      called += Number(claim);
      right += Number(truth && claim);
    }
  });
  return { precision: called === 0 ? 1 : right / called, recall: same === 0 ? 1 : right / same };
}

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
