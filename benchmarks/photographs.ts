/**
 * How well every way of seeing that ships finds people in photographs: AP and AR as pycocotools computes them (all of
 * COCO's 17 joints; what a layout lacks counts as not found), with milliseconds a picture on ONNX Runtime's CPU, all cores.
 * Two halves, split by a hash of the picture's id, stand beside the whole: settings are chosen on half a, half b and the
 * pictures of other data sets decide. 50 pictures tell differences of about 0.05, the other 11 of about 0.1.
 *
 * npx tsx --conditions=marey-source benchmarks/photographs.ts [METHOD[:finder=NAME][:flip][:scales=1,1.5]…]
 */
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { MareyError } from "@marey/core";
import { type Annotations, readAnnotations } from "@marey/core/format";
import type { Size } from "@marey/core/image";
import { findSkeleton } from "@marey/core/skeleton";
import { onnxRuntime } from "marey";
import { bodyModels, eyeModels, openEyes, type Sight } from "../packages/marey/src/detect/index.js";
import { givesJoints } from "../packages/marey/src/detect/read/readers.js";
import { evaluatePoses, type Found, type FoundPeople } from "../packages/marey/src/evaluation/index.js";
import { type Card, cards } from "../packages/marey/src/store/index.js";
import { readImage } from "../packages/marey/src/video/index.js";
import { otherPhotographs } from "./otherPhotographs.js";

const folder = join(import.meta.dirname, "../../shared/data/images");

const keep = Number(process.env.PICTURES ?? Number.POSITIVE_INFINITY);
const whole = readAnnotations(new Uint8Array(readFileSync(join(folder, "coco_real.json"))), "coco_real.json");
const truth = only(whole, (i) => i < keep);
const images = await Promise.all(truth.images.map(({ file }) => readImage(join(folder, file))));
const samples = join(folder, "../samples");
const others = otherPhotographs(samples);
const otherImages = await Promise.all(others.images.map(({ file }) => readImage(join(samples, file))));

/** Of the pictures those that pass, with their people. */
function only(set: Annotations, passes: (image: number) => boolean): Annotations {
  const kept = [...set.images.keys()].filter(passes);
  const place = new Map(kept.map((image, i) => [image, i]));
  return {
    ...set,
    images: kept.map((image) => set.images[image]),
    people: set.people.flatMap((person) => {
      const image = place.get(person.image);
      return image === undefined ? [] : [{ ...person, image }];
    }),
  };
}

/** Which half a picture belongs to: FNV-1a of its id's digits. */
function half(image: number): 0 | 1 {
  let hash = 2166136261;
  for (const digit of String(truth.images[image].id)) hash = Math.imul(hash ^ digit.charCodeAt(0), 16777619);
  return ((hash >>> 8) & 1) as 0 | 1;
}

interface Way {
  model: string;
  finder?: string;
  flip: boolean;
  scales: number[];
}

/** `NAME:finder=NAME:flip:scales=1,1.5`. */
function wayOf(text: string): Way {
  const [model = "", ...options] = text.split(":");
  const scales = options.find((option) => option.startsWith("scales="))?.slice(7);
  const finder = options.find((option) => option.startsWith("finder="))?.slice(7);
  return {
    model,
    ...(finder && { finder }),
    flip: options.includes("flip"),
    scales: scales ? scales.split(",").map(Number) : [],
  };
}

