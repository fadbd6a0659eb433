/** VideoPose3D's semi-supervised loss against the paper's formulas in plain numbers, and a training with it. */
import { random } from "@marey/core/array";
import type { Node } from "@marey/core/graph";
import {
  initSemiSupervised,
  type JointPair,
  type LiftSequence,
  network,
  projectHuman36m,
  type SemiSupervisedOptions,
  semiSupervised,
  sharedJoints,
  unlabelledExamples,
} from "@marey/core/model/videoPose3d";
import { adam, baked, EVALUATION, leaves, openTrainer, TRAINING } from "@marey/core/nn";
import { coco17, h36m17 } from "@marey/core/skeleton";
import { onnxRuntime } from "marey";
import { describe, expect, test } from "vitest";
import { compute, type Fed } from "../graph/compute.js";

const filterWidths = [3, 3];
const field = 9;
const [labelled, unlabelled, joints] = [3, 2, 5];
const parents = [-1, 0, 1, 0, 3];
const draw = random(11);
const params = initSemiSupervised(draw, { filterWidths, channels: 8, jointsIn: joints, jointsOut: joints });
// The root far before the camera, so that no point leaves the cone that the projection keeps.
params.model_traj.shrink.bias.data[2] = 6;

const noise = (shape: readonly number[], scale = 1): Fed => ({
  shape,
  values: Float32Array.from({ length: shape.reduce((a, b) => a * b) }, () => draw.normal(0, scale)),
});
const fed = {
  keypoints: noise([labelled, field, joints, 2]),
  target: noise([labelled, 1, joints, 3], 0.3),
  root: { shape: [labelled, 1, 1, 3], values: [0.1, 0, 4, 0, 0.2, 5, -0.3, 0, 8] },
  unlabelled: noise([unlabelled, field, joints, 2]),
  camera: {
    shape: [unlabelled, 9],
    values: [2.3, 2.2, 0.1, -0.1, -0.2, 0.2, 0, 0.001, -0.002, 2, 2, 0, 0, -0.1, 0, 0, 0, 0],
  },
};
type Name = keyof typeof fed;

/** The loss and its terms; batch norms as in evaluation, so that every pose can be had by itself. */
const terms = (options: Partial<SemiSupervisedOptions> = {}, names = Object.keys(fed) as Name[]) =>
  compute(
    (...nodes: Node[]): Record<string, Node> => {
      const batch = Object.fromEntries(names.map((name, i) => [name, nodes[i]!]));
      return semiSupervised({ filterWidths, parents, ...options })(baked(params), batch, EVALUATION);
    },
    ...names.map((name) => fed[name]),
  );

async function lifted(causal = false) {
  const run = async (part: network.NetworkParams, x: Fed) =>
    (
      await compute(
        (node) => ({ y: network.forward(baked(part), node, { filterWidths, causal, variant: "dilated" }) }),
        x,
      )
    ).y;
  return {
    known: await run(params.model_pos, fed.keypoints),
    free: await run(params.model_pos, fed.unlabelled),
    knownRoot: await run(params.model_traj, fed.keypoints),
    freeRoot: await run(params.model_traj, fed.unlabelled),
  };
}

const distance = (a: ArrayLike<number>, b: ArrayLike<number>, i: number, j: number, dims: number) =>
  Math.hypot(...Array.from({ length: dims }, (_, k) => a[i * dims + k]! - b[j * dims + k]!));
const mean = (values: number[]) => values.reduce((sum, value) => sum + value, 0) / values.length;
const each = <T>(count: number, make: (i: number) => T) => Array.from({ length: count }, (_, i) => make(i));

/** Mean distance, on the screen, between joints and the keypoints of one frame of the window. */
function seenApart(free: Float32Array, roots: Float32Array, frame: number, pairs: readonly JointPair[]) {
  const points = free.map((value, i) => value + roots[Math.floor(i / (joints * 3)) * 3 + (i % 3)]!);
  return mean(
    each(unlabelled, (n) => {
      const camera = fed.camera.values.slice(n * 9, n * 9 + 9);
      const pose = points.subarray(n * joints * 3, (n + 1) * joints * 3);
      const shown = projectHuman36m(pose, camera, new Float32Array(joints * 2));
      const first = (n * field + frame) * joints;
      return mean(pairs.map(([joint, key]) => distance(shown, fed.unlabelled.values, joint, first + key, 2)));
    }),
  );
}

const same: JointPair[] = each(joints, (j) => [j, j]);

