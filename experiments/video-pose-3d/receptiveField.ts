/**
 * What time is worth to VideoPose3D (Pavllo et al. 2019, §6): the same small network with a receptive field of 1, 9, 27
 * and 81 frames, on keypoints with a detector's errors; besides, what the mirror is worth in evaluation, what a causal
 * network costs, and that the strided network of the training is the dilated one of the evaluation.
 *
 *     npx tsx --conditions=marey-source experiments/video-pose-3d/receptiveField.ts [--steps 6000] [--seed 1] [--quick]
 */
import { parseArgs } from "node:util";
import { random } from "@marey/core/array";
import { evaluate, input } from "@marey/core/graph";
import {
  examples,
  type LiftErrors,
  type LiftSequence,
  liftErrors,
  network,
  openLifter,
  receptiveField,
  supervised,
} from "@marey/core/model/videoPose3d";
import { adam, baked, count, openTrainer } from "@marey/core/nn";
import { onnxRuntime } from "marey";
import { mm, table, verdict } from "./table.js";
import { CMU, clipsOf, mirrors, PIXEL_NOISE, seenBy } from "./views.js";

const { values: flags } = parseArgs({
  options: {
    data: { type: "string", default: CMU },
    steps: { type: "string", default: "6000" },
    seed: { type: "string", default: "1" },
    threads: { type: "string", default: "2" },
    quick: { type: "boolean", default: false }, // seconds instead of minutes: shows only that it runs
  },
});
const { data, quick } = flags;
const [steps, seed, threads] = [quick ? 4 : Number(flags.steps), Number(flags.seed), Number(flags.threads)];
const channels = quick ? 8 : 128; // the paper has 1024
const batch = quick ? 16 : 256; // the paper has 1024
const joints = 17;

/**
 * What is trained, beside the paper's P1 with CPN's keypoints (single frame, causal and velocity: 243 frames there), and
 * what a PyTorch training of these networks gave on these clips with 1500 steps, before other cameras of this kind.
 */
const networks = [
  { widths: [1, 1, 1], paper: 51.8, torch: [71.0, 69.0, 35.5] },
  { widths: [3, 3], torch: [56.5, 54.9, 15.3] },
  { widths: [3, 3, 3], paper: 48.8, torch: [54.9, 53.3, 13.6] },
  { widths: [3, 3, 3, 3], paper: 47.7, torch: [56.9, 55.0, 13.0] },
  { widths: [3, 3, 3], causal: true, paper: 49.0 },
];

const trainClips = await clipsOf("train", data);
if (trainClips.length === 0) process.exit(0);
const testClips = await clipsOf("test", data);
const every = quick ? 16 : 1;
const cameras = quick ? 1 : 4; // before each clip
const chosen = <T>(list: readonly T[]) => list.filter((_, i) => i % every === 0);
const seen = seenBy(cameras, chosen(trainClips), seed, PIXEL_NOISE);
const unseen = seenBy(2, chosen(testClips), seed + 1000, PIXEL_NOISE);

async function trained(filterWidths: readonly number[], causal: boolean): Promise<network.NetworkParams> {
  const source = examples(seen, mirrors, { filterWidths, causal, batch, seed });
  const lossOf = supervised({ filterWidths, causal });
  const trainer = openTrainer(
    onnxRuntime,
    {
      params: network.init(random(seed), { filterWidths, channels, jointsIn: joints, jointsOut: joints }),
      optimiser: adam({ amsgrad: true }),
      loss: (params, batch, { momentum }) => lossOf(params, batch, { training: true, momentum }),
    },
    { seed, threads },
  );
  for (let step = 0; step < steps; step++) {
    const share = step / steps;
    const next = source.batch(Math.floor(step / source.length), step % source.length);
    await trainer.step(next, { rate: 1e-3 * 0.02 ** share, momentum: 0.1 * 0.01 ** share });
  }
  const params = trainer.params();
  await trainer.close();
  return params;
}

type Form = { filterWidths: readonly number[]; causal: boolean };

async function judged(params: network.NetworkParams, form: Form, flip: boolean): Promise<LiftErrors> {
  const lifter = openLifter(onnxRuntime, params, { ...form, ...(flip && { mirrors }), threads });
  const { all } = await liftErrors(({ keypoints }) => lifter.lift(keypoints), unseen);
  await lifter.close();
  return all;
}

