import { existsSync } from "node:fs";
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { anchorBoxes, encodeConfidenceMaps, partAffinityEncoder } from "@marey/core/codec";
import {
  add,
  averagePool,
  compile,
  constant,
  input,
  mul,
  type Node,
  reduceMax,
  reduceMean,
  reshape,
  stack,
} from "@marey/core/graph";
import type { Image } from "@marey/core/image";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { onnxRuntime } from "../../run/index.js";
import { networksFolder } from "../../store/networks.js";
import { readImage } from "../../video/index.js";
import { type EyeOptions, openEyes } from "../index.js";

/**
 * Tiny networks that really look: three joints are a red, a green and a blue spot, and a network's maps are the picture's
 * channels. Where a network's answer is a table, it says where they are from what it was built with.
 */
let folder: string;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), "marey-cards-"));
});
afterAll(() => rm(folder, { recursive: true, force: true }));

const width = 160;
const height = 120;
/** Red, green and blue joints of two people: x, y in pixels of the picture. */
const people = [
  [42, 30, 55.5, 51, 38, 78],
  [112, 44, 126, 60.25, 108, 96],
] as const;
const boxes = people.map((joints) => {
  const x = [joints[0], joints[2], joints[4]];
  const y = [joints[1], joints[3], joints[5]];
  return [Math.min(...x) - 8, Math.min(...y) - 8, Math.max(...x) + 8, Math.max(...y) + 8] as const;
});

