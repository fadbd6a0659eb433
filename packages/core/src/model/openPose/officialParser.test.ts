import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { encodeConfidenceMaps } from "../../codec/confidenceMaps.js";
import { mapEnlarger } from "../../codec/mapEnlarger.js";
import { PART_AFFINITY_DEFAULTS, partAffinityEncoder } from "../../codec/partAffinity.js";
import { readSafetensors } from "../../format/safetensors.js";
import { mapAverager } from "./averageMaps.js";
import { assembleByEdge, assembleTogether } from "./officialAssembly.js";
import type { Pair, PartCandidates } from "./officialPairs.js";
import { OFFICIAL_SHIFT, officialParser } from "./officialParser.js";
import { BODY_25, BODY_25B, COCO_18, limbsByChannel, MPI_15, type PartModel } from "./parts.js";

const [width, height, stride] = [320, 240, 8] as const;

/** Where the joints of a standing person lie, in units of the height from the feet's middle; left is to the right. */
const standing: Readonly<Record<string, readonly [number, number]>> = {
  nose: [0, 0.93],
  neck: [0, 0.82],
  upper_neck: [0, 0.86],
  head_top: [0, 1],
  chest: [0, 0.65],
  pelvis: [0, 0.52],
  eye: [0.03, 0.95],
  ear: [0.065, 0.93],
  shoulder: [0.12, 0.8],
  elbow: [0.17, 0.65],
  wrist: [0.2, 0.5],
  hip: [0.08, 0.51],
  knee: [0.09, 0.28],
  ankle: [0.1, 0.06],
  big_toe: [0.15, 0.0],
  small_toe: [0.19, 0.02],
  heel: [0.07, 0.02],
};

/** A person of a model, J×3, pixels. */
function person({ skeleton }: PartModel, x: number, feet: number, size: number): number[] {
  return skeleton.joints.flatMap((joint) => {
    const side = joint.startsWith("left_") ? 1 : joint.startsWith("right_") ? -1 : 0;
    const [across, up] = standing[joint.replace(/^(left|right)_/, "")]!;
    return [x + side * across * size, feet - up * size, 1];
  });
}

/** The perfect maps of people at the size of the input. */
function mapsOf(model: PartModel, people: Float32Array) {
  const [columns, rows] = [width / stride, height / stride];
  const joints = model.skeleton.joints.length;
  const limbs = limbsByChannel(model);
  const size = { joints, columns, rows, stride };
  const heat = new Float32Array((joints + 1) * columns * rows);
  encodeConfidenceMaps(people, { ...size, sigma: 7, cutoff: 4.6052, combine: "max" }, heat);
  const fields = new Float32Array(2 * limbs.length * columns * rows);
  partAffinityEncoder({ ...PART_AFFINITY_DEFAULTS, ...size, limbs })(people, fields);
  const enlarge = mapEnlarger(columns, rows, width, height);
  const enlarged = (maps: Float32Array) => {
    const out = new Float32Array(maps.length * stride * stride);
    for (let c = 0; c * columns * rows < maps.length; c++)
      enlarge(maps, out, c * columns * rows, c * width * height);
    return out;
  };
  return { maps: enlarged(heat), fields: enlarged(fields) };
}

describe.each([
  ["BODY_25", BODY_25, "together"],
  ["BODY_25", BODY_25, "edges"],
  ["COCO_18", COCO_18, "edges"],
  ["COCO_18", COCO_18, "together"],
  ["MPI_15", MPI_15, "edges"],
  ["BODY_25B", BODY_25B, "together"],
] as const)("%s", (_, model, assembly) => {
  test(`people drawn into perfect maps come back whole (${assembly})`, () => {
    const parse = officialParser({ model, columns: width, rows: height, assembly });
    const count = model.skeleton.joints.length;
    let [sum, joints] = [0, 0];
    fc.assert(
      fc.property(
        fc.integer({ min: -8, max: 8 }),
        fc.integer({ min: -8, max: 8 }),
        fc.double({ min: 165, max: 220, noNaN: true }),
        fc.double({ min: 0.5, max: 4, noNaN: true }),
        (dx, dy, size, toPicture) => {
          const truth = [person(model, 80 + dx, 228, size), person(model, 235, 225 + dy, size * 0.9)];
          const { maps, fields } = mapsOf(model, Float32Array.from(truth.flat()));
          const found = parse(maps, fields, toPicture);
          expect(found.count).toBe(2);
          const order = found.joints[0]! < 160 * toPicture ? [0, 1] : [1, 0];
          order.forEach((q, p) => {
            for (let j = 0; j < count; j++) {
              const at = (q * count + j) * 3;
              const x = (found.joints[at]! - OFFICIAL_SHIFT) / toPicture - truth[p]![3 * j]!;
              const y = (found.joints[at + 1]! - OFFICIAL_SHIFT) / toPicture - truth[p]![3 * j + 1]!;
              expect(Math.hypot(x, y)).toBeLessThan(1.6);
              expect(found.joints[at + 2]).toBeGreaterThan(0.6);
              sum += Math.hypot(x, y);
              joints++;
            }
            expect(found.scores[q]).toBeGreaterThan(0.6);
          });
        },
      ),
      { numRuns: 4 },
    );
    expect(sum / joints).toBeLessThan(0.7);
  });
});

