import { drawPeople, type Image, type Planes, personColour } from "@marey/core/image";
import { onnxRuntime } from "marey";
import { type Eyes, openEyes, type Sight, workerRuntime } from "../../packages/marey/src/detect/index.js";
import { openFrames, writeVideo } from "../../packages/marey/src/video/index.js";
import { frameRate, rowScene, streetScene } from "./scenes.js";
import { emptyTape, openAlone, recording, replaying, type Tape } from "./tape.js";
import { lapClock, median, row, type Timing, timed } from "./timing.js";
import { detectWhole } from "./whole.js";

const methods = ["tfpose-small", "movenet-multipose", "default"];
/** What `detect` writes: keypoints; OpenPose's files too; the drawn video too. */
const writings = [
  { format: ["json"] },
  { format: ["json", "openpose"] },
  { format: ["json", "openpose"], overlay: true },
] as const;
const [keypoints, , everything] = writings;

/** Figures by name, as printed. */
type Column = Record<string, string>;

/**
 * What surrounds the networks' own time. `detect` runs twice: with the networks, and with a tape of their answers, which
 * leaves exactly what surrounds them, without the traffic between threads. Its parts are then measured one by one.
 */
export async function overhead(folder: string, frames: number, rounds: number): Promise<void> {
  console.log(`\nOverhead around the networks: ${frames} frames of 1280×720, processor ms a frame`);
  const scenes = {
    "2 people in a street": await streetScene(folder, frames),
    "4 people in a row": await rowScene(folder, 4, frames),
  };
  for (const [title, video] of Object.entries(scenes)) {
    const columns: Column[] = [];
    for (const method of methods) columns.push(await measure(method, video, folder, rounds));
    console.log(row(title, methods));
    for (const name of Object.keys(columns[0] ?? {}))
      console.log(
        row(
          `  ${name}`,
          columns.map((column) => column[name] ?? ""),
        ),
      );
  }
}

async function measure(model: string, video: string, folder: string, rounds: number): Promise<Column> {
  const tape = emptyTape();
  const threads = workerRuntime();
  const recorder = await openEyes({ model, runtime: recording(threads, tape) });
  const { frames, people } = await detectWhole(video, recorder, keypoints);
  const eyes = await openEyes({ model, runtime: threads });
  const alone = await openAlone(tape, onnxRuntime);
  const replay = await openEyes({ model, runtime: replaying(tape) });
  const all: Record<string, Timing[]> = {};
  const take = async (name: string, work: () => Promise<unknown>) => {
    all[name] = [...(all[name] ?? []), await timed(work)];
  };
  for (let round = 0; round < rounds; round++) {
    await take("alone", alone);
    await take("whole", () => detectWhole(video, eyes, everything));
    for (const [i, writing] of writings.entries())
      await take(`replay ${i}`, () => detectWhole(video, replay, writing));
  }
  const parts = await measureParts(model, video, folder, tape);
  await threads.close();
  const perFrame = (name: string, kind: keyof Timing = "processor") =>
    median((all[name] ?? []).map((timing) => timing[kind])) / frames;
  const share = (name: string, less: string | undefined) =>
    median(
      (all[name] ?? []).map(({ processor }, i) => {
        const network = all.alone?.[i]?.processor ?? Number.NaN;
        return (100 * (processor - (less === undefined ? 0 : network))) / network;
      }),
    );
  const runs = tape.networks.flatMap((network) => [...network.runs]);
  const ms = (value: number) => value.toFixed(2);
  const percent = (value: number) => `${value.toFixed(0)} %`;
  const [json, openPose, drawn] = writings.map((_, i) => perFrame(`replay ${i}`)) as [number, number, number];
  const { decode, show, parse, canvases, draw, encode } = parts;
  return {
    "people at most": `${people}`,
    "networks' runs a frame": runs.map(([, { count }]) => (count / frames).toFixed(1)).join(" + "),
    "networks alone": ms(perFrame("alone")),
    "whole, all written": ms(perFrame("whole")),
    "clock: alone, whole": `${perFrame("alone", "clock").toFixed(0)}, ${perFrame("whole", "clock").toFixed(0)}`,
    "whole − alone": percent(share("whole", "alone")),
    "around: keypoints only": `${ms(json)} = ${percent(share("replay 0", undefined))}`,
    "around: with OpenPose's files": `${ms(openPose)} = ${percent(share("replay 1", undefined))}`,
    "around: with drawn video": `${ms(drawn)} = ${percent(share("replay 2", undefined))}`,
    "· decode, scale": ms(decode),
    "· resize, crop": ms(show),
    "· parse": ms(parse),
    "· track, smooth, JSON (rest)": ms(json - decode - show - parse),
    "· OpenPose's files": ms(openPose - json),
    "· pictures to draw on": ms(canvases - decode),
    "· draw": ms(draw),
    "· encode, mux": ms(encode),
    "· drawn video (rest)": ms(drawn - openPose - (canvases - decode) - draw - encode),
    "· threads (whole − alone − around)": ms(perFrame("whole") - perFrame("alone") - drawn),
  };
}