const nameOf = ({ model, finder = "", flip, scales }: Way) =>
  [
    model.replace(/^.*\//, "").replace(/\.json$/, ""),
    finder,
    flip ? "flip" : "",
    scales.length > 0 ? scales.join("/") : "",
  ]
    .filter((part) => part !== "")
    .join(" + ");

/** Hands and faces have networks of their own. */
function isOfBodies({ skeleton }: Card): boolean {
  const joints = typeof skeleton === "string" ? findSkeleton(skeleton)?.joints : skeleton?.joints;
  return joints?.includes("left_shoulder") ?? false;
}

/** Every method, every network that places joints, those of maps also with mirrored pictures at several sizes. */
function everyWay(): Way[] {
  const single = (model: string): Way => ({ model, flip: false, scales: [] });
  const bodies = cards.filter((card) => givesJoints(card) && isOfBodies(card));
  const networks = bodies.filter(({ name }) => !(name in eyeModels)).map(({ name }) => name);
  const plain = [...bodyModels, ...networks].map(single);
  // A network that takes whole pictures of one size sees them mirrored, but not larger.
  const sizes = ({ crop, input }: Card) => (crop || input.height === null ? [0.75, 1, 1.5] : []);
  return [...plain, ...bodies.map((card) => ({ model: card.name, flip: true, scales: sizes(card) }))];
}

const median = (values: number[]) =>
  values.sort((a, b) => a - b)[Math.floor(values.length / 2)] ?? Number.NaN;

async function see(way: Way): Promise<string> {
  const { model, finder, flip, scales } = way;
  const eyes = await openEyes({
    model,
    runtime: onnxRuntime,
    ...(finder && { finder }),
    ...(flip && { flip }),
    ...(scales.length > 0 && { scales }),
  });
  const people: Found[] = [];
  const otherPeople: Found[] = [];
  const times: number[] = [];
  try {
    await eyes.look(images[0], { alone: true });
    for (const [image, picture] of images.entries()) {
      const begin = performance.now();
      const sight = await eyes.look(picture, { alone: true });
      times.push(performance.now() - begin);
      people.push(...placed(sight, image, truth.images[image], picture));
    }
    for (const [image, picture] of otherImages.entries())
      otherPeople.push(
        ...placed(await eyes.look(picture, { alone: true }), image, others.images[image], picture),
      );
  } finally {
    await eyes.close();
  }
  const found: FoundPeople = { skeleton: eyes.skeleton, people, strangers: 0 };
  const all = figures(truth, found);
  const halves = ([0, 1] as const).map((which) => {
    const inside = [...truth.images.keys()].filter((image) => half(image) === which);
    const place = new Map(inside.map((image, i) => [image, i]));
    const there = people.flatMap((person) => {
      const image = place.get(person.image);
      return image === undefined ? [] : [{ ...person, image }];
    });
    return figures(
      only(truth, (image) => half(image) === which),
      { ...found, people: there },
    ).AP;
  });
  const { AP: other } = figures(others, { ...found, people: otherPeople });
  const cells = [all.AP, all["AP .5"], all["AP .75"], all.AR, ...halves, other].map((value) =>
    (value ?? Number.NaN).toFixed(3).padStart(8),
  );
  return `${cells.join("")}${median(times).toFixed(0).padStart(9)}${eyes.skeleton.name.padStart(14)}`;
}

/** The people of a picture in the pixels of the annotations, which may be of another size. */
function placed(sight: Sight, image: number, { width, height }: Partial<Size>, picture: Size): Found[] {
  const [sx, sy] = [(width || picture.width) / picture.width, (height || picture.height) / picture.height];
  return sight.people.map(({ score, joints }) => ({
    image,
    score,
    joints: Float64Array.from(joints, (v, i) =>
      i % 3 === 0 ? (v + 0.5) * sx - 0.5 : i % 3 === 1 ? (v + 0.5) * sy - 0.5 : v,
    ),
  }));
}

function figures(annotations: Annotations, found: FoundPeople): Record<string, number> {
  const { evaluation } = evaluatePoses(annotations, found, { metric: "oks", allJoints: true });
  return Object.fromEntries(evaluation.figures.map(({ name, value }) => [name, value]));
}

const ways = process.argv.length > 2 ? process.argv.slice(2).map(wayOf) : everyWay();
const width = Math.max(...ways.map((way) => nameOf(way).length)) + 2;
console.log(
  `${truth.images.length} photographs, ${truth.people.filter(({ crowd }) => !crowd).length} people; * is the default`,
);
console.log(
  `${"".padEnd(width)}${["AP", "AP .5", "AP .75", "AR", "AP ½a", "AP ½b", "others"].map((title) => title.padStart(8)).join("")}${"ms".padStart(9)}${"joints".padStart(14)}`,
);
for (const way of ways) {
  const name = `${nameOf(way)}${way.model === "default" ? " *" : ""}`.padEnd(width);
  const row = await see(way).catch((error) => {
    if (error instanceof MareyError) return `  ${error.code}: ${error.message}`;
    throw error;
  });
  console.log(`${name}${row}`);
}
