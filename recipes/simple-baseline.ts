/**
 * Trains Simple Baselines (Xiao, Wu, Wei 2018): a residual network and three transposed convolutions that give a heatmap for
 * each joint of one person in a crop.
 *
 * `marey train simple-baseline` learns from pictures of the virtual studio, made as they are wanted; `--set data=coco` takes
 * COCO's folder as it stands, other pictures come by `--set data=FOLDER --set annotations=FILE`, and several sources mix. `--set validation=FILE` names
 * annotated photographs to measure by: AP and PCK of crops around the annotated boxes.
 *
 * The defaults are a ResNet-18 of half the channels on crops of 96×128, which two processor cores train in two hours. The
 * paper's network is `--set depth=50 --set width=64 --set deconvolution=256 --set size=192x256 --set coding=quarter --set
 * batch=128 --set epochs=140 --set average=0 --set weights=resnet50.pth` on COCO.
 *
 * The run's folder gets `network.onnx` and `network.json`, which `marey detect --model` takes: a finder looks for people, and
 * this network places their joints.
 */
import { mkdir, writeFile } from "node:fs/promises";
import { basename, dirname, join } from "node:path";
import { MareyError } from "@marey/core";
import { random } from "@marey/core/array";
import { type Image, resize } from "@marey/core/image";
import {
  batchMaker,
  type Coding,
  halfOf,
  inferenceGraph,
  type MapForm,
  network,
  openPoser,
  placeAnnotated,
  scorePlacings,
  startFrom,
  supervised,
} from "@marey/core/model/simpleBaseline";
import { adam, load } from "@marey/core/nn";
import { coco17 } from "@marey/core/skeleton";
import { NO_AUGMENTATION, type SameInAll } from "@marey/core/world";
import {
  cardSchema,
  type Evaluation,
  openSamples,
  pictureFolder,
  poserCard,
  type Run,
  readWeights,
  type SampleStream,
  sampleBatches,
  type TrainingPictures,
  train,
  trainingPictures,
  type Weights,
} from "marey";

export const settings = {
  data: "studio", // or a folder of pictures, or of COCO as it is unpacked; both: studio:0.7,FOLDER:0.3
  annotations: "annotations/person_keypoints_train2017.json", // of such pictures, there or anywhere
  pictures: "", // only these, by the ends of their files' names with commas between; all when empty
  validation: "", // a file of annotations with its pictures beside it; nothing is measured when empty
  weights: "", // a ResNet of ImageNet, or another such network, to begin with; the paper: ResNet-50
  depth: 18, // layers of the backbone: 18, 34, 50, 101, 152; the paper: 50
  width: 32, // channels of its first layer; the paper has 64
  deconvolution: 128, // channels of the transposed convolutions; the paper has 256
  size: "96x128", // width and height of crops, multiples of 32 pixels; the paper has 192x256 and 288x384
  coding: "udp", // how joints become maps and back: quarter (the paper's), dark, udp
  batch: 16, // crops; the paper has 128
  epochs: 12,
  samples: 10_000, // crops in an epoch; COCO has 150,000
  varied: true, // crops are mirrored and changed; false: as at inference, to learn a few by heart
  scene: 32, // crops of one scene of the studio
  together: 8, // scenes whose crops are mixed
  people: 4, // in a scene, at most
  backgrounds: "", // folder of photographs without people, before which scenes of the studio stand …
  photographed: 0.5, // … in this share of them
  same: "", // of the studio's scenes, in all of them: looks, lights, place, with commas between
  cameras: true, // people stand larger and smaller, turned, cut off, before lenses of all kinds; false: as at inference
  occluded: 0.25, // share of crops with something in front
  sensor: 0.9, // share of crops with a camera's colours, blur and noise
  jpeg: 0.6, // share of crops with the traces of JPEG
  rate: 1e-3,
  drops: "0.64,0.86", // after which shares of the steps it falls to a tenth: epochs 90 and 120 of the paper's 140
  warmUp: 100, // steps in which it rises
  average: 0.998, // decay of the moving average of the weights, which is what is kept; the paper has none
  hardest: 0, // only so many joints of each person count; all when 0
  seed: 1,
};
type Settings = typeof settings;

/** Shorter side of backgrounds, pixels. */
const BACKGROUND = 480;

