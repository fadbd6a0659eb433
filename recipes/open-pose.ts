/**
 * Trains OpenPose's networks (Cao et al. 2017 and 2019) on pictures annotated as COCO's are: fields and confidence maps of
 * all stages, people without labels left out, crops that are scaled, turned, shifted and mirrored.
 *
 * `marey train open-pose --set data=coco` takes COCO's folder as it stands (`annotations/person_keypoints_train2017.json`,
 * `train2017/`); other pictures by `--set data=FOLDER --set annotations=FILE`. Keypoints come to the network's joints by
 * name; what a file doesn't label, such as feet, isn't learned from it, so that
 * `--set annotations=annotations/person_keypoints_train2017_foot_v1.json,annotations/person_keypoints_train2017.json` learns
 * feet from the one and bodies from both. `--set skeleton=FILE.json` trains joints and edges of one's own.
 *
 * `--set data=studio` learns from crops of the virtual studio, in which everybody is labelled; `--set data=studio:0.7,FOLDER:0.3`
 * from both.
 *
 * The defaults are a network of a quarter of the published channels that two processor cores train. The published ones are
 * `--set width=1 --set fieldStages=4 --set partStages=2 --set triples=5 --set size=368 --set batch=10 --set rate=1e-4
 * --set weights=vgg19.pth --set epochs=60 --set drops=200000,300000,360000,420000,480000,540000` for BODY_25 and `--set
 * network=coco18 --set fieldStages=6 --set optimiser=sgd --set rate=4e-5 --set dropBy=0.333 --set
 * drops=136106,272212,408318 …` for COCO_18: days on a graphics card, and years here.
 *
 * The run's folder gets `network.onnx` and `network.json`, which `marey detect --model` takes.
 */
import { mkdir, writeFile } from "node:fs/promises";
import { basename, dirname, join } from "node:path";
import { MareyError } from "@marey/core";
import { random } from "@marey/core/array";
import {
  BODY25_AUGMENTATION,
  cropBatchMaker,
  examples,
  inferenceGraph,
  network,
  optimisers,
  scoreNetwork,
  startFrom,
  steppedRate,
  supervised,
  type TrainingForm,
  trainingForm,
} from "@marey/core/model/openPose";
import { load } from "@marey/core/nn";
import {
  type Batches,
  batchList,
  cardSchema,
  type Evaluation,
  joinPictures,
  openSamples,
  peopleCard,
  pictureFolder,
  type Run,
  readWeights,
  sampleBatches,
  skeletonOf,
  type TrainingPictures,
  train,
  trainingPictures,
  type Weights,
} from "marey";

export const settings = {
  data: "coco", // folder of the pictures, or of COCO as it is unpacked; studio: rendered crops, without end
  annotations: "annotations/person_keypoints_train2017.json", // there, or anywhere; several with commas between
  validation: "", // annotations to measure by; those of the training when empty, nothing with the studio
  samples: 2000, // crops in an epoch of the studio
  scene: 32, // crops of one of its scenes
  together: 8, // scenes whose crops are mixed
  pictures: "", // only these, by the ends of their files' names with commas between; all when empty
  backgrounds: "", // folder of pictures without people
  backgroundShare: 0.02, // of an epoch's crops are of these, as BODY_25B's
  network: "body25", // fields, then parts (2019); coco18 and mpi15: both side by side (2017)
  skeleton: "", // joints and edges of one's own (JSON) for this form of network
  weights: "", // VGG-19 or another OpenPose network to begin with, as far as names and shapes agree; the paper: VGG-19
  width: 0.25, // of the published channels
  fieldStages: 2, // the paper has 4; with coco18 and mpi15, stages of both: 6
  partStages: 1, // the paper has 2
  triples: 2, // of convolutions in each stage; the paper has 5
  size: 184, // of crops, pixels; the paper has 368
  batch: 4, // the paper has 10
  epochs: 20, // the paper: 600,000 batches of COCO, about 60 epochs
  repeat: 1, // how often an epoch shows everybody
  optimiser: "adam", // for 2017's networks sgd, with momentum 0.9
  rate: 1e-3, // the paper has 1e-4, 2017's 4e-5
  drops: "", // after how many batches the rate falls, with commas between
  dropBy: 0.5, // by what; 2017: 0.333
  laterStages: 4, // rate of all stages but the first, as a multiple
  weightDecay: 5e-4,
  whole: false, // show whole pictures, unchanged, instead of crops around people: to learn a few by heart
  target: 0.6, // height of the person in the middle as a share of the crop …
  scaleFrom: 1 / 3, // … times a number from here; 2017: 0.5
  scaleTo: 1.1, // … to here
  rotation: 45, // degrees, either way; 2017: 40
  shift: 0.11, // of the person from the middle, as a share of the crop: 40 of 368 pixels
  flip: 0.5, // share of crops in the mirror
  masked: true, // leave people without labels out
  watched: 50, // pictures that are measured after each epoch
  seed: 1,
};
type Settings = typeof settings;

