import {
  ASSEMBLY_DEFAULTS,
  body25BoxJoints,
  CONFIDENCE_MAP_DEFAULTS,
  emptyPeaks,
  encodeConfidenceMaps,
  faceBox,
  findPeaks,
  handBox,
  LINE_INTEGRAL_DEFAULTS,
  lineIntegral,
  mapEnlarger,
  partAffinityEncoder,
  peopleAssembler,
} from "@marey/core/codec";
import { coco18 } from "@marey/core/skeleton";
import { type Recovery, recovery } from "./crowd.js";
import { type Case, GoldenFailure, numbers, type Operations, readGroup, type Stored } from "./fixture.js";

const floats = (tensor: Stored) => Float32Array.from(numbers(tensor));

function grid({ attributes }: Case) {
  const [width, height] = attributes.image;
  const { stride } = attributes;
  return { columns: width / stride, rows: height / stride, stride };
}

function confidenceMaps(fixture: Case) {
  const { sigma, cutoff = CONFIDENCE_MAP_DEFAULTS.cutoff, combine = "max" } = fixture.attributes;
  const joints = fixture.inputs.people.shape[1] as number;
  const { columns, rows, stride } = grid(fixture);
  const maps = new Float32Array((joints + 1) * columns * rows);
  const options = { joints, columns, rows, stride, sigma, cutoff, combine };
  encodeConfidenceMaps(floats(fixture.inputs.people), options, maps);
  return { maps };
}

function partAffinityFields(fixture: Case) {
  const { limbs, halfwidth_cells: halfWidth = 1, combine = "average" } = fixture.attributes;
  const joints = fixture.inputs.people.shape[1] as number;
  const { columns, rows, stride } = grid(fixture);
  const maps = new Float32Array(2 * limbs.length * columns * rows);
  partAffinityEncoder({ joints, columns, rows, stride, limbs, halfWidth, combine })(
    floats(fixture.inputs.people),
    maps,
  );
  return { maps };
}

function peaksOf(map: Float32Array, columns: number, rows: number, threshold: number) {
  const peaks = emptyPeaks();
  findPeaks(map, columns, rows, threshold, peaks);
  return { peaks: peaks.data.subarray(0, peaks.count * 3) };
}

function enlarged(map: Stored, toColumns: number, toRows: number, a?: number) {
  const [rows, columns] = map.shape as [number, number];
  const out = new Float32Array(toColumns * toRows);
  mapEnlarger(columns, rows, toColumns, toRows, a)(floats(map), out);
  return out;
}

function resizeCubic({ inputs, attributes }: Case) {
  const [rows, columns] = attributes.size;
  const out = enlarged(inputs.map, columns, rows, attributes.a);
  return { sampled: out.filter((_, i) => (i % columns) % 5 === 0 && Math.floor(i / columns) % 5 === 0) };
}

function peaksOnEnlarged({ inputs, attributes }: Case) {
  const [rows, columns] = (inputs.map.shape as [number, number]).map((n) => n * attributes.scale);
  return peaksOf(enlarged(inputs.map, columns!, rows!), columns!, rows!, attributes.threshold);
}

function lineIntegrals({ inputs, attributes }: Case) {
  const [, rows, columns] = inputs.paf.shape as [number, number, number];
  const { inter_threshold: minSample, inter_min_above: minShare } = attributes;
  const options = { ...LINE_INTEGRAL_DEFAULTS, columns, rows, minSample, minShare };
  const fields = floats(inputs.paf);
  const ends = floats(inputs.segments);
  const scores = new Float32Array(ends.length / 4);
  for (let i = 0; i < scores.length; i++) {
    const [ax, ay, bx, by] = ends.subarray(i * 4, i * 4 + 4) as unknown as [number, number, number, number];
    scores[i] = lineIntegral(fields, 0, ax, ay, bx, by, options);
  }
  return { scores };
}

function handFaceBoxes({ inputs, attributes }: Case) {
  if (attributes.model !== "BODY_25") throw new GoldenFailure(`no joints of ${attributes.model} are known`);
  const [people, joints] = inputs.pose.shape as [number, number];
  const poses = floats(inputs.pose);
  const boxes = () => new Float32Array(people * 4);
  const [left, right, face] = [boxes(), boxes(), boxes()];
  for (let p = 0; p < people; p++) {
    const body = poses.subarray(p * joints * 3, (p + 1) * joints * 3);
    handBox(body, body25BoxJoints, 0, attributes.hand_threshold, left, p * 4);
    handBox(body, body25BoxJoints, 1, attributes.hand_threshold, right, p * 4);
    faceBox(body, body25BoxJoints, attributes.face_threshold, face, p * 4);
  }
  return { left, right, face };
}

/** The people's maps with the group's noise: 2·(h/2³²) − 1 times the amplitude, h a hash of seed, channel, row and column. */
export function noisyMaps(fixture: Case) {
  const { attributes, inputs } = fixture;
  const { columns, rows } = grid(fixture);
  const cells = columns * rows;
  const [count, joints] = inputs.people.shape as [number, number];
  const heat = confidenceMaps({ ...fixture, attributes: { ...attributes, combine: "max" } }).maps;
  const fields = partAffinityFields({ ...fixture, attributes: { ...attributes, combine: "average" } }).maps;
  const wiped = withoutPerson(fixture, count, joints);
  for (const limb of attributes.wiped_limbs ?? [])
    fields.set(wiped.subarray(2 * limb * cells, 2 * (limb + 1) * cells), 2 * limb * cells);
  const maps = new Float32Array(heat.length + fields.length);
  maps.set(heat);
  maps.set(fields, heat.length);
  for (let i = 0; i < maps.length; i++) {
    const amplitude = i < heat.length ? attributes.heat_noise : attributes.paf_noise;
    const [channel, cell] = [Math.floor(i / cells), i % cells];
    const noise = hash(attributes.noise_seed, channel, Math.floor(cell / columns), cell % columns) / 2 ** 32;
    maps[i] = maps[i]! + amplitude * (2 * noise - 1);
  }
  return maps;
}

