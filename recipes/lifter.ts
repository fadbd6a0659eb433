/**
 * Trains Marey's default lifter: VideoPose3D (Pavllo et al. 2019) on motion of the CMU database, seen by virtual cameras.
 * Its input is not the paper's: keypoints are turned and scaled as a camera sees them that looks at the person.
 *
 * The embedded weights came from the settings below; they lie with their card and log in packages/marey/weights/lifter.
 * `marey train lifter --set data=FOLDER` makes them again, as runs/lifter/lifter.
 */
import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { MareyError } from "@marey/core";
import { random } from "@marey/core/array";
import {
  canonicalSequence,
  evaluationViews,
  examples,
  type LiftSequence,
  liftErrors,
  liftKeypoints,
  type MotionClip,
  network,
  openLifter,
  readMotion17,
  supervised,
  trainingViews,
} from "@marey/core/model/videoPose3d";
import { adam, load } from "@marey/core/nn";
import { h36m17 } from "@marey/core/skeleton";
import { batchList, type Evaluation, type Run, train, type Weights, writeLifter } from "marey";

export const settings = {
  data: "../shared/data/cmu/motion17", // motion17_{train,test}.i16.gz and .json
  seed: 1,
  widths: "3,3,3", // frames that each layer joins: 27 in all
  channels: 512,
  epochs: 60, // each of new people, cameras and detectors
  batches: 150, // of an epoch
  batch: 256, // windows; the paper has 1024
  rate: 1e-3,
  warmUp: 200, // steps in which the rate rises to it, before it falls along a cosine
  dropout: 0.1, // the paper has 0.25: there, channels are 1024 and nothing else varies
  average: 0.998, // decay of the moving average of the weights, which is what is kept
  noisy: 0.5, // share of views with a detector's errors
  derived: 0.5, // share of views in which spine, neck and crown are derived from limbs and head
  views: 1, // cameras per piece of a clip and epoch
  without: "", // a subject or action left out of training, such as "subject 05": `marey eval` then measures on it
};
type Settings = typeof settings;

/** What the tests change for a run of seconds. */
export const tiny = { channels: 16, epochs: 1, batches: 2, batch: 16, warmUp: 1 };

const mirrors = { keypoints: h36m17.mirror, positions: h36m17.mirror };
const widthsOf = ({ widths }: Settings) => widths.split(",").map(Number);

/** What is trained on, or tested on: the test clips, or those that training went without. */
async function clips({ data, without }: Settings, use: "train" | "test"): Promise<MotionClip[]> {
  const file = join(data, `motion17_${without === "" ? use : "train"}`);
  const all = readMotion17(await bytesOf(`${file}.i16.gz`), await bytesOf(`${file}.json`), file);
  if (without === "") return all;
  const actions = [...new Set(all.map(({ action }) => action))];
  if (!actions.includes(without))
    throw new MareyError(
      "RECIPE_SETTING",
      `without=${without}`,
      `the training clips have ${actions.join(", ")}`,
      "Name one of these",
    );
  return all.filter(({ action }) => (action === without) === (use === "test"));
}

async function bytesOf(file: string): Promise<Uint8Array> {
  try {
    return await readFile(file);
  } catch (cause) {
    throw new MareyError(
      "FILE_READ",
      file,
      "there is no such file",
      "Pass --set data=FOLDER with CMU's 17-joint sets",
      {
        cause,
      },
    );
  }
}

/** Virtual views always know their camera. */
const canonical = (view: LiftSequence) => canonicalSequence(view) as LiftSequence;

const init = (settings: Settings) =>
  network.init(random(settings.seed), {
    filterWidths: widthsOf(settings),
    channels: settings.channels,
    jointsIn: h36m17.joints.length,
    jointsOut: h36m17.joints.length,
  });

