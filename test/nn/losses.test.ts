import { random } from "@marey/core/array";
import type { Node } from "@marey/core/graph";
import * as g from "@marey/core/graph";
import { projectHuman36m, loss as videoPose3d } from "@marey/core/model/videoPose3d";
import * as nn from "@marey/core/nn";
import { describe, expect, test } from "vitest";
import { compute, type Fed, largestDifference } from "../graph/compute.js";

const draw = random(9);
const fed = (...shape: number[]): Fed => ({
  shape,
  values: Array.from({ length: g.sizeOf(shape) }, () => draw.uniform(-1, 1)),
});
const filled = (value: number, ...shape: number[]): Fed => ({
  shape,
  values: new Array<number>(g.sizeOf(shape)).fill(value),
});

/** A loss with its gradient by the first input. */
const withSlope =
  (loss: (...inputs: Node[]) => Node) =>
  (...inputs: Node[]) => {
    const value = loss(...inputs);
    return { loss: value, slope: g.gradients(g.reduceSum(value), [inputs[0]!])[0]! };
  };

describe("pose losses", () => {
  const pose = fed(2, 4, 5, 3);

  test.each([
    ["mpjpe", videoPose3d.mpjpe],
    ["scaleAlignedMpjpe", videoPose3d.scaleAlignedMpjpe],
    ["procrustesAlignedMpjpe", videoPose3d.procrustesAlignedMpjpe],
    ["meanVelocityError", videoPose3d.meanVelocityError],
  ])(
    "%s of a pose with itself is 0, with a finite gradient; of a pose collapsed to a point too",
    async (_, loss) => {
      const same = await compute(
        withSlope((p) => loss(p!, p!)),
        pose,
      );
      expect(same.loss[0]).toBeLessThan(1e-6);
      const collapsed = await compute(
        withSlope((p, t) => loss(p!, t!)),
        filled(0.5, 2, 4, 5, 3),
        pose,
      );
      for (const { slope, loss } of [same, collapsed])
        expect([...slope, ...loss].every(Number.isFinite)).toBe(true);
    },
  );

  test("aligning by a similarity takes rotation, scale and shift out of the error, by scale the scale only", async () => {
    const [c, s] = [Math.cos(1), Math.sin(1)];
    const moved = Array.from(pose.values, (_, i) => {
      const [x, y, z] = [0, 1, 2].map((k) => pose.values[i - (i % 3) + k]!);
      return [2 * (c * x! - s * y!) + 1, 2 * (s * x! + c * y!), 2 * z! - 3][i % 3]!;
    });
    const double = Array.from(pose.values, (x) => 2 * x);
    const { similar, scaled, notScaled } = await compute(
      (p, m, d) => ({
        similar: videoPose3d.procrustesAlignedMpjpe(p!, m!),
        scaled: videoPose3d.scaleAlignedMpjpe(p!, d!),
        notScaled: videoPose3d.scaleAlignedMpjpe(p!, m!),
      }),
      pose,
      { shape: pose.shape, values: moved },
      { shape: pose.shape, values: double },
    );
    expect(similar[0]).toBeLessThan(2e-6);
    expect(scaled[0]).toBeLessThan(2e-6);
    expect(notScaled[0]).toBeGreaterThan(0.1);
  });

  test("mirrored bones of one length cost nothing", async () => {
    const mirrored = [0, 0, 0, 1, 0, 0, 1, 2, 0, -1, 0, 0, -1, 2, 0];
    const { even, odd } = await compute(
      (p) => ({
        even: nn.symmetryLoss(p!, [[1, 2, 3, 4]]),
        odd: nn.symmetryLoss(p!, [[0, 1, 3, 4]]),
      }),
      { shape: [1, 1, 5, 3], values: mirrored },
    );
    expect([even[0], odd[0]]).toEqual([0, 1]);
  });

  test("bones are compared between the labelled and the others; steady motion has no acceleration", async () => {
    const line = (length: number) => [0, 0, 0, length, 0, 0, length, 2 * length, 0];
    const steady = Array.from({ length: 3 }, (_, t) => line(1).map((x) => x + 0.3 * t)).flat();
    const { bones, still } = await compute(
      (p, q) => ({
        bones: videoPose3d.boneLengthTerm(p!, [-1, 0, 1], 2),
        still: nn.accelerationLoss(q!),
      }),
      { shape: [3, 1, 3, 3], values: [...line(1), ...line(3), ...line(4)] },
      { shape: [1, 3, 3, 3], values: steady },
    );
    expect(bones[0]).toBeCloseTo((2 + 4) / 2, 5); // bones of 2 and 4 on average, against 4 and 8
    expect(still[0]).toBeLessThan(1e-12);
  });

  test("nobody visible costs nothing, and no NaN", async () => {
    const { loss, slope } = await compute(
      withSlope((p, t, visible) => nn.visibleKeypointL1(p!, t!, visible!)),
      fed(1, 3, 2),
      fed(1, 3, 2),
      filled(0, 1, 3),
    );
    expect(loss[0]).toBe(0);
    expect(slope.every((value) => value === 0)).toBe(true);
  });

  test("rotations that agree, and opposite ones, have finite gradients of their distance", async () => {
    const half = [-1, 0, 0, 0, -1, 0, 0, 0, 1];
    const one = [1, 0, 0, 0, 1, 0, 0, 0, 1];
    const { loss, slope } = await compute(
      withSlope((a, b) => nn.geodesicDistance(a!, b!)),
      { shape: [2, 3, 3], values: [...one, ...half] },
      { shape: [2, 3, 3], values: [...one, ...one] },
    );
    expect(largestDifference(loss, [0, Math.PI])).toBeLessThan(1e-3);
    expect(slope.every(Number.isFinite)).toBe(true);
    const points = { shape: [1, 3, 3], values: one };
    const turned = await compute(
      withSlope((a, b, r) => nn.relativePoseLoss(a!, b!, r!).loss),
      points,
      { shape: [1, 3, 3], values: [-1, 0, 0, 0, -1, 0, 0, 0, 1] },
      { shape: [1, 3, 3], values: one },
    );
    expect(turned.loss[0]).toBeCloseTo(Math.PI, 2);
    expect(turned.slope.every(Number.isFinite)).toBe(true);
  });
});