/** The picture of so many of these people. */
function picture(count: number): Image {
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

const skeleton = {
  name: "spots3",
  joints: ["red", "green", "blue"],
  parents: [1, -1, 1],
  edges: [
    [0, 1],
    [1, 2],
  ],
};

interface Built {
  /** Height and width of the input. */
  size: readonly [number, number];
  outputs: (x: Node) => Record<string, Node>;
  card: Record<string, unknown>;
  /** What the card says of the input, other than usual. */
  given?: Record<string, unknown>;
}

/** Writes a network and its card; @returns the card's path. */
async function build(name: string, { size, outputs, card, given }: Built): Promise<string> {
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
const says = (x: Node, values: readonly number[], shape: readonly number[]) =>
  add(constant(Float32Array.from(values), shape), mul(reduceMean(x), 0));

async function look(options: Omit<EyeOptions, "runtime">, image: Image, maps = false) {
  const eyes = await openEyes({ ...options, runtime: onnxRuntime });
  try {
    return await eyes.look(image, { maps });
  } finally {
    await eyes.close();
  }
}

/** Each of the people must be among those seen, every joint within `most` pixels; nobody else may be. */
function expectPeople(seen: readonly { joints: Float32Array }[], count: number, most: number): void {
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
const finder = (name = "finder", score: object = {}) =>
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

const maps = (x: Node) => ({ maps: averagePool(x, { kernel: [4, 4], strides: [4, 4] }) });

describe("one person in a crop", () => {
  // A cell is about 3 pixels of the picture here: argmax may be half a cell off in both directions.
  test.each([
    ["argmax", 2.3],
    ["quarter", 1.3],
    ["dark", 0.5],
    ["udp", 1.2],
    ["soft-argmax", 0.6],
  ] as const)("heatmap, %s", async (decode, most) => {
    const path = await build(`heatmap-${decode}`, {
      size: [128, 96],
      outputs: maps,
      card: {
        codec: {
          kind: "heatmap",
          maps: "maps",
          layout: "NCHW",
          decode,
          // UDP counts cells between the outermost centres.
          middle: decode !== "udp",
          blur: 5,
          ...(decode === "soft-argmax" && { beta: 40 }),
        },
        crop: { margin: 1.25, unbiased: decode === "udp" },
      },
    });
    const { people: seen } = await look({ model: path, finder: await finder() }, picture(2));
    expectPeople(seen, 2, most);
    for (const { score, box } of seen) {
      expect(score).toBeGreaterThan(0.2);
      expect(boxes.map(([left]) => left)).toContainEqual(expect.closeTo(box![0], 3));
    }
    const options = { model: path, finder: await finder(), flip: true, scales: [1, 1.2] };
    expectPeople((await look(options, picture(2))).people, 2, most);
  });

  test("SimCC, rows of bins twice as fine as pixels", async () => {
    const fine = (rows: Node) => reshape(stack([rows, rows], -1), [1, 3, -1]);
    const path = await build("simcc", {
      size: [128, 96],
      outputs: (x) => ({ x: fine(reduceMax(x, [2])), y: fine(reduceMax(x, [3])) }),
      card: { codec: { kind: "simcc", x: "x", y: "y", split: 2 }, crop: {} },
    });
    for (const flip of [false, true])
      expectPeople((await look({ model: path, finder: await finder(), flip }, picture(2))).people, 2, 1.2);
  });

  test("coordinates, relative or in pixels, of a whole picture; a low presence means nobody", async () => {
    const [r, g, b, s, t, u] = people[0];
    const relative = [r, g, b, s, t, u].map((v, i) => (v + 0.5) / (i % 2 === 0 ? width : height));
    const built = (presence: number): Built => ({
      size: [60, 80],
      outputs: (x) => ({ points: says(x, relative, [1, 6]), there: says(x, [presence], [1, 1]) }),
      card: {
        codec: {
          kind: "joints",
          points: "points",
          columns: ["x", "y"],
          unit: "relative",
          presence: { output: "there", logit: true },
        },
      },
    });
    expectPeople((await look({ model: await build("joints", built(2)) }, picture(1))).people, 1, 0.01);
    expect((await look({ model: await build("nobody", built(-2)) }, picture(1))).people).toEqual([]);
  });
});

/** x, y in the input of `side` pixels into whose middle the picture was fitted, from edges. */
const fitted = (x: number, y: number, side: number) => {
  const scale = side / width;
  return [(x + 0.5) * scale, (y + 0.5) * scale + (side - height * scale) / 2];
};

describe("everybody in a picture", () => {
  /** cx, cy, w, h, score, joints; the first person twice, a little worse. */
  const rows = (side: number) =>
    [0, 0, 1].map((p, i) => {
      const [left, top, right, bottom] = boxes[p]!;
      const [x0, y0] = fitted(left, top, side) as [number, number];
      const [x1, y1] = fitted(right, bottom, side) as [number, number];
      const joints = [0, 1, 2].flatMap((j) => [
        ...fitted(people[p]![2 * j]!, people[p]![2 * j + 1]!, side),
        0.8,
      ]);
      return [(x0 + x1) / 2, (y0 + y1) / 2, x1 - x0, y1 - y0, i === 1 ? 0.6 : 0.9, ...joints];
    });

  test.each(["box", "oks"] as const)(
    "YOLO-pose: columns of rows, duplicates by %s, grey bars",
    async (suppress) => {
      const table = rows(64);
      const path = await build(`yolo-${suppress}`, {
        size: [64, 64],
        given: { fill: 114 },
        outputs: (x) => ({
          output0: says(
            x,
            table[0]!.flatMap((_, c) => table.map((row) => row[c]!)),
            [1, 14, 3],
          ),
        }),
        card: {
          codec: {
            kind: "people",
            rows: "output0",
            transposed: true,
            box: { from: 0, form: "cxcywh" },
            score: { column: 4 },
            joints: { from: 5, columns: ["x", "y", "score"] },
            suppress,
          },
        },
      });
      const { people: seen } = await look({ model: path }, picture(2));
      expectPeople(seen, 2, 0.01);
      expect(seen[0]!.joints[2]).toBeCloseTo(0.8);
      expect(seen[0]!.box![0]).toBeCloseTo(boxes[0]![0], 3);
    },
  );

  test("RTMO: boxes and joints in outputs of their own", async () => {
    const table = rows(64);
    const path = await build("rtmo", {
      size: [64, 64],
      outputs: (x) => ({
        dets: says(
          x,
          table.flatMap(([cx, cy, w, h, s]) => [cx! - w! / 2, cy! - h! / 2, cx! + w! / 2, cy! + h! / 2, s!]),
          [1, 3, 5],
        ),
        keypoints: says(
          x,
          table.flatMap((row) => row.slice(5)),
          [1, 3, 3, 3],
        ),
      }),
      card: {
        codec: {
          kind: "people",
          rows: "dets",
          box: { from: 0 },
          score: { column: 4 },
          joints: { output: "keypoints", columns: ["x", "y", "score"] },
        },
      },
    });
    expectPeople((await look({ model: path }, picture(2))).people, 2, 0.01);
  });

  test("part affinity fields, as wanted with their maps; candidates in pixels of the picture", async () => {
    const limbs = [
      [0, 1],
      [1, 2],
    ] as const;
    const grid = { columns: 40, rows: 30, stride: 4 };
    const known = Float32Array.from(
      people.flatMap((joints) => [0, 1, 2].flatMap((j) => [joints[2 * j]!, joints[2 * j + 1]!, 1])),
    );
    const confidence = new Float32Array(4 * 1200);
    encodeConfidenceMaps(known, { ...grid, joints: 3, sigma: 5, cutoff: 4.6, combine: "max" }, confidence);
    const fields = new Float32Array(4 * 1200);
    partAffinityEncoder({ ...grid, joints: 3, limbs, halfWidth: 1, combine: "average" })(known, fields);
    // The network has the second limb's field first.
    const swapped = [...fields.subarray(2400), ...fields.subarray(0, 2400)];
    const path = await build("fields", {
      size: [120, 160],
      outputs: (x) => ({
        maps: says(x, [...confidence], [1, 4, 30, 40]),
        fields: says(x, swapped, [1, 4, 30, 40]),
      }),
      card: {
        codec: {
          kind: "part-affinity",
          maps: "maps",
          fields: "fields",
          layout: "NCHW",
          limbs: [
            { joints: ["red", "green"], channels: [2, 3] },
            { joints: ["green", "blue"], channels: [0, 1] },
          ],
          thresholds: { minJoints: 3 },
        },
      },
    });
    const { people: seen, maps: shown } = await look({ model: path }, picture(2), true);
    expectPeople(seen, 2, 0.5);
    expect(shown).toMatchObject({ channels: 8, rows: 30, columns: 40, joints: 3, background: true });
    expect(shown!.data.subarray(4800)).toEqual(fields);
    const reds = shown!.candidates[0]!;
    expect(reds.length).toBe(6);
    expect([reds[0], reds[3]].sort()).toEqual([expect.closeTo(112, -0.5), expect.closeTo(42, -0.5)]);
  });
});

describe("detectors with anchors", () => {
  test("give turned regions to networks of landmarks", async () => {
    const side = 64;
    const [cx, cy] = [0, 1].map((k) => (people[0][k]! + people[0][4 + k]!) / 2) as [number, number];
    const [x, y] = fitted(cx, cy, side) as [number, number];
    // Leaning to the right by 30 degrees: the rim stands to the right above the middle.
    const reach = 20;
    const code = anchorBoxes({ size: side, strides: [8], perCell: 2, points: 2, clip: 100 });
    const points = Float32Array.of(
      x,
      y,
      x + reach * Math.sin(Math.PI / 6),
      y - reach * Math.cos(Math.PI / 6),
    );
    const raw = code.encode([{ score: 0.9, box: [x - 5, y - 5, x + 5, y + 5], points }]);
    const detector = await build("anchors", {
      size: [side, side],
      outputs: (node) => ({ rows: says(node, [...raw], [1, code.count, 9]) }),
      card: {
        codec: {
          kind: "anchors",
          boxes: ["rows"],
          strides: [8],
          perCell: 2,
          points: 2,
          region: { from: "circle", centre: 0, rim: 1 },
        },
        skeleton: null,
      },
    });
    const path = await build("turned", {
      size: [96, 96],
      outputs: maps,
      card: {
        codec: { kind: "heatmap", maps: "maps", layout: "NCHW", decode: "dark", blur: 5, middle: true },
        crop: { turned: true },
      },
    });
    expectPeople((await look({ model: path, finder: detector }, picture(1))).people, 1, 1.5);
  });
});

describe("a card and a network that don't agree", () => {
  const table = (more: Record<string, unknown> = {}): Built => ({
    size: [60, 80],
    outputs: (x) => ({ points: says(x, [1, 2, 3, 4, 5, 6], [1, 6]) }),
    card: { codec: { kind: "joints", points: "points", columns: ["x", "y"] }, ...more },
  });
  const refused = async (name: string, built: Built) => {
    const path = await build(name, built);
    return look({ model: path }, picture(1)).then(
      () => "seen",
      (error) => `${error.code} ${error.message}`,
    );
  };

  test("are told apart by the card's field, with what the network has", async () => {
    expect(
      await refused("a", table({ codec: { kind: "joints", points: "joints", columns: ["x", "y"] } })),
    ).toMatch(/CARD_DISAGREES card "a": codec: .*"joints".*points/);
    expect(
      await refused(
        "b",
        table({ codec: { kind: "joints", points: "points", columns: ["x", "y", "score"] } }),
      ),
    ).toMatch(/CARD_DISAGREES card "b": codec.columns: .*\[1, 6\].*3 joints × 3/);
    expect(await refused("c", { ...table(), given: { name: "image" } })).toMatch(
      /input.name: "image".*"picture"/,
    );
    expect(await refused("d", { ...table(), given: { height: 64 } })).toMatch(/input.height: 64.*takes 60/);
    expect(await refused("e", { ...table(), given: { layout: "NHWC" } })).toMatch(
      /CARD_DISAGREES.*\[1, 3, 60, 80\]/,
    );
    expect(await refused("f", { ...table(), given: { type: "int32" } })).toMatch(
      /input.type: "int32".*float32/,
    );
    expect(await refused("g", table({ outputs: [{ name: "points", shape: [1, 8] }] }))).toMatch(
      /outputs: output "points" is stated as \[1, 8\], the network gave \[1, 6\]/,
    );
    expect(await refused("h", table({ skeleton: "coco99" }))).toMatch(/CARD_INVALID.*coco99.*coco17/);
    expect(await refused("i", table({ skeleton: null }))).toMatch(/CARD_INVALID.*skeleton/);
    expect(await refused("j", table({ skeleton: { ...skeleton, edges: [[0, 7]] } }))).toMatch(
      /skeleton.edges.*joint 7/,
    );
  });

  test("a finder's second score must be one of its columns", async () => {
    const placer = await build("placer", table({ crop: {} }));
    const found = look({ model: placer, finder: await finder("scored", { times: 6 }) }, picture(1));
    await expect(found).rejects.toThrow(/codec\.box.*6 columns, the card reads 7/);
  });

  test("maps with too few channels, in another layout, are refused", async () => {
    const built = (codec: object): Built => ({
      size: [60, 80],
      outputs: maps,
      card: { codec: { kind: "heatmap", maps: "maps", ...codec } },
    });
    expect(await refused("k", built({ layout: "NCHW" }))).toBe("seen");
    expect(
      await refused("l", {
        ...built({ layout: "NCHW" }),
        card: { codec: { kind: "heatmap", maps: "maps", layout: "NCHW" }, skeleton: "coco17" },
      }),
    ).toMatch(/CARD_DISAGREES card "l": skeleton: it has 17 joints.*3 maps/);
  });

  test("values that are no numbers don't become people", async () => {
    const built = { ...table(), outputs: (x: Node) => ({ points: says(x, [1, 2, NaN, 4, 5, 6], [1, 6]) }) };
    expect(await refused("m", built)).toMatch(/NETWORK_OUTPUT.*"points"/);
  });

  test("what can't be opened or combined says why", async () => {
    const refusedWith = (options: Omit<EyeOptions, "runtime">) =>
      look(options, picture(1)).then(
        () => "seen",
        (error) => `${error.code} ${error.message}`,
      );
    const found = await finder("lone");
    const placer = await build("placer", {
      size: [96, 96],
      outputs: maps,
      card: { codec: { kind: "heatmap", maps: "maps", layout: "NCHW" }, crop: {} },
    });
    const whole = await build("whole", table());
    expect(await refusedWith({ model: found })).toMatch(/MODEL_JOINTLESS.*--finder/);
    expect(await refusedWith({ model: placer, finder: placer })).toMatch(
      /MODEL_OPTIONS.*one person at a time/,
    );
    expect(await refusedWith({ model: whole, finder: found })).toMatch(/MODEL_OPTIONS.*no finder/);
    expect(await refusedWith({ model: whole, scales: [1, 2] })).toMatch(/CARD_DISAGREES.*60 × 80/);
    expect(await refusedWith({ model: join(folder, "none.json") })).toMatch(/MODEL_UNKNOWN/);
    expect(await refusedWith({ model: join(folder, "whole.onnx") })).toMatch(/MODEL_UNKNOWN.*whole\.json/);
    expect(await refusedWith({ model: "default", flip: true })).toMatch(/MODEL_OPTIONS/);
    await rm(join(folder, "whole.onnx"));
    expect(await refusedWith({ model: whole })).toMatch(/NETWORK_MISSING.*whole\.onnx/);
  });
});

const skier = join(import.meta.dirname, "../../../../../../shared/data/images/annotated/000000000785.jpg");
const there = existsSync(skier) && existsSync(join(networksFolder, "centernet.onnx"));
if (!there) console.log("cards: skipped, the pictures or the built networks aren't there");

describe.skipIf(!there)("embedded networks by their cards", () => {
  /** COCO's annotation of the skier: right shoulder, left wrist, right ankle. */
  const truth = [
    ["right_shoulder", 358, 129],
    ["left_wrist", 449, 165],
    ["right_ankle", 396, 341],
  ] as const;
  test("a size of the picture is taken where the network leaves it free, as OpenPose's -1x368", async () => {
    const image = await readImage(skier);
    const seen = async (size: readonly [number | null, number | null]) => {
      const { maps } = await look({ model: "tfpose-small", size }, image, true);
      return [maps!.columns, maps!.rows];
    };
    expect(await seen([null, 368])).toEqual([70, 46]);
    expect(await seen([432, 368])).toEqual([54, 46]);
    await expect(seen([null, 100])).rejects.toThrow(/multiples of 8 pixels, not 100/);
    await expect(look({ model: "posenet", size: [400, 400] }, image)).rejects.toThrow(/385 × 385/);
  });

  test.each([
    { model: "posenet" },
    { model: "posenet", flip: true },
    { model: "tfpose-small" },
    { model: "tfpose-small", flip: true, scales: [0.75, 1] },
    { model: "efficientpose", finder: "nanodet" },
    { model: "movenet-thunder", finder: "centernet", flip: true, scales: [0.9, 1.1] },
    { model: "movenet-lightning", finder: "posenet" },
    { model: "movenet-multipose", flip: true },
    { model: "blazepose-full", finder: "blazepose-detector" },
  ] as const)("$model, finder $finder, flip $flip, scales $scales: the skier is found", async (options) => {
    const eyes = await openEyes({ ...options, runtime: onnxRuntime });
    const { people: seen } = await eyes.look(await readImage(skier));
    const [best] = seen.sort((a, b) => b.score - a.score);
    for (const [name, x, y] of truth) {
      // The small network doesn't see the thin arm against the snow at every size.
      if (options.model === "tfpose-small" && name === "left_wrist") continue;
      const j = 3 * eyes.skeleton.joints.indexOf(name);
      const [u = NaN, v = NaN] = best?.joints.subarray(j, j + 2) ?? [];
      expect(Math.hypot(u - x, v - y), name).toBeLessThan(30);
    }
    await eyes.close();
  });

  test("hands by a palm detector and a network of landmarks, one of them upside down", async () => {
    const image = await readImage(join(skier, "../../unannotated/tfjs_hands.jpg"));
    const eyes = await openEyes({ model: "handlandmark-full", runtime: onnxRuntime });
    const { people: hands } = await eyes.look(image);
    const tip = 3 * eyes.skeleton.joints.indexOf("middle4");
    const tips = hands.map(({ joints }) => [...joints.subarray(tip, tip + 2)]).sort(([a], [b]) => a! - b!);
    expect(tips.length).toBe(2);
    for (const [i, [x, y]] of [
      [187, 21],
      [533, 360],
    ].entries())
      expect(Math.hypot(tips[i]![0]! - x!, tips[i]![1]! - y!)).toBeLessThan(12);
    await eyes.close();
  });
});
