import { random } from "@marey/core/array";
import { type BodyModel, bodySkinner, openBody } from "@marey/core/body";
import { add, constant, gradients, mul, reduceSum } from "@marey/core/graph";
import { bodyTensors, skin } from "@marey/core/model/smpl";
import { readOpenBody } from "marey";
import { expect, test } from "vitest";
import { compute, largestDifference } from "../graph/compute.js";

const bytes = await readOpenBody();

const N = 3;

/** Shapes, poses and places of three bodies; the first stands in the mean shape without any rotation. */
function drawBodies({ joints, shapeCount }: BodyModel) {
  const { uniform } = random(7);
  const draw = (each: number, size: number) =>
    Float32Array.from({ length: N * each }, (_, i) => (i < each ? 0 : uniform(-size, size)));
  return {
    betas: { shape: [N, shapeCount], values: draw(shapeCount, 2) },
    pose: { shape: [N, joints.length, 3], values: draw(3 * joints.length, 0.8) },
    translation: { shape: [N, 3], values: draw(3, 1) },
  };
}

test.each([false, true])("the graph gives the skinner's bodies (fingers: %s)", async (fingers) => {
  const model = openBody(bytes, { mesh: "lite", fingers });
  const { betas, pose, translation } = drawBodies(model);
  const body = bodyTensors(model);
  const got = await compute(
    (b, p, t) => skin(body, { betas: b!, pose: p!, translation: t }),
    betas,
    pose,
    translation,
  );
  const skinner = bodySkinner(model);
  const J = model.joints.length;
  for (let n = 0; n < N; n++) {
    const vertices = new Float32Array(3 * model.vertices);
    const joints = new Float32Array(3 * J);
    const of = (values: Float32Array) =>
      values.subarray((n * values.length) / N, ((n + 1) * values.length) / N);
    skinner.shape(of(betas.values));
    skinner.pose(of(pose.values), of(translation.values), vertices, joints);
    expect(largestDifference(of(got.vertices), vertices)).toBeLessThan(3e-6);
    expect(largestDifference(of(got.joints), joints)).toBeLessThan(3e-6);
  }
});

test("gradients agree with differences of the skinner in double precision, at zero rotations too", async () => {
  const model = openBody(bytes, { mesh: "lite" });
  const drawn = drawBodies(model);
  const body = bodyTensors(model);
  const { uniform } = random(9);
  const [V, J] = [model.vertices, model.joints.length];
  // Few vertices count, so that float32 doesn't drown the differences.
  const onVertices = Float32Array.from({ length: 3 * V }, (_, i) => (i % 601 < 3 ? uniform(-1, 1) : 0));
  const onJoints = Float32Array.from({ length: 3 * J }, () => uniform(-1, 1));
  const grads = await compute(
    (b, p, t) => {
      const { vertices, joints } = skin(body, { betas: b!, pose: p!, translation: t });
      const weighed = [
        mul(vertices, constant(onVertices, [1, V, 3])),
        mul(joints, constant(onJoints, [1, J, 3])),
      ] as const;
      const [x, y] = weighed.map((values) => reduceSum(values));
      const [gb, gp, gt] = gradients(add(x!, y!), [b!, p!, t!]);
      return { betas: gb!, pose: gp!, translation: gt! };
    },
    drawn.betas,
    drawn.pose,
    drawn.translation,
  );
  const skinner = bodySkinner(model);
  const vertices = new Float64Array(3 * V);
  const joints = new Float64Array(3 * J);
  const loss = (betas: Float64Array, pose: Float64Array, translation: Float64Array) => {
    skinner.shape(betas);
    skinner.pose(pose, translation, vertices, joints);
    const dot = (a: Float32Array, b: Float64Array) => a.reduce((sum, x, i) => sum + x * b[i]!, 0);
    return dot(onVertices, vertices) + dot(onJoints, joints);
  };
  for (const n of [0, 2]) {
    const state = [drawn.betas, drawn.pose, drawn.translation].map(({ values }) =>
      Float64Array.from(values.subarray((n * values.length) / N, ((n + 1) * values.length) / N)),
    ) as [Float64Array, Float64Array, Float64Array];
    (["betas", "pose", "translation"] as const).forEach((name, part) => {
      for (const at of [0, 1, 2, 7, 13, 50, 58].filter((i) => i < state[part]!.length)) {
        const moved = (by: number) => {
          const changed = state.map((values) => values.slice()) as typeof state;
          changed[part]![at]! += by;
          return loss(...changed);
        };
        const step = 1e-3;
        const difference = (moved(step) - moved(-step)) / (2 * step);
        const gradient = grads[name][n * state[part]!.length + at]!;
        expect(Math.abs(gradient - difference)).toBeLessThan(2e-3 + 1e-3 * Math.abs(difference));
      }
    });
  }
});
