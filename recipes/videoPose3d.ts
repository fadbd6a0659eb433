/**
 * Trains VideoPose3D (Pavllo et al. 2019) on Human3.6M as its authors do, from their files. As set below: 243 frames, five
 * subjects, tested on two others; the paper reports 46.8 mm (Protocol 1) and 36.5 mm (Protocol 2).
 *
 * `--set unlabelled=S5,S6,S7,S8 --set train=S1 --set subset=0.1 --set widths=3,3,3 --set epochs=200 --set decay=0.98
 * --set warmUp=5 --set batch=64 --set keypoints=gt` is the paper's semi-supervised example (65.2 mm).
 *
 * `marey eval videoPose3d --weights pretrained_h36m_cpn.bin` measures the authors' weights.
 */
import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { MareyError } from "@marey/core";
import { random } from "@marey/core/array";
import {
  examples,
  initSemiSupervised,
  type LiftSequence,
  liftErrors,
  type network,
  officialWeights,
  openLifter,
  pairSequences,
  readHuman36mCameras,
  readKeypoints2d,
  readPositions3d,
  semiSupervised,
  sharedJoints,
  subsetOf,
  supervised,
  unlabelledExamples,
} from "@marey/core/model/videoPose3d";
import { adam, load, schedule } from "@marey/core/nn";
import { coco17, h36m17, type Skeleton } from "@marey/core/skeleton";
import { batchList, type Evaluation, type Run, train, type Weights } from "marey";

export const settings = {
  data: "data", // folder: data_3d_h36m.npz, data_2d_h36m_KEYPOINTS.npz, camera-parameters.json
  keypoints: "cpn_ft_h36m_dbb", // which detections: KEYPOINTS in the file's name; gt is the truth
  train: "S1,S5,S6,S7,S8",
  test: "S9,S11",
  unlabelled: "", // subjects of whom only keypoints are used: semi-supervised training
  actions: "", // only these, by their first word; all when empty
  subset: 1, // share of each labelled sequence
  downsample: 1, // every n-th frame only
  widths: "3,3,3,3,3", // frames that each layer joins: 243 in all
  causal: false, // the pose belongs to the newest frame
  dense: false, // the ablation without dilation
  channels: 1024,
  dropout: 0.25,
  epochs: 80,
  batch: 1024, // poses in a batch; in semi-supervised training as many again without labels
  stride: 1, // poses in an example
  flip: true, // every example also in the mirror
  testFlip: true, // poses averaged with those of the mirror
  rate: 1e-3,
  decay: 0.95, // of the rate after each epoch
  momentum: 0.1, // of batch norms, at first …
  momentumEnd: 0.001, // … and towards the end
  warmUp: 1, // epochs of semi-supervised training in which only labels count
  bones: true, // compare bones with and without labels
  projection: true, // compare poses without labels with their keypoints
  linear: false, // leave the lens's distortion out of that
  watched: 10, // every n-th test sequence is measured after each epoch
  seed: 1234,
};
type Settings = typeof settings;

/** What the tests change for a run of seconds. */
export const tiny = { channels: 8, widths: "3,3", epochs: 2, batch: 16, watched: 1 };

const list = (text: string) => (text === "" ? [] : text.split(","));

const formOf = ({ widths, causal, dense, dropout }: Settings) => ({
  filterWidths: list(widths).map(Number),
  causal,
  dense,
  dropout,
});

/** Keypoint layouts by the names that the files have for them. */
const layouts: Readonly<Record<string, Skeleton>> = { h36m: h36m17, coco: coco17 };

async function recordings({ data, keypoints, actions, downsample }: Settings) {
  const names = [`data_2d_h36m_${keypoints}.npz`, "data_3d_h36m.npz", "camera-parameters.json"] as const;
  const [seen, moved, stands] = await Promise.all(names.map((name) => bytesOf(join(data, name))));
  const keypoints2d = readKeypoints2d(seen!, names[0]);
  const motions = readPositions3d(moved!, names[1]);
  const cameras = readHuman36mCameras(stands!, names[2]);
  const wanted = list(actions);
  const layout = layouts[keypoints2d.layout];
  return {
    mirrors: { keypoints: keypoints2d.mirror, positions: h36m17.mirror },
    joints: keypoints2d.joints,
    // Poses are compared with keypoints of the same place only, whatever the order of either.
    pairs: layout && layout !== h36m17 ? sharedJoints(h36m17, layout) : undefined,
    of(subjects: string) {
      const only = { frameRate: 50, subjects: list(subjects), downsample };
      const sequences = pairSequences(keypoints2d, motions, cameras, only).filter(
        ({ action }) => wanted.length === 0 || wanted.includes(action),
      );
      if (sequences.length > 0) return sequences;
      const there = [...new Set(motions.map(({ subject }) => subject))].join(", ");
      throw new MareyError(
        "LIFT_NPZ",
        names[1],
        `it has nothing of subjects "${subjects}"${actions && ` and actions "${actions}"`} (there are: ${there})`,
        "Correct --set train, test, unlabelled or actions",
      );
    },
  };
}

async function bytesOf(file: string): Promise<Uint8Array> {
  try {
    return await readFile(file);
  } catch (cause) {
    const remedy =
      "Pass --set data=FOLDER with VideoPose3D's files and --set keypoints=gt or which there are";
    throw new MareyError("FILE_READ", file, "there is no such file", remedy, { cause });
  }
}

type Recordings = Awaited<ReturnType<typeof recordings>>;

const init = ({ seed, channels, ...others }: Settings, { joints }: Recordings) =>
  initSemiSupervised(random(seed), {
    ...formOf({ ...others, seed, channels }),
    channels,
    jointsIn: joints,
    jointsOut: h36m17.joints.length,
  });