describe("projections", () => {
  test("of Human3.6M's cameras equal those on arrays", async () => {
    const points = Array.from({ length: 30 }, (_, i) =>
      i % 3 === 2 ? 3 + draw.uniform(-1, 1) : draw.uniform(-4, 4),
    );
    const camera = [2.29, 2.28, 0.02, 0.03, -0.2, 0.25, -0.01, -0.001, 0.002];
    const { screen } = await compute(
      (p, c) => ({ screen: videoPose3d.projectHuman36m(p!, c!) }),
      { shape: [1, 10, 3], values: points },
      { shape: [1, 9], values: camera },
    );
    expect(largestDifference(screen, projectHuman36m(points, camera, new Float64Array(20)))).toBeLessThan(
      1e-5,
    );
  });

  test("a weak camera's full projection is that at the body's own depth", async () => {
    const camera = { shape: [1, 3], values: [0.9, 0.1, -0.2] };
    const flat = { shape: [1, 4, 3], values: [0, 0, 0, 0.5, 0.5, 0, -0.3, 0.8, 0, 1, -1, 0] };
    const { weak, full } = await compute(
      (p, c) => ({ weak: nn.weakPerspective(p!, c!), full: nn.weakPerspectiveToFull(p!, c!) }),
      flat,
      camera,
    );
    expect(largestDifference(weak, full)).toBeLessThan(1e-5);
  });
});

describe("tags", () => {
  const joints = (...people: [cell: number, visible: number][][]) =>
    g.constant(people.flat(2), [1, people.length, people[0]!.length, 2], "int64");
  const tags = { shape: [1, 4, 1], values: [1, 3, 10, 10] };
  const losses = (people: Node, kind: nn.TagPush) =>
    compute((t) => nn.associativeEmbeddingLoss(t!, people, kind), tags);

  test("pull to the mean; push between means, not below a difference of 1", async () => {
    const two = joints(
      [
        [0, 1],
        [1, 1],
      ],
      [
        [2, 1],
        [3, 1],
      ],
    );
    const { pull, push } = await losses(two, "max");
    expect(pull[0]).toBe(0.5); // the first person's tags are 1 off their mean, the second's equal
    expect(push[0]).toBe(0);
    const near = joints(
      [
        [0, 1],
        [0, 0],
      ],
      [
        [1, 1],
        [1, 0],
      ],
    );
    expect((await losses(near, "exp")).push[0]).toBeCloseTo(Math.exp(-4) / 2, 6);
  });

  test("people without visible joints aren't there, wherever their cells point", async () => {
    const gone = joints(
      [
        [0, 1],
        [1, 1],
      ],
      [
        [99, 0],
        [-7, 0],
      ],
    );
    const { pull, push } = await losses(gone, "exp");
    expect([pull[0], push[0]]).toEqual([1, 0]);
    const nobody = await losses(
      joints([
        [99, 0],
        [99, 0],
      ]),
      "exp",
    );
    expect([nobody.pull[0], nobody.push[0]]).toEqual([0, 0]);
  });
});

describe("heatmaps", () => {
  test("the hardest joints only are counted", async () => {
    const prediction = { shape: [1, 3, 1, 2], values: [1, 1, 2, 2, 3, 3] };
    const { hard, all, masked } = await compute(
      (p, t, w, m) => ({
        hard: nn.jointsOhkmLoss(p!, t!, w!, 1),
        all: nn.jointsMseLoss(p!, t!, w!),
        masked: nn.maskedHeatmapLoss(p!, t!, m!),
      }),
      prediction,
      filled(0, 1, 3, 1, 2),
      { shape: [1, 3, 1], values: [1, 1, 0] },
      { shape: [1, 1, 2], values: [1, 0] },
    );
    expect(hard[0]).toBe(2); // ½·2², as the third joint has no weight
    expect(all[0]).toBeCloseTo((0.5 + 2) / 3, 6);
    expect(masked[0]).toBeCloseTo((1 + 4 + 9) / 6, 6);
  });

  test("a map's variance is 0 for a sharp peak and that of the places for a flat map", async () => {
    const sharp = [...new Array<number>(8).fill(0), 90];
    const { narrow, wide } = await compute(
      (a, b) => ({ narrow: nn.heatmapVarianceLoss(a!), wide: nn.heatmapVarianceLoss(b!) }),
      { shape: [1, 1, 3, 3], values: sharp },
      filled(0, 1, 1, 3, 3),
    );
    expect(narrow[0]).toBeLessThan(1e-6);
    expect(wide[0]).toBeCloseTo(4 / 3, 5); // −1, 0, 1 along both axes
  });
});

describe("adversaries", () => {
  test("what a discriminator scores right costs nothing", async () => {
    const { real, fake, loss, fooled } = await compute(
      (r, f) => ({
        ...nn.lsganDiscriminatorLoss(r!, f!),
        fooled: nn.lsganGeneratorLoss(r!),
      }),
      filled(1, 2, 5),
      filled(0, 3, 5),
    );
    expect([real[0], fake[0], loss[0], fooled[0]]).toEqual([0, 0, 0, 0]);
  });
});
