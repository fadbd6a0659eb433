/**
 * What video without labels is worth to VideoPose3D (Pavllo et al. 2019, §4): one person's motion, of which 1, 5 or 10 %
 * is labelled, and other people of whom only exact keypoints and cameras are known; trained by the labels alone, with the
 * others, and with the others but without the term that compares bones.
 *
 *     npx tsx --conditions=marey-source experiments/video-pose-3d/semiSupervised.ts [--steps 2000] [--subject 02] [--quick]
 */
import { parseArgs } from "node:util";
import { random } from "@marey/core/array";
import {
  examples,
  initSemiSupervised,
  type LiftErrors,
  type LiftSequence,
  liftErrors,
  type MotionClip,
  openLifter,
  semiSupervised,
  subsetOf,
  unlabelledExamples,
} from "@marey/core/model/videoPose3d";
import { adam, openTrainer } from "@marey/core/nn";
import { h36m17 } from "@marey/core/skeleton";
import { onnxRuntime } from "marey";
import { mm, table, verdict } from "./table.js";
import { CMU, clipsOf, mirrors, seenBy } from "./views.js";

const { values: flags } = parseArgs({
  options: {
    data: { type: "string", default: CMU },
    subject: { type: "string", default: "02" }, // of the CMU database: whose motion is labelled
    steps: { type: "string", default: "2000" },
    seed: { type: "string", default: "1" },
    threads: { type: "string", default: "2" },
    quick: { type: "boolean", default: false }, // seconds instead of minutes: shows only that it runs
  },
});
const { data, subject, quick } = flags;
const [steps, seed, threads] = [quick ? 4 : Number(flags.steps), Number(flags.seed), Number(flags.threads)];
const channels = quick ? 8 : 128; // the paper has 1024
const batch = quick ? 16 : 64; // of each half, as in the paper
const filterWidths = [3, 3, 3];
const warmUp = Math.round(steps / 10); // steps; the paper has 5 of 200 epochs
const joints = 17;

const trainClips = await clipsOf("train", data);
if (trainClips.length === 0) process.exit(0);
const testClips = await clipsOf("test", data);
const every = quick ? 16 : 1;
const isOwn = ({ name }: MotionClip) => name.startsWith(`cmu_${subject}_`);
/** These subjects' motion comes on a skeleton of another make, whose shins are 9 cm longer than the others'. */
const isRetargeted = ({ name }: MotionClip) => /^cmu_0[567]_/.test(name);
const foreign = trainClips.filter((clip) => !isOwn(clip) && !isRetargeted(clip));
const part = (clips: readonly MotionClip[]) => clips.filter((_, i) => i % every === 0);
// One subject's clips are few: with four cameras, what a network can't tell is directions rather than poses.
const own = seenBy(quick ? 1 : 16, trainClips.filter(isOwn), seed);
const others = seenBy(quick ? 1 : 4, part(foreign), seed + 1);
const unseen = seenBy(2, part(testClips), seed + 1000);
if (own.length === 0) throw new Error(`no clip of subject ${subject} is in the set: give another --subject`);
const free = unlabelledExamples(others, mirrors, { filterWidths, batch, seed: seed + 1 });

type Way = { name: string; others: boolean; bones: boolean };
const ways: readonly Way[] = [
  { name: "labels alone", others: false, bones: false },
  { name: "and others' keypoints", others: true, bones: true },
  { name: "the same without bones", others: true, bones: false },
];