describe("terms", () => {
  test("labels: mean distances, the root's divided by its depth", async () => {
    const { known, knownRoot } = await lifted();
    const { pose, trajectory } = await terms();
    expect(pose![0]).toBeCloseTo(
      mean(each(labelled * joints, (i) => distance(known, fed.target.values, i, i, 3))),
      5,
    );
    const byDepth = (i: number) =>
      distance(knownRoot, fed.root.values, i, i, 3) / fed.root.values[3 * i + 2]!;
    expect(trajectory![0]).toBeCloseTo(mean(each(labelled, byDepth)), 5);
  });

  test("no labels: the middle frame's keypoints, the newest frame's where the network is causal", async () => {
    for (const [causal, frame] of [
      [false, 4],
      [true, 8],
    ] as const) {
      const { free, freeRoot } = await lifted(causal);
      const { reprojection } = await terms({ causal });
      expect(reprojection![0]).toBeCloseTo(seenApart(free, freeRoot, frame, same), 4);
    }
  });

  test("layouts that differ: only pairs of joint and keypoint count", async () => {
    const pairs: JointPair[] = [
      [1, 4],
      [3, 0],
    ];
    const { free, freeRoot } = await lifted();
    const { reprojection } = await terms({ pairs });
    expect(reprojection![0]).toBeCloseTo(seenApart(free, freeRoot, 4, pairs), 4);
    expect(Math.abs(reprojection![0]! - seenApart(free, freeRoot, 4, same))).toBeGreaterThan(1e-3);
  });

  test("bones: mean over bones of how much the halves' mean lengths differ", async () => {
    const { known, free } = await lifted();
    const { bone } = await terms();
    const lengths = (poses: Float32Array, count: number, joint: number) =>
      mean(each(count, (n) => distance(poses, poses, n * joints + joint, n * joints + parents[joint]!, 3)));
    const apart = [1, 2, 3, 4].map((joint) =>
      Math.abs(lengths(known, labelled, joint) - lengths(free, unlabelled, joint)),
    );
    expect(bone![0]).toBeCloseTo(mean(apart), 5);
  });

  test("the loss is their sum; each of the last two can be left out; in warm-up only labels count", async () => {
    const sum = (all: Record<string, Float32Array>) =>
      Object.entries(all).reduce((total, [name, value]) => total + (name === "loss" ? 0 : value[0]!), 0);
    const all = await terms();
    expect(Object.keys(all)).toEqual(["loss", "pose", "trajectory", "reprojection", "bone"]);
    expect(all.loss![0]).toBeCloseTo(sum(all), 5);
    expect(Object.keys(await terms({ bones: false }))).toEqual([
      "loss",
      "pose",
      "trajectory",
      "reprojection",
    ]);
    expect(Object.keys(await terms({ projection: false }))).toEqual(["loss", "pose", "trajectory", "bone"]);
    const warm = await terms({}, ["keypoints", "target", "root"]);
    expect(Object.keys(warm)).toEqual(["loss", "pose", "trajectory"]);
    expect([warm.pose, warm.trajectory]).toEqual([all.pose, all.trajectory]);
  });
});

test("keypoints of another layout need pairs; COCO's share the limbs with Human3.6M's", async () => {
  const more = { ...fed, unlabelled: noise([unlabelled, field, joints, 2]) };
  const names = Object.keys(more) as Name[];
  const poseOnly = { ...params, model_pos: { ...params.model_pos } };
  const fewer = initSemiSupervised(random(1), { filterWidths, channels: 8, jointsIn: joints, jointsOut: 4 });
  poseOnly.model_pos = fewer.model_pos;
  const short = { ...more, target: noise([labelled, 1, 4, 3]) };
  const lossOf = () =>
    compute(
      (...nodes: Node[]): Record<string, Node> =>
        semiSupervised({ filterWidths, parents: [-1, 0, 1, 2] })(
          baked(poseOnly),
          Object.fromEntries(names.map((name, i) => [name, nodes[i]!])),
          EVALUATION,
        ),
      ...names.map((name) => short[name]),
    );
  await expect(async () => lossOf()).rejects.toThrow(/as many keypoints as joints \(4\).*`pairs`/s);
  const pairs = sharedJoints(h36m17, coco17);
  expect(pairs.length).toBeGreaterThanOrEqual(12);
  for (const [joint, keypoint] of pairs) expect(h36m17.joints[joint]).toBe(coco17.joints[keypoint]);
});

test("unlabelled batches never end, keep their order, and have no labels", () => {
  const sequence: LiftSequence = {
    name: "s",
    action: "a",
    frameRate: 50,
    frames: 5,
    joints,
    keypoints: noise([5, joints, 2]).values as Float32Array,
    poseJoints: joints,
    positions: noise([5, joints, 3]).values as Float32Array,
    camera: Float32Array.from({ length: 9 }, (_, i) => i),
  };
  const mirrors = { keypoints: each(joints, (j) => j), positions: each(joints, (j) => j) };
  const source = unlabelledExamples([sequence], mirrors, { filterWidths, batch: 4, seed: 3 });
  const copy = (step: number) => [...source.batch(step).unlabelled.data] as number[];
  // 10 chunks, 2 full batches an epoch: step 5 is the second batch of the third epoch.
  const [first, later] = [copy(0), copy(5)];
  expect(copy(0)).toEqual(first);
  expect(copy(5)).toEqual(later);
  expect(later).not.toEqual(copy(1));
  expect(Object.keys(source.batch(0))).toEqual(["unlabelled", "camera"]);
  expect(source.batch(0).camera.dims).toEqual([4, 9]);
});

test("both networks learn from a warm-up and from both halves, and no batch norm is left out", async () => {
  const trainer = openTrainer(onnxRuntime, {
    params,
    optimiser: adam({ amsgrad: true }),
    loss: (p, batch) => semiSupervised({ filterWidths, parents, dropout: 0 })(p, batch, TRAINING),
  });
  const tensor = ({ shape, values }: Fed) => ({
    type: "float32" as const,
    dims: shape,
    data: Float32Array.from(values),
  });
  const { unlabelled: u, camera, ...half } = fed;
  const known = Object.fromEntries(Object.entries(half).map(([name, value]) => [name, tensor(value)]));
  const whole = { ...known, unlabelled: tensor(u), camera: tensor(camera) };
  const first = await trainer.step(known, { rate: 1e-2 });
  expect(Object.keys(first)).toEqual(["loss", "pose", "trajectory"]);
  const losses: number[] = [];
  for (let i = 0; i < 40; i++) losses.push((await trainer.step(whole, { rate: 1e-2 })).loss!);
  expect(losses.at(-1)!).toBeLessThan(0.5 * losses[0]!);
  const before = leaves(params);
  for (const [path, { data }] of leaves(trainer.params()))
    expect([path, data.some((value, i) => value !== before.get(path)!.data[i])]).toEqual([path, true]);
  await trainer.close();
});