/** What the tests change for a run of seconds. */
export const tiny = {
  width: 4,
  deconvolution: 8,
  size: "64x64",
  batch: 2,
  epochs: 2,
  samples: 4,
  warmUp: 1,
  scene: 2,
  together: 1,
  people: 1,
};

/** How the maps stand to the crop. */
function formOf({ size, coding }: Settings): MapForm {
  const known: readonly string[] = ["quarter", "dark", "udp"] satisfies Coding[];
  if (!known.includes(coding)) throw refused(`coding=${coding}`, `there are ${known.join(", ")}`);
  const [, width, height] = /^(\d+)x(\d+)$/.exec(size) ?? [];
  const input = [Number(width), Number(height)] as const;
  if (!input.every((side) => side > 0 && side % 32 === 0))
    throw new MareyError(
      "RECIPE_SETTING",
      `size=${size}`,
      "it isn't width and height in multiples of 32 pixels",
      "Give such as 96x128 or 192x256",
    );
  return { joints: coco17.joints.length, input, coding: coding as Coding };
}

const refused = (setting: string, what: string) =>
  new MareyError("RECIPE_SETTING", setting, what, "Name one of these");

function init({ depth, width, deconvolution, seed }: Settings): network.NetworkParams {
  const depths = [18, 34, 50, 101, 152] as const;
  const known = depths.find((one) => one === depth);
  if (known === undefined) throw refused(`depth=${depth}`, `there are ${depths.join(", ")}`);
  const deconvolutions = [deconvolution, deconvolution, deconvolution];
  return network.init(random(seed), { joints: coco17.joints.length, depth: known, width, deconvolutions });
}

async function begin(run: Run<Settings>): Promise<network.NetworkParams> {
  const params = init(run.settings);
  const { weights } = run.settings;
  if (weights === "") return params;
  const started = startFrom(params, await readWeights(weights), weights);
  run.progress.log(`${started.taken.length} tensors begin as in ${weights}`);
  return started.params;
}

/** Annotated photographs to measure by, with their pictures beside the file. */
const photographs = ({ validation }: Settings): Promise<TrainingPictures> | undefined =>
  validation === "" ? undefined : trainingPictures(dirname(validation), basename(validation), coco17);

export default async function simpleBaseline(run: Run<Settings>) {
  const { batch, epochs, samples, rate, warmUp, average, hardest } = run.settings;
  const form = formOf(run.settings);
  const params = await begin(run);
  const watched = await photographs(run.settings);
  const crops = await openCrops(run, form);
  try {
    const length = Math.max(1, Math.floor(samples / batch));
    const batches = sampleBatches(crops, { length, batch }, batchMaker(form, batch));
    const steps = length * epochs;
    const drops = run.settings.drops.split(",").filter(Boolean).map(Number);
    const lossOf = supervised(hardest > 0 ? hardest : undefined);
    const told = stopwatch(batches.waited);
    const trained = await train(run, {
      params,
      optimiser: adam(),
      ...(average > 0 && { average }),
      epochs,
      rate: (_, step) =>
        rate *
        Math.min(1, (step + 1) / warmUp) *
        0.1 ** drops.filter((share) => step >= share * steps).length,
      batches: batches.epoch,
      loss: (p, fed) => lossOf(p, fed),
      async evaluate(p) {
        run.progress.log(told(length * batch));
        return watched ? measure(run, p, watched) : {};
      },
      ...(watched && { best: { metric: "AP half a", lower: false } }),
      logEvery: 10,
    });
    await publish(run, trained.params, form);
    return trained;
  } finally {
    await crops.close();
  }
}

/** Says how fast an epoch went, and how much of its time was waiting for pictures. */
function stopwatch(waited: () => number): (samples: number) => string {
  let [begun, before] = [performance.now(), waited()];
  return (samples) => {
    const seconds = (performance.now() - begun) / 1000;
    const share = (waited() - before) / seconds;
    [begun, before] = [performance.now(), waited()];
    return `${(samples / seconds).toFixed(1)} crops a second, ${Math.round(100 * share)} % of the time waiting for them`;
  };
}

