/**
 * Run time against the number of people (Cao et al. 2019, §5.3): reading people from maps of 656×368 pixels grows with them,
 * the bottom-up network beside it doesn't, and a top-down one runs once for each person. Networks are the embedded ones:
 * tfpose-small (OpenPose's maps by a MobileNet) and movenet-thunder on square crops. Best of several runs each, so that
 * what else the machine does counts little.
 *
 *     npx tsx --conditions=marey-source experiments/open-pose/runtime.ts [--runs 20] [--threads 1]
 */
import { parseArgs } from "node:util";
import { type Random, random } from "@marey/core/array";
import {
  ASSEMBLY_DEFAULTS,
  CONFIDENCE_MAP_DEFAULTS,
  encodeConfidenceMaps,
  mapEnlarger,
  PART_AFFINITY_DEFAULTS,
  partAffinityEncoder,
  peopleAssembler,
} from "@marey/core/codec";
import { COCO_18, limbsByChannel, officialParser } from "@marey/core/model/openPose";
import type { Tensor } from "@marey/core/seam";
import { findCard, loadNetwork, onnxRuntime } from "marey";
import { table, verdict } from "../video-pose-3d/table.js";

const { values: flags } = parseArgs({
  options: {
    runs: { type: "string", default: "20" },
    threads: { type: "string", default: "1" },
    seed: { type: "string", default: "1" },
  },
});
const [runs, threads, seed] = [Number(flags.runs), Number(flags.threads), Number(flags.seed)];
const [width, height, stride] = [656, 368, 8];
const [columns, rows] = [width / stride, height / stride];
const cells = columns * rows;
const joints = COCO_18.skeleton.joints.length;
const limbs = limbsByChannel(COCO_18);
const grid = { columns, rows, stride, joints, limbs };

/** Somebody who stands, COCO-18, head at −0.44 and feet at 0.5 of the height. */
const standing = [[0, -0.4], [0, -0.31], [-0.1, -0.31], [-0.14, -0.15], [-0.15, 0], [0.1, -0.31], [0.14, -0.15], [0.15, 0], [-0.06, 0.02], [-0.07, 0.25], [-0.07, 0.47], [0.06, 0.02], [0.07, 0.25], [0.07, 0.47], [-0.02, -0.42], [0.02, -0.42], [-0.045, -0.41], [0.045, -0.41]] as const; // biome-ignore format: a table

/** A crowd, the smaller the more there are: 60 to 130 pixels tall, anywhere. */
function crowd(count: number, draw: Random): Float32Array {
  const people = new Float32Array(count * joints * 3);
  for (let p = 0; p < count; p++) {
    const tall = draw.uniform(60, 130);
    const [x, y] = [draw.uniform(30, width - 30), draw.uniform(0.5 * tall, height - 0.5 * tall)];
    standing.forEach(([u, v], j) => {
      const place = [x + (u + draw.normal(0, 0.02)) * tall, y + (v + draw.normal(0, 0.02)) * tall, 1];
      people.set(place, (p * joints + j) * 3);
    });
  }
  return people;
}

/** Milliseconds of the fastest run. */
async function best(work: () => unknown, times = runs): Promise<number> {
  let least = Infinity;
  for (let i = 0; i < times + 2; i++) {
    const begun = performance.now();
    await work();
    if (i > 1) least = Math.min(least, performance.now() - begun);
  }
  return least;
}

async function networkTime(name: string, w: number, h: number): Promise<number> {
  const { input } = findCard(name);
  const network = await loadNetwork(onnxRuntime, name, { threads });
  const dims = input.layout === "NHWC" ? [1, h, w, 3] : [1, 3, h, w];
  const data = { float32: Float32Array, int32: Int32Array, uint8: Uint8Array }[input.type];
  const fed: Tensor = { type: input.type, dims, data: new data(3 * w * h).fill(100) };
  const time = await best(() => network.run({ [input.name]: fed }), Math.min(runs, 8));
  await network.close();
  return time;
}

const counts = [1, 2, 5, 10, 15, 20, 30, 40, 50];
const assemble = peopleAssembler({ ...ASSEMBLY_DEFAULTS, ...grid });
const parse = officialParser({ model: COCO_18, columns: width, rows: height });
const encodeFields = partAffinityEncoder({ ...PART_AFFINITY_DEFAULTS, ...grid });
const enlarge = mapEnlarger(columns, rows, width, height);
const channels = joints + 1 + 2 * limbs.length;
const large = new Float32Array(channels * width * height);
const plane = (values: Float32Array, c: number, size: number) => values.subarray(c * size, (c + 1) * size);

const bottomUp = await networkTime("tfpose-small", width, height);
const topDown = await networkTime("movenet-thunder", 256, 256);
const measured: { count: number; found: number; ours: number; official: number }[] = [];
for (const count of counts) {
  const all = new Float32Array(channels * cells);
  const people = crowd(count, random(seed + count));
  const maps = all.subarray(0, (joints + 1) * cells);
  const fields = all.subarray(maps.length);
  encodeConfidenceMaps(people, { ...CONFIDENCE_MAP_DEFAULTS, ...grid }, maps);
  encodeFields(people, fields);
  for (let c = 0; c < channels; c++) enlarge(plane(all, c, cells), plane(large, c, width * height));
  const largeFields = large.subarray((joints + 1) * width * height);
  measured.push({
    count,
    found: assemble(maps, fields).count,
    ours: await best(() => assemble(maps, fields), 5 * runs),
    official: await best(() => parse(large, largeFields, 1)),
  });
}

const enlarging = await best(() => enlarge(plane(large, 0, cells), plane(large, 1, width * height)));
const ms = (value: number) => value.toFixed(2);
console.log(
  `${threads} thread${threads > 1 ? "s" : ""}; tfpose-small at ${width}×${height}: ${ms(bottomUp)} ms, movenet-thunder: ${ms(topDown)} ms a person\n`,
);
console.log(
  table(
    [
      "people",
      "found",
      "maps read, ms",
      "OpenPose's parser, ms",
      "bottom-up in all, ms",
      "top-down in all, ms",
    ],
    measured.map(({ count, found, ours, official }) => [
      String(count),
      String(found),
      ms(ours),
      ms(official),
      ms(bottomUp + ours),
      ms(count * topDown),
    ]),
  ),
);
console.log(
  `\nOpenPose's parser reads enlarged maps: ${channels} of them, ${ms(enlarging)} ms each, whoever is in the picture; top-down's finder isn't counted.`,
);
const [one, ten, fifty] = [1, 10, 50].map((n) => measured.find(({ count }) => count === n)!);
const grows = (fifty!.ours - one!.ours) / (bottomUp + one!.ours);
console.log(`
${verdict("bottom-up time is nearly flat", grows < 0.25, `from 1 to 50 people ${ms(bottomUp + one!.ours)} → ${ms(bottomUp + fifty!.ours)} ms, +${(100 * grows).toFixed(0)} %; paper: constant`)}
${verdict("reading 10 people takes at most 1 ms", ten!.ours <= 1, `${ms(ten!.ours)} ms; OpenPose's C++ 0.58 ms for 9`)}
${verdict("top-down time is linear and the longer one in crowds", 50 * topDown > bottomUp + fifty!.ours, `50 people ${ms(50 * topDown)} against ${ms(bottomUp + fifty!.ours)} ms; the same from ${Math.ceil((bottomUp + one!.ours) / topDown)} people on`)}`);