/** What the tests change for a run of seconds. */
export const tiny = {
  width: 1 / 32,
  fieldStages: 1,
  partStages: 1,
  triples: 1,
  size: 64,
  batch: 2,
  epochs: 2,
  samples: 4,
  scene: 2,
  together: 1,
};

const STRIDE = 8;

/** What is trained. */
async function formOf({ network: name, skeleton, ...sizes }: Settings): Promise<TrainingForm> {
  return trainingForm(name, sizes, skeleton === "" ? undefined : await skeletonOf(skeleton));
}

const init = ({ seed }: Settings, { options }: TrainingForm) => network.init(random(seed), options);

async function begin(run: Run<Settings>, form: TrainingForm): Promise<network.NetworkParams> {
  const params = init(run.settings, form);
  const { weights } = run.settings;
  if (weights === "") return params;
  const started = startFrom(params, await readWeights(weights), weights);
  run.progress.log(`${started.taken.length} tensors begin as in ${weights}`);
  return started.params;
}

export default async function openPose(run: Run<Settings>) {
  const { epochs, rate, dropBy } = run.settings;
  const form = await formOf(run.settings);
  const source = await (isStudio(run.settings) ? studioCrops : annotatedCrops)(run, form);
  const drops = run.settings.drops.split(",").filter(Boolean).map(Number);
  const lossOf = supervised(form.options);
  const { watched } = source;
  const { optimiser: kind, laterStages, weightDecay } = run.settings;
  if (kind !== "adam" && kind !== "sgd")
    throw new MareyError(
      "RECIPE_SETTING",
      `optimiser=${kind}`,
      "there are adam and sgd",
      "Name one of these",
    );
  try {
    const trained = await train(run, {
      params: await begin(run, form),
      optimiser: optimisers({ kind, laterStages, weightDecay }),
      epochs,
      rate: (_, step) => steppedRate(rate, dropBy, drops, step),
      batches: source.epoch,
      loss: (params, fed) => ({ ...lossOf(params, fed) }),
      evaluate: async (params) => (watched ? measure(run, params, form, watched) : {}),
      ...(watched && { best: { metric: "AP", lower: false } }),
      logEvery: 10,
    });
    await publish(run, trained.params, form);
    return trained;
  } finally {
    await source.close();
  }
}

/** Batches of each epoch, and pictures to measure by. */
interface Source {
  epoch(epoch: number): Batches;
  readonly watched?: TrainingPictures;
  close(): Promise<void>;
}

/** From `studio`, alone or with a share beside other sources. */
const isStudio = ({ data }: Settings) => /(^|,)studio(:|,|$)/.test(data);

async function annotatedCrops({ settings }: Run<Settings>, form: TrainingForm): Promise<Source> {
  const { data, validation, backgrounds: folder, backgroundShare: share } = settings;
  const { batch, repeat, seed, whole, masked } = settings;
  const files = settings.annotations.split(",");
  const ends = settings.pictures.split(",");
  const sets = await Promise.all(files.map((file) => trainingPictures(data, file, form.skeleton, ends)));
  const [first] = sets as [TrainingPictures];
  const watched = validation === "" ? first : await trainingPictures(data, validation, form.skeleton);
  const empty = folder === "" ? [] : [await pictureFolder(folder)];
  const shown = joinPictures([...sets, ...empty]);
  const source = examples(
    sets.flatMap(({ pictures }) => pictures),
    {
      ...{ ...form, stride: STRIDE, batch, seed, whole, masked },
      augment: augmentOf(settings),
      backgrounds: { count: empty[0]?.length ?? 0, share },
    },
  );
  return {
    watched,
    epoch: (epoch) =>
      batchList(source.length * repeat, async (i) => {
        const place = [epoch * repeat + Math.floor(i / source.length), i % source.length] as const;
        const images = await Promise.all(source.pictures(...place).map(shown.read));
        return { ...source.batch(...place, images) };
      }),
    close: async () => {},
  };
}