test("candidates are all peaks, in pixels of the picture", () => {
  const people = Float32Array.from([...person(COCO_18, 90, 228, 200), ...person(COCO_18, 220, 228, 200)]);
  const { maps, fields } = mapsOf(COCO_18, people);
  const { candidates } = officialParser({ model: COCO_18, columns: width, rows: height })(maps, fields, 2);
  expect(candidates.map((list) => list.length)).toEqual(new Array(18).fill(6));
  expect(candidates[0]![0]! - OFFICIAL_SHIFT).toBeCloseTo(180, -1);
});

describe("nobody", () => {
  test.each([BODY_25, MPI_15])("in empty maps of $name", (model) => {
    const { maps, fields } = mapsOf(model, new Float32Array(0));
    for (const assembly of ["edges", "together"] as const)
      expect(officialParser({ model, columns: width, rows: height, assembly })(maps, fields, 1).count).toBe(
        0,
      );
  });

  test("who has but a leg and feet, unless all is to be found", () => {
    const whole = person(BODY_25, 160, 228, 200);
    const legOnly = whole.map((value, i) => {
      const joint = BODY_25.skeleton.joints[Math.floor(i / 3)]!;
      return i % 3 === 2 && !/^left_(knee|ankle|big_toe|small_toe|heel)$/.test(joint) ? 0 : value;
    });
    const { maps, fields } = mapsOf(BODY_25, Float32Array.from(legOnly));
    // Nobody else is there: the rule about feet is lifted, the five parts are enough.
    const count = (people: Float32Array) => {
      const drawn = mapsOf(BODY_25, people);
      return officialParser({ model: BODY_25, columns: width, rows: height })(drawn.maps, drawn.fields, 1)
        .count;
    };
    expect(officialParser({ model: BODY_25, columns: width, rows: height })(maps, fields, 1).count).toBe(1);
    const other = person(BODY_25, 265, 228, 200);
    const leg = legOnly.map((value, i) => (i % 3 === 0 ? value - 90 : value));
    expect(count(Float32Array.from([...leg, ...other]))).toBe(1);
    const greedy = officialParser({ model: BODY_25, columns: width, rows: height, maximizePositives: true });
    const both = mapsOf(BODY_25, Float32Array.from([...leg, ...other]));
    expect(greedy(both.maps, both.fields, 1).count).toBe(2);
  });
});