async function trained(labelled: readonly LiftSequence[], way: Way) {
  const known = examples(labelled, mirrors, { filterWidths, batch, seed });
  const lossOf = semiSupervised({ filterWidths, parents: h36m17.parents, linear: true, bones: way.bones });
  const trainer = openTrainer(
    onnxRuntime,
    {
      params: initSemiSupervised(random(seed), {
        filterWidths,
        channels,
        jointsIn: joints,
        jointsOut: joints,
      }),
      optimiser: adam({ amsgrad: true }),
      loss: (params, batch, { momentum }) => lossOf(params, batch, { training: true, momentum }),
    },
    { seed, threads },
  );
  for (let step = 0; step < steps; step++) {
    const share = step / steps;
    const labels = known.batch(Math.floor(step / known.length), step % known.length);
    const next = way.others && step >= warmUp ? { ...labels, ...free.batch(step) } : labels;
    await trainer.step(next, { rate: 1e-3 * 0.02 ** share, momentum: 0.1 * 0.01 ** share });
  }
  const { model_pos } = trainer.params();
  await trainer.close();
  const lifter = openLifter(onnxRuntime, model_pos, { filterWidths, mirrors, threads });
  const lifted: Float32Array[] = [];
  const { all } = await liftErrors(async ({ keypoints }) => {
    lifted.push(await lifter.lift(keypoints));
    return lifted.at(-1)!;
  }, unseen);
  await lifter.close();
  const truth = boneLengths(unseen.map(({ positions }) => positions!));
  const errors = boneLengths(lifted).map((length, b) => Math.abs(length - truth[b]!));
  return { ...all, bones: errors.reduce((sum, error) => sum + error, 0) / errors.length };
}

/** Of each bone the mean length over all frames, metres. */
function boneLengths(sequences: readonly Float32Array[]): number[] {
  const frames = sequences.reduce((sum, { length }) => sum + length / (joints * 3), 0);
  return h36m17.parents.slice(1).map((parent, i) => {
    let sum = 0;
    for (const poses of sequences)
      for (let at = 0; at < poses.length; at += joints * 3) {
        const along = (k: number) => poses[at + 3 * (i + 1) + k]! - poses[at + 3 * parent + k]!;
        sum += Math.hypot(along(0), along(1), along(2));
      }
    return sum / frames;
  });
}

const frames = (sequences: readonly LiftSequence[]) => sequences.reduce((sum, each) => sum + each.frames, 0);
console.log(
  `labels from subject ${subject} (${frames(own)} frames in all), ${frames(others)} frames of others;`,
);
console.log(
  `${channels} channels, ${steps} steps of ${batch} + ${batch} windows of 27 frames, seed ${seed}\n`,
);

/** P1 with 10 % of subject S1's labels, true keypoints, 27 frames. */
const paper: Readonly<Record<string, string>> = { "10 0": "80.7", "10 1": "65.2" };
const rows: string[][] = [];
const results: { share: number; errors: readonly LiftErrors[] }[] = [];
for (const share of [1, 5, 10]) {
  const labelled = own.map((each) => subsetOf(each, share / 100)).filter((part) => part.frames > 0);
  const errors: LiftErrors[] = [];
  for (const [i, way] of ways.entries()) {
    const begun = performance.now();
    const all = await trained(labelled, way);
    const seconds = (performance.now() - begun) / 1000;
    errors.push(all);
    const ours = [all.p1, all.p2, all.p3, all.velocity, all.bones].map(mm);
    const labels = `${share} % (${frames(labelled)} frames)`;
    rows.push([labels, way.name, ...ours, paper[`${share} ${i}`] ?? "", seconds.toFixed(0)]);
    console.error(`${rows.length} of ${3 * ways.length}: ${rows.at(-1)!.join("  ")}`);
  }
  results.push({ share, errors });
}
console.log(
  table(["labels", "trained by", "P1", "P2", "P3", "velocity", "bones", "paper P1", "training s"], rows),
);

const claims = results.flatMap(({ share, errors }) => {
  const [labels, both, boneless] = errors as [LiftErrors, LiftErrors, LiftErrors];
  const said = share === 10 ? "; paper 80.7 → 65.2 mm" : "";
  const fall = (a: LiftErrors, b: LiftErrors) => `${mm(a.p1)} → ${mm(b.p1)} mm`;
  return [
    verdict(
      `with ${share} % of the labels, others' keypoints help`,
      both.p1 < labels.p1,
      `${fall(labels, both)}${said}`,
    ),
    verdict(`with ${share} %, the term of bones helps`, both.p1 < boneless.p1, fall(boneless, both)),
  ];
});
const gain = ({ errors }: (typeof results)[number]) => errors[0]!.p1 - errors[1]!.p1;
const [few, , many] = results as [(typeof results)[number], unknown, (typeof results)[number]];
claims.push(
  verdict("they help the more, the fewer labels there are", gain(few) > gain(many), `${mm(gain(few))} mm with 1 %, ${mm(gain(many))} mm with 10 %`),
); // biome-ignore format: one act
console.log(`\n${claims.join("\n")}`);
