import { anchorBoxes, encodeConfidenceMaps, partAffinityEncoder } from "@marey/core/codec";
import { type Node, reduceMax, reshape, stack } from "@marey/core/graph";
import { describe, expect, test } from "vitest";
import {
  type Built,
  boxes,
  build,
  expectPeople,
  finder,
  height,
  look,
  maps,
  people,
  picture,
  says,
  width,
} from "./spots.js";

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