describe("assembly", () => {
  const edge = (a: string, b: string) =>
    COCO_18.edges.findIndex(
      ({ joints }) => COCO_18.skeleton.joints[joints[0]] === a && COCO_18.skeleton.joints[joints[1]] === b,
    );
  const part = (name: string) => COCO_18.skeleton.joints.indexOf(name);
  /** As many candidates of each part as given, all of value 0.5. */
  const candidates = (counts: Readonly<Record<string, number>>): PartCandidates => ({
    ofPart: COCO_18.skeleton.joints.map((name) =>
      Float32Array.from({ length: 3 * (counts[name] ?? 0) }, (_, i) => (i % 3 === 2 ? 0.5 : 0)),
    ),
  });
  const shoulder = edge("neck", "right_shoulder");
  const ear = edge("right_shoulder", "right_ear");
  const eye = edge("right_eye", "right_ear");
  const pair = (at: number, a: number, b: number, score: number): Pair => ({ edge: at, a, b, score });

  test("a redundant edge joins two halves only when all pairs are sorted together", () => {
    const seen = candidates({ neck: 1, right_shoulder: 1, right_eye: 1, right_ear: 1 });
    const pairs = [pair(shoulder, 0, 0, 0.9), pair(eye, 0, 0, 0.8), pair(ear, 0, 0, 0.7)];
    const together = assembleTogether(seen, COCO_18, pairs);
    expect(together.length).toBe(1);
    expect(together[0]!.count).toBe(4);
    expect(together[0]!.score).toBeCloseTo(4 * 0.5 + 0.9 + 0.8 + 0.7);
    const apart = assembleByEdge(seen, COCO_18, (at) => pairs.filter((p) => p.edge === at));
    expect(apart.filter(({ count }) => count > 1).length).toBe(2);
    // The ear goes to the shoulder's half as well, without score or count.
    const half = apart.find(({ parts }) => parts[part("neck")] === 0)!;
    expect([half.parts[part("right_ear")], half.count]).toEqual([0, 2]);
    expect(half.score).toBeCloseTo(1 + 0.9);
  });

  test("halves that have a part in common stay apart", () => {
    const seen = candidates({ neck: 2, right_shoulder: 2, right_eye: 1, right_ear: 1 });
    const pairs = [pair(shoulder, 0, 0, 0.9), pair(shoulder, 1, 1, 0.8), pair(shoulder, 0, 1, 0.7)];
    const people = assembleTogether(seen, COCO_18, pairs);
    expect(people.map(({ count }) => count)).toEqual([2, 2]);
  });

  test("of competing pairs the best is accepted, of equal ones the later", () => {
    const seen = candidates({ neck: 2, right_shoulder: 2 });
    const of = (pairs: Pair[]) =>
      assembleByEdge(seen, COCO_18, (at) => pairs.filter((p) => p.edge === at))
        .filter(({ count }) => count === 2)
        .map(({ parts }) => [parts[part("neck")], parts[part("right_shoulder")]]);
    expect(of([pair(shoulder, 0, 0, 0.5), pair(shoulder, 0, 1, 0.9), pair(shoulder, 1, 1, 0.8)])).toEqual([
      [0, 1],
    ]);
    expect(of([pair(shoulder, 0, 0, 0.5), pair(shoulder, 1, 0, 0.5)])).toEqual([[1, 0]]);
  });

  test("a part whose partner is nowhere begins a person, in MPI even one that somebody has", () => {
    const alone = assembleByEdge(candidates({ neck: 2 }), COCO_18, () => []);
    expect(alone.map(({ parts, count }) => [parts[part("neck")], count])).toEqual([
      [0, 1],
      [1, 1],
    ]);
    const mpi = MPI_15.skeleton.joints.map((_, i) =>
      i === 1 ? Float32Array.of(0, 0, 0.5) : new Float32Array(0),
    );
    const edgesWithNeck = MPI_15.edges.filter(({ joints }) => joints.includes(1)).length;
    expect(assembleByEdge({ ofPart: mpi }, MPI_15, () => []).length).toBe(edgesWithNeck);
  });
});

const tfpose = join(import.meta.dirname, "../../../../../../shared/golden/tfpose");
describe.skipIf(!existsSync(tfpose))("maps that a network made of real pictures", () => {
  test.each(["tfpose_p2", "tfpose_ski", "tfpose_skiers"])("%s", (name) => {
    const { cases } = JSON.parse(readFileSync(join(tfpose, "index.json"), "utf8"));
    const { outputs } = cases.find((one: { name: string }) => one.name === name);
    const { tensors } = readSafetensors(readFileSync(join(tfpose, "tensors.safetensors")));
    const [output, people] = [tensors.get(outputs.output)!, tensors.get(outputs.people)!];
    const [rows, columns, channels] = output.shape.slice(-3) as [number, number, number];
    const cells = rows * columns;
    const maps = Float32Array.from({ length: channels * cells }, (_, i) =>
      Number(output.data[(i % cells) * channels + Math.floor(i / cells)]),
    );
    const size = { width: 8 * columns, height: 8 * rows, scale: 1 };
    const large = new Float32Array(maps.length * 64);
    mapAverager({ sizes: [size], stride: 8, channels })([maps], large);
    for (const assembly of ["edges", "together"] as const) {
      const parse = officialParser({ model: COCO_18, columns: size.width, rows: size.height, assembly });
      const found = parse(large, large.subarray(19 * cells * 64), 1);
      // As many as the C++ decoder of another project finds.
      expect(found.count).toBe(people.shape[0]);
    }
  });
});