export default async function videoPose3d(run: Run<Settings>) {
  const { train: subjects, test, unlabelled, subset, watched, ...others } = run.settings;
  const { batch, stride: chunk, flip, seed, epochs, rate, decay, warmUp } = others;
  const data = await recordings(run.settings);
  const form = formOf(run.settings);
  const options = { ...form, batch: Math.max(1, Math.floor(batch / chunk)), chunk, flip };
  const labelled = data.of(subjects).map((sequence) => subsetOf(sequence, subset, chunk));
  const kept = labelled.filter(({ frames }) => frames > 0);
  const known = examples(kept, data.mirrors, { ...options, seed, dropLast: false });
  const judged = data.of(test).filter((_, i) => i % watched === 0);
  const momentum = schedule.batchNormMomentum({
    initial: others.momentum,
    final: others.momentumEnd,
    steps: epochs,
  });
  const common = {
    epochs,
    optimiser: adam({ amsgrad: true }),
    rate: (epoch: number) => rate * decay ** epoch,
    settings: (epoch: number) => ({ momentum: momentum(epoch) }),
    logEvery: 10,
  };
  const params = init(run.settings, data);

  if (unlabelled === "") {
    const lossOf = supervised(form);
    return train(run, {
      ...common,
      params: { model_pos: params.model_pos },
      batches: (epoch) => batchList(known.length, (i) => known.batch(epoch, i)),
      loss: ({ model_pos }, examples, { momentum }) =>
        lossOf(model_pos, examples, { training: true, momentum }),
      evaluate: async (params) => means(await measure(run, params.model_pos, data, judged)),
    });
  }
  const free = unlabelledExamples(data.of(unlabelled), data.mirrors, { ...options, seed: seed + 1 });
  const { pairs } = data;
  const lossOf = semiSupervised({ ...form, ...others, parents: h36m17.parents, pairs });
  return train(run, {
    ...common,
    params,
    batches: (epoch) =>
      batchList(known.length, (i) => ({
        ...known.batch(epoch, i),
        ...(epoch >= warmUp && free.batch(epoch * known.length + i)),
      })),
    loss: (both, examples, { momentum }) => lossOf(both, examples, { training: true, momentum }),
    evaluate: async (both) => means(await measure(run, both.model_pos, data, judged)),
  });
}

/** Millimetres by action: P1, P2, P3, velocity. */
async function measure(
  run: Run<Settings>,
  params: network.NetworkParams,
  data: Recordings,
  sequences: readonly LiftSequence[],
) {
  const lifter = openLifter(run.runtime, params, {
    ...formOf(run.settings),
    ...(run.settings.testFlip && { mirrors: data.mirrors }),
    threads: run.threads,
    device: run.device,
  });
  const { actions } = await liftErrors(({ keypoints }) => lifter.lift(keypoints), sequences);
  await lifter.close();
  return new Map(
    [...actions].map(([action, { p1, p2, p3, velocity }]) => [
      action,
      { P1: 1000 * p1, P2: 1000 * p2, P3: 1000 * p3, velocity: 1000 * velocity },
    ]),
  );
}

/** The paper's figures: actions count alike, however long they are. */
function means(actions: Awaited<ReturnType<typeof measure>>): Record<string, number> {
  const all = [...actions.values()];
  const mean = (key: "P1" | "P2" | "P3" | "velocity") =>
    all.reduce((sum, errors) => sum + errors[key], 0) / all.length;
  return Object.fromEntries(
    (["P1", "P2", "P3", "velocity"] as const).map((key) => [`${key} (mm)`, mean(key)]),
  );
}

export async function evaluate(run: Run<Settings>, weights: Weights): Promise<Evaluation> {
  const data = await recordings(run.settings);
  const sequences = data.of(run.settings.test);
  const { model_pos, model_traj } = init(run.settings, data);
  const pose = load(model_pos, officialWeights(weights, "model_pos"));
  const actions = await measure(run, pose, data, sequences);
  const rows = [...actions].flatMap(([action, errors]) =>
    Object.entries(errors).map(([name, value]) => [`${action} ${name} (mm)`, value] as const),
  );
  const path = officialWeights(weights, "model_traj");
  const metrics = {
    ...Object.fromEntries(rows),
    ...means(actions),
    ...(path.size > 0 && { "root (mm)": await rootError(run, load(model_traj, path), data, sequences) }),
  };
  const line = Object.entries(means(actions)).map(
    ([name, value]) => `${name.replace(" (mm)", "")} ${value.toFixed(1)} mm`,
  );
  return { metrics, line: `mean of ${actions.size} actions: ${line.join(" ")}` };
}

/** Mean distance of the root from its place, millimetres. */
async function rootError(
  run: Run<Settings>,
  params: network.NetworkParams,
  { mirrors }: Recordings,
  sequences: readonly LiftSequence[],
): Promise<number> {
  const lifter = openLifter(run.runtime, params, {
    ...formOf(run.settings),
    ...(run.settings.testFlip && { mirrors: { keypoints: mirrors.keypoints, positions: [0] } }),
    threads: run.threads,
    device: run.device,
  });
  let [sum, frames] = [0, 0];
  for (const { keypoints, positions, poseJoints } of sequences) {
    const root = await lifter.lift(keypoints);
    const truth = positions as Float32Array;
    for (let t = 0; t < root.length / 3; t++, frames++) {
      const at = t * poseJoints * 3;
      sum += Math.hypot(...[0, 1, 2].map((k) => root[3 * t + k]! - truth[at + k]!));
    }
  }
  await lifter.close();
  return (1000 * sum) / frames;
}
