import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { add, averagePool, compile, constant, input, mul, type Node, reduceMean } from "@marey/core/graph";
import type { Image } from "@marey/core/image";
import { type EyeOptions, onnxRuntime, openEyes } from "marey";
import { afterAll, beforeAll, expect } from "vitest";

/**
 * Tiny networks that really look: three joints are a red, a green and a blue spot, and a network's maps are the picture's
 * channels. Where a network's answer is a table, it says where they are from what it was built with.
 */
export let folder: string;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), "marey-cards-"));
});
afterAll(() => rm(folder, { recursive: true, force: true }));

export const width = 160;
export const height = 120;
/** Red, green and blue joints of two people: x, y in pixels of the picture. */
export const people = [
  [42, 30, 55.5, 51, 38, 78],
  [112, 44, 126, 60.25, 108, 96],
] as const;
export const boxes = people.map((joints) => {
  const x = [joints[0], joints[2], joints[4]];
  const y = [joints[1], joints[3], joints[5]];
  return [Math.min(...x) - 8, Math.min(...y) - 8, Math.max(...x) + 8, Math.max(...y) + 8] as const;
});

/** The picture of so many of these people. */
export function picture(count: number): Image {
  const data = new Uint8Array(width * height * 3);
  for (const joints of people.slice(0, count))
    for (let c = 0; c < 3; c++)
      for (let y = 0; y < height; y++)
        for (let x = 0; x < width; x++) {
          const squared = (x - joints[2 * c]!) ** 2 + (y - joints[2 * c + 1]!) ** 2;
          const i = 3 * (y * width + x) + c;
          data[i] = Math.max(data[i]!, 255 * Math.exp(-squared / (2 * 5 ** 2)));
        }
  return { width, height, channels: 3, data };
}

export const skeleton = {
  name: "spots3",
  joints: ["red", "green", "blue"],
  parents: [1, -1, 1],
  edges: [
    [0, 1],
    [1, 2],
  ],
};

export interface Built {
  /** Height and width of the input. */
  size: readonly [number, number];
  outputs: (x: Node) => Record<string, Node>;
  card: Record<string, unknown>;
  /** What the card says of the input, other than usual. */
  given?: Record<string, unknown>;
}

/** Writes a network and its card; @returns the card's path. */
export async function build(name: string, { size, outputs, card, given }: Built): Promise<string> {
  const x = input("picture", [1, 3, ...size]);
  await writeFile(join(folder, `${name}.onnx`), compile(outputs(x), name).model);
  const path = join(folder, `${name}.json`);
  const own = {
    name,
    file: `${name}.onnx`,
    input: {
      name: "picture",
      type: "float32",
      layout: "NCHW",
      colour: "RGB",
      height: size[0],
      width: size[1],
      scale: 1 / 255,
      ...given,
    },
    skeleton,
    ...card,
  };
  await writeFile(path, JSON.stringify(own));
  return path;
}

/** An output that is always the same; it asks for the picture all the same. */
export const says = (x: Node, values: readonly number[], shape: readonly number[]) =>
  add(constant(Float32Array.from(values), shape), mul(reduceMean(x), 0));

export async function look(options: Omit<EyeOptions, "runtime">, image: Image, maps = false) {
  const eyes = await openEyes({ ...options, runtime: onnxRuntime });
  try {
    return await eyes.look(image, { maps });
  } finally {
    await eyes.close();
  }
}

/** Each of the people must be among those seen, every joint within `most` pixels; nobody else may be. */
export function expectPeople(seen: readonly { joints: Float32Array }[], count: number, most: number): void {
  expect(seen.length).toBe(count);
  for (const joints of people.slice(0, count)) {
    const errors = seen.map(({ joints: own }) =>
      Math.max(
        ...[0, 1, 2].map((j) =>
          Math.hypot(own[3 * j]! - joints[2 * j]!, own[3 * j + 1]! - joints[2 * j + 1]!),
        ),
      ),
    );
    expect(Math.min(...errors)).toBeLessThan(most);
  }
}

/** A finder that sees the boxes of both people in the whole picture, whose input is half as large. */
export const finder = (name = "finder", score: object = {}) =>
  build(name, {
    size: [60, 80],
    outputs: (x) => ({
      boxes: says(
        x,
        boxes.flatMap((box) => [...box.map((v) => (v + 0.5) / 2), 0.9, 0]),
        [1, 2, 6],
      ),
    }),
    card: {
      codec: { kind: "boxes", rows: "boxes", box: { from: 0 }, score: { column: 4, ...score }, class: 5 },
      skeleton: null,
    },
  });

export const maps = (x: Node) => ({ maps: averagePool(x, { kernel: [4, 4], strides: [4, 4] }) });