/** Crops around people, without end. */
async function openCrops(
  { settings, seed, threads }: Run<Settings>,
  { input }: MapForm,
): Promise<SampleStream> {
  const { data, annotations, pictures, scene, together, people, backgrounds, photographed } = settings;
  const { varied, cameras, occluded, sensor, jpeg } = settings;
  const [width, height] = input;
  const photographs = backgrounds === "" || !/studio/.test(data) ? [] : await readAll(backgrounds);
  return openSamples(data, {
    ...{ skeleton: coco17, seed, threads, annotations, ends: pictures.split(",") },
    ...{ photographs, photographed, people: [1, people], samples: scene, together, same: sameOf(settings) },
    crop: { width, height, ...(!(varied && cameras) && STILL) },
    augmentation: varied ? { occluded, sensor, jpeg } : NO_AUGMENTATION,
  });
}

/** As large as at inference, where crops are 1.25 times as large as the person's box. */
const STILL = { share: [0.8, 0.8], closeUps: 0, roll: 0, distorted: 0, distance: [3, 4] } as const;

function sameOf({ same }: Settings): SameInAll[] {
  const known: readonly string[] = ["looks", "lights", "place"] satisfies SameInAll[];
  const named = same.split(",").filter(Boolean);
  if (!named.every((one) => known.includes(one)))
    throw refused(`same=${same}`, `there are ${known.join(", ")}`);
  return named as SameInAll[];
}

/** Pictures of a folder, no larger than crops need them: each thread of the studio gets them all. */
async function readAll(folder: string): Promise<Image[]> {
  const pictures = await pictureFolder(folder);
  const images: Image[] = [];
  for (let i = 0; i < pictures.length; i++) {
    const image = await pictures.read(i);
    const scale = Math.min(1, BACKGROUND / Math.min(image.width, image.height));
    const [width, height] = [Math.round(scale * image.width), Math.round(scale * image.height)];
    images.push(resize(image, { width, height }));
  }
  return images;
}

/** Crops around annotated people, with the flip test: half a and half b of the pictures, and all of them. */
async function measure(
  { runtime, threads, device, settings }: Run<Settings>,
  params: network.NetworkParams,
  pictures: TrainingPictures,
): Promise<Record<string, number>> {
  const form = formOf(settings);
  const poser = await openPoser(runtime, params, { ...form, mirror: coco17.mirror, threads, device });
  const placings = await placeAnnotated(poser, pictures, pictures.read);
  await poser.close();
  const all = pictures.pictures.map((_, i) => i);
  const ofHalf = (half: number) => {
    const indices = all.filter((i) => halfOf(pictures.pictures[i]!.id) === half);
    return scorePlacings(placings, coco17, pictures, indices).AP;
  };
  const { AP, AP50, PCK10, PCK20 } = scorePlacings(placings, coco17, pictures);
  return { AP, AP50, PCK10, PCK20, "AP half a": ofHalf(0), "AP half b": ofHalf(1) };
}

/** Writes the network as `marey detect --model` takes it: ONNX and a card. */
async function publish(run: Run<Settings>, params: network.NetworkParams, form: MapForm): Promise<void> {
  const { data, depth, epochs, samples } = run.settings;
  const card = cardSchema.parse({
    name: "network",
    title: `Simple Baselines, ResNet-${depth}, trained on ${
      data === "studio"
        ? "the virtual studio"
        : data
            .split(",")
            .map((name) => basename(name))
            .join(" and ")
    }`,
    file: "network.onnx",
    ...poserCard({ ...form, colour: "RGB" }),
    skeleton: coco17.name,
    works: "One person in a crop",
    limits:
      data === "studio"
        ? `Has seen ${epochs * samples} rendered crops and no photograph`
        : "Two people in one crop give one mixed pose",
  });
  await mkdir(run.folder, { recursive: true });
  await writeFile(join(run.folder, card.file), inferenceGraph(params, form.input));
  await writeFile(join(run.folder, "network.json"), `${JSON.stringify(card, undefined, 2)}\n`);
}

export async function evaluate(run: Run<Settings>, weights: Weights): Promise<Evaluation> {
  const pictures = await photographs(run.settings);
  if (!pictures)
    throw new MareyError(
      "RECIPE_SETTING",
      "validation",
      "there are no photographs to measure by",
      "Pass --set validation=FILE with annotations and pictures beside it",
    );
  const metrics = await measure(run, load(init(run.settings), weights), pictures);
  const line = `AP ${metrics.AP?.toFixed(3)}, PCK at a tenth of the box ${metrics.PCK10?.toFixed(3)}, of ${pictures.length} pictures`;
  return { metrics, line };
}