/** Crops of the studio, in which everybody is labelled. */
async function studioCrops({ settings, seed, threads }: Run<Settings>, form: TrainingForm): Promise<Source> {
  const { data, annotations, validation, batch, size, samples, scene, together } = settings;
  const { target, scaleFrom, scaleTo, flip } = settings;
  const { skeleton } = form;
  const stream = await openSamples(data, {
    ...{ skeleton, seed, threads, annotations, samples: scene, together },
    crop: { width: size, height: size, share: [target * scaleFrom, target * scaleTo] },
    augmentation: { flip },
  });
  const make = cropBatchMaker({ ...form, stride: STRIDE, batch, size });
  const length = Math.max(1, Math.floor(samples / batch));
  const { epoch } = sampleBatches(stream, { length, batch }, (crops) => ({ ...make(crops) }));
  const watched =
    validation === ""
      ? {}
      : { watched: await trainingPictures(dirname(validation), basename(validation), skeleton) };
  return { ...watched, epoch, close: stream.close };
}

const augmentOf = ({ size, target, scaleFrom, scaleTo, rotation, shift, flip }: Settings) => ({
  ...BODY25_AUGMENTATION,
  size,
  target,
  scale: [scaleFrom, scaleTo] as const,
  rotation: (rotation * Math.PI) / 180,
  shift: shift * size,
  flip,
});

/** Whole pictures at one scale, as COCO measures. */
async function measure(
  { runtime, threads, device, settings }: Run<Settings>,
  params: network.NetworkParams,
  { options, skeleton, limbs }: TrainingForm,
  pictures: TrainingPictures,
): Promise<Record<string, number>> {
  const every = Math.max(1, Math.ceil(pictures.length / settings.watched));
  const indices = pictures.pictures.flatMap((_, i) => (i % every === 0 ? [i] : []));
  const asked = { network: options, skeleton, limbs, stride: STRIDE, size: settings.size, threads, device };
  const { stats } = await scoreNetwork(runtime, params, pictures, indices, pictures.read, asked);
  const { AP = Number.NaN, AP50 = Number.NaN, AR = Number.NaN } = stats;
  return { AP, AP50, AR };
}

/** Writes the network as `marey detect --model` takes it: ONNX and a card. */
async function publish(
  run: Run<Settings>,
  params: network.NetworkParams,
  { skeleton, limbs, options }: TrainingForm,
): Promise<void> {
  const { name, joints, parents, sigmas, edges } = skeleton;
  const card = cardSchema.parse({
    name: "network",
    title: `Of OpenPose's form, trained on ${isStudio(run.settings) ? "the virtual studio" : basename(run.settings.annotations)}`,
    file: "network.onnx",
    ...peopleCard({ joints, limbs, background: true, multipleOf: STRIDE, longerSide: run.settings.size }),
    skeleton: run.settings.skeleton === "" ? name : { name, joints, parents, sigmas, edges },
  });
  await mkdir(run.folder, { recursive: true });
  await writeFile(join(run.folder, card.file), inferenceGraph(params, options));
  await writeFile(join(run.folder, "network.json"), `${JSON.stringify(card, undefined, 2)}\n`);
}

export async function evaluate(run: Run<Settings>, weights: Weights): Promise<Evaluation> {
  const form = await formOf(run.settings);
  const params = load(init(run.settings, form), weights);
  const { validation, annotations } = run.settings;
  const file = validation === "" ? annotations.split(",")[0]! : validation;
  const ends = run.settings.pictures.split(",");
  const pictures = await trainingPictures(run.settings.data, file, form.skeleton, ends);
  const all = { ...run, settings: { ...run.settings, watched: pictures.length } };
  const metrics = await measure(all, params, form, pictures);
  return {
    metrics,
    line: `AP ${metrics.AP?.toFixed(3)} of ${pictures.length} pictures at ${run.settings.size} pixels`,
  };
}