/** The largest difference between what the strided network of the training gives and the dilated one, metres. */
async function stridedApart(params: network.NetworkParams, form: Form): Promise<number> {
  const [sequence] = unseen as [LiftSequence];
  const whole = examples([sequence], mirrors, {
    ...form,
    batch: sequence.frames,
    flip: false,
    shuffle: false,
  });
  const { keypoints } = whole.batch(0, 0);
  const poses = network.forward(baked(params), input("x", keypoints.dims), { ...form, variant: "strided" });
  const strided = (await evaluate(onnxRuntime, { poses }, { x: keypoints })).poses!.data as Float32Array;
  const lifter = openLifter(onnxRuntime, params, { ...form, threads });
  const dilated = await lifter.lift(sequence.keypoints);
  await lifter.close();
  return dilated.reduce((most, value, i) => Math.max(most, Math.abs(value - strided[i]!)), 0);
}

console.log(
  `${seen.length} views of ${trainClips.length} clips, ${unseen.length} of ${testClips.length} to judge by;`,
);
console.log(`${channels} channels, ${steps} steps of ${batch} windows, seed ${seed}, ${threads} threads\n`);

const results: { p1: number; flipped: LiftErrors; apart: number }[] = [];
const rows: string[][] = [];
for (const { widths: filterWidths, causal = false, paper, torch } of networks) {
  const begun = performance.now();
  const params = await trained(filterWidths, causal);
  const seconds = (performance.now() - begun) / 1000;
  const form = { filterWidths, causal };
  const { p1 } = await judged(params, form, false);
  const flipped = await judged(params, form, true);
  results.push({ p1, flipped, apart: await stridedApart(params, form) });
  rows.push([
    `${filterWidths.join(",")}${causal ? " causal" : ""}`,
    String(receptiveField(filterWidths)),
    String(count(params)),
    mm(p1),
    mm(flipped.p1),
    mm(flipped.p2),
    mm(flipped.velocity),
    seconds.toFixed(0),
    paper?.toFixed(1) ?? "",
    torch?.map((value) => value.toFixed(1)).join(" / ") ?? "",
  ]);
  console.error(`${rows.length} of ${networks.length}: ${rows.at(-1)!.join("  ")}`);
}

const head = ["widths", "frames", "parameters", "P1", "P1 flip", "P2 flip", "velocity", "training s"];
console.log(table([...head, "paper P1", "PyTorch P1 / flip / velocity"], rows));

const [single, nine, twentySeven, eightyOne, causal] = results.map(({ flipped }) => flipped) as [
  LiftErrors, LiftErrors, LiftErrors, LiftErrors, LiftErrors,
]; // biome-ignore format: one act
const falls = (a: LiftErrors, b: LiftErrors, names: string, paper: string) =>
  verdict(`P1 falls from ${names} frames`, b.p1 < a.p1, `${mm(a.p1)} → ${mm(b.p1)} mm; paper ${paper}`);
const less = 100 * (1 - twentySeven.velocity / single.velocity);
const gains = results.map(({ p1, flipped }) => p1 - flipped.p1);
const apart = Math.max(...results.map((result) => result.apart));
console.log(`
${falls(single, nine, "1 to 9", "gives none")}
${falls(nine, twentySeven, "9 to 27", "gives none")}
${falls(twentySeven, eightyOne, "27 to 81", "says 48.8 → 47.7 mm")}
${verdict("27 frames halve the velocity error at least", less >= 50, `${(-less).toFixed(0)} %; paper −76 % with 243 frames`)}
${verdict("causal lies between single frame and symmetric", causal.p1 < single.p1 && causal.p1 > twentySeven.p1, `${mm(single.p1)}, ${mm(causal.p1)}, ${mm(twentySeven.p1)} mm; paper 51.8, 49.0, 46.8 mm`)}
${verdict("averaging with the mirror's poses helps each network", Math.min(...gains) > 0, `by ${gains.map(mm).join(", ")} mm; the paper gives no figure`)}
${verdict("strided and dilated networks are one", apart < 1e-5, `${apart.toExponential(1)} m apart at most; official code 6e-8`)}`);
