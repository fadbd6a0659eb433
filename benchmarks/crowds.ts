/**
 * Crowds of 1 to 30 people in given maps: what the decoder recovers, beside two published decoders whose results are
 * stored with the golden group `openpose`; then crowds of the same figures shuffled by seeds that no setting was tuned on,
 * and the time by number of people.
 *
 *     npx tsx --conditions=marey-source benchmarks/crowds.ts
 */
import { random } from "@marey/core/array";
import { ASSEMBLY_DEFAULTS, peopleAssembler } from "@marey/core/codec";
import { coco18 } from "@marey/core/skeleton";
import { type Recovery, recovery } from "../test/golden/crowd.js";
import { type Case, numbers, readGroup } from "../test/golden/fixture.js";
import { noisyMaps } from "../test/golden/openPose.js";

const J = coco18.joints.length;
const cases = (readGroup("openpose") ?? []).filter(({ name }) => name.startsWith("decode_synth"));
if (cases.length === 0) {
  console.log("crowds: skipped, the golden group openpose isn't there");
  process.exit(0);
}
const { image, stride, limbs, match_px: reach, found_fraction: share } = cases[0]!.attributes;
const [width, height] = image as [number, number];
const grid = { columns: width / stride, rows: height / stride, stride };
const cells = grid.columns * grid.rows;
const assemble = peopleAssembler({ ...ASSEMBLY_DEFAULTS, ...grid, joints: J, limbs, skeleton: coco18 });
const decode = (maps: Float32Array) => assemble(maps, maps.subarray((J + 1) * cells));
const peopleOf = ({ inputs }: Case) => Float32Array.from(numbers(inputs.people!));

function judge(crowd: Case): Recovery {
  const { count, joints } = decode(noisyMaps(crowd));
  return recovery(peopleOf(crowd), joints.subarray(0, count * J * 3), J, reach, share);
}

const everybody = cases.flatMap((one) => {
  const people = peopleOf(one);
  return Array.from({ length: people.length / J / 3 }, (_, p) => people.slice(p * J * 3, (p + 1) * J * 3));
});

/** A crowd as dense as the given one, of figures of all crowds, some mirrored, at places of its people. */
function shuffled(crowd: Case, seed: number): Case {
  const draw = random(seed);
  const next = () => draw.uniform();
  const pick = (n: number) => Math.floor(next() * n);
  const own = peopleOf(crowd);
  const count = own.length / J / 3;
  const data = new Float32Array(own.length);
  for (let p = 0; p < count; p++) {
    const figure = everybody[pick(everybody.length)]!;
    const place = own.subarray(pick(count) * J * 3);
    const [fx, fy] = middle(figure);
    const [px, py] = middle(place);
    const [dx, dy, isMirrored] = [px + 40 * (next() - 0.5), py + 20 * (next() - 0.5), next() < 0.5];
    for (let j = 0; j < J; j++) {
      const from = 3 * (isMirrored ? coco18.mirror[j]! : j);
      const x = (isMirrored ? fx - figure[from]! : figure[from]! - fx) + dx;
      const y = figure[from + 1]! - fy + dy;
      const isSeen = figure[from + 2]! > 0 && x >= 0 && y >= 0 && x < width && y < height;
      data.set([x, y, isSeen ? 1 : 0], (p * J + j) * 3);
    }
  }
  const people = { ...crowd.inputs.people!, data };
  return { ...crowd, inputs: { people }, attributes: { ...crowd.attributes, noise_seed: seed } } as Case;
}

function middle(person: Float32Array): [number, number] {
  let [x, y, n] = [0, 0, 0];
  for (let j = 0; j < J; j++)
    if (person[3 * j + 2]! > 0) [x, y, n] = [x + person[3 * j]!, y + person[3 * j + 1]!, n + 1];
  return [x / n, y / n];
}

const cell = (value: number | string, size = 7) => `${value}`.padStart(size);
const kinds = ["found", "joints_right", "split", "merged"] as const;
const total = (all: readonly Recovery[], kind: keyof Recovery) =>
  all.reduce((sum, one) => sum + one[kind], 0);

console.log("people  found: ours, python, cpp      joints right of visible: ours, python, cpp, of");
const results = cases.map((crowd) => ({ crowd, ours: judge(crowd) }));
let behind = 0;
for (const { crowd, ours } of results) {
  const { python, cpp } = crowd.attributes.reference;
  const isBehind =
    ours.found < Math.max(python.found, cpp.found) ||
    ours.joints_right < Math.max(python.joints_right, cpp.joints_right);
  if (isBehind) behind++;
  const found = [ours, python, cpp].map(({ found }) => cell(found)).join("");
  const right = [ours, python, cpp].map(({ joints_right }) => cell(joints_right)).join("");
  console.log(
    `${cell(ours.true_people, 6)}${found}        ${right}${cell(ours.joints_visible)}${isBehind ? "  behind" : ""}`,
  );
}
const all = {
  ours: results.map(({ ours }) => ours),
  python: cases.map(({ attributes }) => attributes.reference.python),
  cpp: cases.map(({ attributes }) => attributes.reference.cpp),
};
console.log(`\nbehind the better reference in ${behind} of ${cases.length} crowds; totals:`);
console.log(`${"".padEnd(8)}${kinds.map((kind) => cell(kind, 14)).join("")}`);
for (const [name, list] of Object.entries(all))
  console.log(`${name.padEnd(8)}${kinds.map((kind) => cell(total(list, kind), 14)).join("")}`);

console.log("\nshuffled crowds, denser (no reference): found and joints right, of all");
for (const seed of [101, 102, 103]) {
  const list = cases.map((crowd, i) => judge(shuffled(crowd, seed * 1000 + i)));
  const [found, people] = [total(list, "found"), total(list, "true_people")];
  const [right, visible] = [total(list, "joints_right"), total(list, "joints_visible")];
  console.log(`seed ${seed}: ${found} of ${people} people, ${right} of ${visible} joints`);
}

console.log("\ntime for a picture, ms on one core, median of 101 (processor time, mean)");
const counts = Array.from({ length: 50 }, (_, i) => i + 1);
const maps = counts.map((count) => noisyMaps(crowdOf(count)));
for (let round = 0; round < 20; round++) for (const map of maps) decode(map);
const times = maps.map(timeOf);
for (const [i, { median, processor }] of times.entries())
  console.log(`${cell(i + 1)} people${cell(median.toFixed(2), 8)}  (${processor.toFixed(2)})`);

function timeOf(map: Float32Array): { median: number; processor: number } {
  const list: number[] = [];
  const begin = process.cpuUsage();
  for (let i = 0; i < 101; i++) {
    const start = performance.now();
    decode(map);
    list.push(performance.now() - start);
  }
  return { median: list.sort((a, b) => a - b)[50]!, processor: process.cpuUsage(begin).user / 101e3 };
}

/** The stored crowd of so many people, or the largest with people of others added. */
function crowdOf(count: number): Case {
  const stored = cases.find((one) => peopleOf(one).length === count * J * 3);
  if (stored) return stored;
  const last = cases.at(-1)!;
  const more = everybody.slice(0, count - peopleOf(last).length / J / 3);
  const data = Float32Array.from([...peopleOf(last), ...more.flatMap((person) => [...person])]);
  const people = { ...last.inputs.people!, data, shape: [count, J, 3] };
  return { ...last, inputs: { people } } as Case;
}