/** The fields of all but the wiped person. */
function withoutPerson(fixture: Case, count: number, joints: number) {
  const people = numbers(fixture.inputs.people);
  const { wiped_person: wiped } = fixture.attributes;
  const data = people.filter((_, i) => Math.floor(i / joints / 3) !== wiped);
  const left = data.length / joints / 3;
  const others = { ...fixture.inputs.people, data, shape: [left, joints, 3] } as Stored;
  if (left + 1 < count) throw new GoldenFailure("more than one person is wiped");
  return partAffinityFields({ ...fixture, inputs: { people: others } }).maps;
}

function hash(seed: number, channel: number, row: number, column: number) {
  let h =
    Math.imul(seed, 0x9e3779b1) +
    Math.imul(channel, 0x85ebca77) +
    Math.imul(row, 0xc2b2ae3d) +
    Math.imul(column, 0x27d4eb2f);
  h ^= h >>> 15;
  h = Math.imul(h, 0x2c1b3c6d);
  h ^= h >>> 12;
  h = Math.imul(h, 0x297a2d39);
  return (h ^ (h >>> 15)) >>> 0;
}

/** The rendered maps must be those that the references decoded. */
function requireSameMaps({ expected, tolerance }: Case, maps: Float32Array, cells: number) {
  const { mapAbsolute } = tolerance as { mapAbsolute: number };
  const check = (what: string, got: ArrayLike<number>, want?: Stored) =>
    want &&
    numbers(want).forEach((value, i) => {
      if (!(Math.abs(got[i]! - value) <= mapAbsolute))
        throw new GoldenFailure(`${what}[${i}] is ${got[i]}, expected ${value}`);
    });
  const channels = Array.from({ length: maps.length / cells }, (_, c) =>
    maps.subarray(c * cells, (c + 1) * cells),
  );
  check(
    "map_sum",
    channels.map((map) => map.reduce((a, b) => a + b, 0)),
    expected.map_sum,
  );
  check(
    "map_abs_max",
    channels.map((map) => map.reduce((most, value) => Math.max(most, Math.abs(value)), 0)),
    expected.map_abs_max,
  );
  check("maps", maps, expected.maps);
}

/** What our decoder recovers of a case's people. */
function recovered(fixture: Case): Recovery {
  const { attributes, inputs } = fixture;
  const joints = inputs.people.shape[1] as number;
  const size = grid(fixture);
  const cells = size.columns * size.rows;
  const maps = noisyMaps(fixture);
  requireSameMaps(fixture, maps, cells);
  const assemble = peopleAssembler({
    ...ASSEMBLY_DEFAULTS,
    ...size,
    joints,
    limbs: attributes.limbs,
    skeleton: coco18,
  });
  const { count, joints: found } = assemble(maps, maps.subarray((joints + 1) * cells));
  const people = found.subarray(0, count * joints * 3);
  return recovery(floats(inputs.people), people, joints, attributes.match_px, attributes.found_fraction);
}

const total = (all: Recovery[]) =>
  all.reduce((sum, one) => {
    const keys = Object.keys(sum) as (keyof Recovery)[];
    return Object.fromEntries(keys.map((key) => [key, sum[key] + one[key]])) as unknown as Recovery;
  });

type References = Record<"python" | "cpp", Recovery>;

function requireNoWorse(got: Recovery, { python, cpp }: References) {
  const worse = [
    ...(["found", "joints_right"] as const).filter((key) => got[key] < Math.max(python[key], cpp[key])),
    ...(["split", "merged"] as const).filter((key) => got[key] > Math.min(python[key], cpp[key])),
  ];
  const parts = worse.map((key) => `${key} ${got[key]}, the references have ${python[key]} and ${cpp[key]}`);
  if (worse.length > 0) throw new GoldenFailure(parts.join("; "));
}

const recoveredTotals = new Map<boolean, Recovery>();

/**
 * No worse than the better of two published decoders on the same maps, in the totals as the group's README asks: of the
 * crowds, and of the cases without a limb's field.
 */
function decode(fixture: Case) {
  const isWiped = ({ attributes }: Case) => attributes.wiped_limbs !== undefined;
  const wiped = isWiped(fixture);
  const cases = (readGroup("openpose") ?? []).filter(
    (one) => one.operation === fixture.operation && isWiped(one) === wiped,
  );
  const got = recoveredTotals.get(wiped) ?? total(cases.map(recovered));
  recoveredTotals.set(wiped, got);
  const reference = (name: keyof References) => total(cases.map((one) => one.attributes.reference[name]));
  requireNoWorse(got, { python: reference("python"), cpp: reference("cpp") });
  // The stored results are the references' people, to be surpassed, not equalled.
  fixture.attributes.compare = Object.fromEntries(
    Object.keys(fixture.expected).map((name) => [name, "info"]),
  );
  return {};
}

export const openPose: Operations = {
  openpose_decode: decode,
  openpose_confidence_maps: confidenceMaps,
  openpose_part_affinity_fields: partAffinityFields,
  openpose_nms: ({ inputs, attributes }) =>
    peaksOf(
      floats(inputs.map),
      inputs.map.shape[1] as number,
      inputs.map.shape[0] as number,
      attributes.threshold,
    ),
  resize_cubic: resizeCubic,
  openpose_nms_on_upsampled: peaksOnEnlarged,
  openpose_line_integral: lineIntegrals,
  openpose_hand_face_boxes: handFaceBoxes,
};
