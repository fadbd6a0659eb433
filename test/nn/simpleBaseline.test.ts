/** Simple Baselines: its graph, its flip test, and that a few steps learn two crops. */
import { random } from "@marey/core/array";
import { gradients, input } from "@marey/core/graph";
import { drawDisc, type Image } from "@marey/core/image";
import {
  batchMaker,
  type Coding,
  type LabelledCrop,
  network,
  openPoser,
  supervised,
} from "@marey/core/model/simpleBaseline";
import { adam, baked, EVALUATION, openTrainer } from "@marey/core/nn";
import { onnxRuntime } from "marey";
import { describe, expect, test } from "vitest";

const options = { joints: 4, depth: 18, width: 4, deconvolutions: [6, 6, 6] } as const;
/** Nose, left hand, right hand, belly. */
const mirror = [0, 2, 1, 3];

test.each([
  [18, 4, [64, 96]],
  [50, 3, [96, 64]],
] as const)(
  "maps of %i layers with kernels of %i are a quarter as large as the crop",
  (depth, kernel, [width, height]) => {
    const params = baked(network.init(random(1), { ...options, depth, kernel }));
    const { shape } = network.forward(params, input("x", [2, 3, height, width]), EVALUATION);
    expect(shape).toEqual([2, 4, height / 4, width / 4]);
  },
);

test("kernels that don't double are refused", () => {
  const params = baked(network.init(random(1), { ...options, kernel: 5 as 4 }));
  expect(() => network.forward(params, input("x", [1, 3, 32, 32]), EVALUATION)).toThrow(/kernel of 5/);
});

/** Noise with a disc: anything that isn't its own mirror image. */
function picture(width: number, height: number, seed: number): Image {
  const draw = random(seed);
  const data = Uint8Array.from({ length: 3 * width * height }, () => draw.uniform(0, 120));
  const image = { width, height, channels: 3, data };
  drawDisc(image, [width * 0.3, height * 0.4], 9, { colour: [250, 220, 30] });
  return image;
}

function mirrored({ width, height, data }: Image): Image {
  const turned = new Uint8Array(data.length);
  for (let y = 0; y < height; y++)
    for (let x = 0; x < width; x++)
      for (let c = 0; c < 3; c++)
        turned[(y * width + x) * 3 + c] = data[(y * width + width - 1 - x) * 3 + c]!;
  return { width, height, channels: 3, data: turned };
}

describe("flip test", () => {
  const params = network.init(random(3), options);
  const place = async (image: Image, left: number, flip: boolean, coding: Coding) => {
    const form = { joints: 4, input: [64, 96] as const, coding, ...(flip && { mirror }) };
    const poser = await openPoser(onnxRuntime, params, form);
    const joints = await poser.place(image, [left, 20, 40, 60]);
    await poser.close();
    return joints;
  };

  test("in unbiased coordinates the mirror image of a picture gives the mirrored joints", async () => {
    const [width, height] = [120, 100];
    const image = picture(width, height, 5);
    const joints = await place(image, 30, true, "udp");
    // Where 30 to 70 lies in the mirror, counted between the outermost pixels' centres.
    const turned = await place(mirrored(image), width - 1 - 70, true, "udp");
    for (const [j, partner] of mirror.entries()) {
      expect(turned[3 * partner]).toBeCloseTo(width - 1 - joints[3 * j]!, 1);
      expect(turned[3 * partner + 1]).toBeCloseTo(joints[3 * j + 1]!, 1);
      expect(turned[3 * partner + 2]).toBeCloseTo(joints[3 * j + 2]!, 4);
    }
  });

  test("changes what a network sees that isn't symmetric itself", async () => {
    const image = picture(120, 100, 5);
    const [once, twice] = [await place(image, 30, false, "dark"), await place(image, 30, true, "dark")];
    expect([...once]).not.toEqual([...twice]);
  });
});

test("every weight has a gradient, and two crops are learned by heart", { timeout: 60_000 }, async () => {
  const form = { joints: 4, input: [32, 32] as const, coding: "udp" as const };
  const crops = [7, 8].map((seed): LabelledCrop => {
    const draw = random(seed);
    const keypoints = Float32Array.from({ length: 12 }, (_, i) => (i % 3 === 2 ? 2 : draw.uniform(4, 28)));
    return { image: picture(32, 32, seed), people: [{ keypoints }], source: "test" };
  });
  const batch = batchMaker(form, 2)(crops);
  const small = { ...options, width: 8, deconvolutions: [16, 16, 16] };
  const params = network.init(random(1), small);
  const loss = supervised();
  const trainer = openTrainer(onnxRuntime, { params, optimiser: adam(), loss: (p, fed) => loss(p, fed) });
  const losses: number[] = [];
  for (let step = 0; step < 150; step++) losses.push((await trainer.step(batch, { rate: 5e-3 })).loss!);
  const moved = trainer.params();
  await trainer.close();
  expect(losses.at(-1)!).toBeLessThan(losses[0]! / 50);
  expect(moved.conv1.weight.data).not.toEqual(params.conv1.weight.data);
  expect(moved.bn1.running_mean.data).not.toEqual(params.bn1.running_mean.data);
  const x = input("x", [1, 3, 32, 32]);
  const weights = baked(moved);
  const y = network.forward(weights, x, EVALUATION);
  expect(gradients(y, [x])[0]!.shape).toEqual([1, 3, 32, 32]);
});