export default async function lifter(run: Run<Settings>) {
  const { seed, epochs, batches, batch, rate, warmUp, noisy, derived, views } = run.settings;
  const filterWidths = widthsOf(run.settings);
  const seen = await clips(run.settings, "train");
  // A few training clips before other cameras tell how far it is; the test clips are for `marey eval`.
  const watched = seen.filter((_, i) => i % 8 === 0);
  const steps = epochs * batches;
  const lossOf = supervised({ filterWidths, dropout: run.settings.dropout });
  const trained = await train(run, {
    params: init(run.settings),
    optimiser: adam(),
    average: run.settings.average,
    epochs,
    rate: (_, step) =>
      rate *
      Math.min(1, (step + 1) / warmUp) *
      (0.01 + 0.99 * 0.5 * (1 + Math.cos((Math.PI * step) / steps))),
    settings: (_, step) => ({ momentum: 0.1 * 0.01 ** (step / steps) }),
    batches(epoch) {
      const viewed = trainingViews(seen, seed, epoch, { noisy, derived, views });
      const source = examples(viewed.map(canonical), mirrors, { filterWidths, batch, seed });
      return batchList(Math.min(batches, source.length), (i) => source.batch(epoch, i));
    },
    loss: (params, { keypoints, target }, { momentum }) =>
      lossOf(params, { keypoints, target }, { training: true, momentum }),
    evaluate: (params) => measure(run, params, watched, 1),
    logEvery: 10,
  });
  await publish(run, trained.params, trained.steps);
  return trained;
}

/** Writes the lifter with a card that says what it reaches on the test clips, which nothing before has seen. */
async function publish(run: Run<Settings>, params: network.NetworkParams, steps: number): Promise<void> {
  const metrics = await measure(run, params, await clips(run.settings, "test"), 4);
  const errors = (kind: string) =>
    ["p1", "p2", "velocity"]
      .map((name) => `${name} ${metrics[`${name} ${kind} (mm)`]?.toFixed(1)} mm`)
      .join(", ");
  const { channels } = run.settings;
  const filterWidths = widthsOf(run.settings);
  await writeLifter(join(run.folder, "lifter"), params, {
    name: `videopose3d-cmu-${filterWidths.reduce((a, b) => a * b)}`,
    title: "VideoPose3D, trained on CMU motion capture seen by virtual cameras",
    filterWidths,
    channels,
    frameRate: 60,
    skeleton: "h36m17",
    input: "canonical",
    licence:
      "MIT; the motion is from mocap.cs.cmu.edu, free for all uses, created with funding from NSF EIA-0196217",
    data: "137 clips, 20.5 minutes, subjects 01 02 03 05 06 07: climbing, playing, walking, signals, dance, basketball",
    training: `recipes/lifter.ts, ${steps} steps of ${run.settings.batch} windows, seed ${run.seed}`,
    accuracy: `21 test clips, 4 held-out cameras each: exact keypoints ${errors("exact")}; with 1 % noise and 10 % missing joints ${errors("noisy")}`,
    works:
      "whole bodies standing, walking, running, reaching, from cameras at 0.3 to 2.8 m height with little roll",
    limits:
      'The test clips are mostly walks of a person who is in the training set as well: on a person and movements left out of a shorter training (dances, `--set without="subject 05" --set epochs=25`) p1 was 85.0 mm, p2 69.3 mm. Sitting, lying, floor work and rare poses were not seen in training; half-visible bodies; the size of the person is that of a usual adult; left and right follow the detector.',
  });
}

/** Errors in millimetres, with exact keypoints and with a real detector's errors. */
async function measure(
  run: Run<Settings>,
  params: network.NetworkParams,
  on: readonly MotionClip[],
  cameras: number,
) {
  const { runtime, threads, device, settings } = run;
  const lifter = openLifter(runtime, params, { filterWidths: widthsOf(settings), mirrors, threads, device });
  const views = evaluationViews(on, 1, { cameras });
  const metrics: Record<string, number> = {};
  for (const kind of ["exact", "noisy"] as const) {
    const { all, actions } = await liftErrors(
      ({ keypoints, camera }) => liftKeypoints(lifter, "canonical", keypoints, camera as Float32Array),
      views.map((view) => view[kind]),
    );
    for (const [name, value] of Object.entries(all))
      if (name !== "frames") metrics[`${name} ${kind} (mm)`] = 1000 * value;
    for (const [action, { p1 }] of actions) metrics[`p1 ${kind}, ${action} (mm)`] = 1000 * p1;
  }
  await lifter.close();
  return metrics;
}

export async function evaluate(run: Run<Settings>, weights: Weights): Promise<Evaluation> {
  const params = load(init(run.settings), weights);
  const metrics = await measure(run, params, await clips(run.settings, "test"), 4);
  const told = (name: string) => metrics[`${name} exact (mm)`]?.toFixed(1);
  return { metrics, line: `P1 ${told("p1")} mm P2 ${told("p2")} mm velocity ${told("velocity")} mm` };
}