/** What can be measured apart, processor ms a frame; each warmed up by a round before. */
async function measureParts(model: string, video: string, folder: string, tape: Tape) {
  const { longerSide } = await openEyes({ model, runtime: replaying(tape) });
  const images = await decoded(video, longerSide);
  const pictures = await canvasesOf(video);
  const perFrame = async (work: () => Promise<unknown>) => {
    await work();
    return (await timed(work)).processor / images.length;
  };
  const looks = await lookAtAll(model, images, tape);
  return {
    ...looks,
    decode: await perFrame(() => runThrough(video, longerSide)),
    canvases: await perFrame(() => runThrough(video, longerSide, Infinity)),
    draw: await perFrame(async () => drawAll(pictures, images[0] as Image, looks)),
    encode: await perFrame(() => encodeAll(pictures, `${folder}/encoded.mp4`)),
  };
}

async function runThrough(video: string, longerSide: number, canvasSide?: number): Promise<void> {
  for await (const _ of await openFrames(video, { longerSide, canvasSide }));
}

/** Pictures to draw on, as the drawn video has them. */
async function canvasesOf(video: string): Promise<Planes[]> {
  const all: Planes[] = [];
  const copy = (plane: Image): Image => ({ ...plane, data: plane.data.slice() });
  for await (const { canvas } of await openFrames(video, { longerSide: 64, canvasSide: Infinity }))
    if (canvas) all.push({ ...canvas, luma: copy(canvas.luma), chroma: copy(canvas.chroma) });
  return all;
}

async function decoded(video: string, longerSide?: number): Promise<Image[]> {
  const images: Image[] = [];
  for await (const { image } of await openFrames(video, { longerSide }))
    images.push({ ...image, data: image.data.slice() });
  return images;
}

/** One look after the other, twice: what precedes a network's run is showing it the picture, what follows is parsing. */
async function lookAtAll(model: string, images: readonly Image[], tape: Tape) {
  const sums = { show: 0, parse: 0 };
  let lap = lapClock();
  const onRun = () => {
    sums.show += lap().processor;
  };
  const eyes: Eyes = await openEyes({ model, runtime: replaying(tape, onRun) });
  let sights: Sight[] = [];
  for (let round = 0; round < 2; round++) {
    sights = [];
    [sums.show, sums.parse] = [0, 0];
    lap = lapClock();
    for (const image of images) {
      const previous = sights.at(-1);
      sights.push(await eyes.look(image, { ...(previous && { previous }), findEvery }));
      sums.parse += lap().processor;
    }
  }
  return {
    show: sums.show / images.length,
    parse: sums.parse / images.length,
    sights,
    skeleton: eyes.skeleton,
  };
}

/** As `watch` asks for it at this rate. */
const findEvery = Math.max(1, Math.round(0.07 * frameRate));

function drawAll(
  pictures: readonly Planes[],
  { width }: Image,
  { sights, skeleton }: Pick<Awaited<ReturnType<typeof lookAtAll>>, "sights" | "skeleton">,
): void {
  for (const [t, picture] of pictures.entries()) {
    const scale = picture.width / width;
    const people = (sights[t]?.people ?? []).map(({ joints }, i) => ({
      joints: joints.map((value, k) => (k % 3 === 2 ? value : value * scale)),
      colour: personColour(i),
      label: `${i}`,
    }));
    drawPeople(picture, people, skeleton);
  }
}

async function encodeAll(pictures: readonly Planes[], path: string): Promise<void> {
  const { width, height, matrix } = pictures[0] as Planes;
  const video = await writeVideo(path, { width, height, frameRate, matrix });
  for (const picture of pictures) await video.write(picture);
  await video.close();
}
