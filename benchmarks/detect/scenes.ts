import { existsSync } from "node:fs";
import { join } from "node:path";
import type { Image } from "@marey/core/image";
import { openFrames, type VideoWriter, writeVideo } from "../../packages/marey/src/video/index.js";
import { repeatClip } from "../../test/video/clip.js";

const data = join(import.meta.dirname, "../../../shared/data/video");
/** 1768×994, 30 Hz. */
const street = join(data, "sports2d_demo.mp4");
/** One person in the middle of 576×576, 30 Hz. */
const indoors = join(data, "pose_1.mp4");

/** Whether the videos that scenes are made of are there. */
export const scenesThere: boolean = [street, indoors].every((path) => existsSync(path));

export const frameRate = 30;
const [width, height] = [1280, 720];

/** A video of 1280×720, 30 Hz: two people in a street. */
export async function streetScene(folder: string, frames: number): Promise<string> {
  const source = await openFrames(street, { longerSide: width, start: 30, end: 30 + frames });
  const path = join(folder, "street.mp4");
  const video = await writeVideo(path, { width, height, frameRate });
  for await (const { image } of source) await video.write(image);
  await video.close();
  return path;
}

/** A video of 1280×720, 30 Hz: the same person up to four times side by side, each at another moment. */
export async function rowScene(folder: string, people: number, frames: number): Promise<string> {
  const path = join(folder, `row-${people}.mp4`);
  const video = await writeVideo(path, { width, height, frameRate });
  await writeRow(video, people, frames);
  await video.close();
  return path;
}

/** So many minutes of such a row of four, 10 Hz: one minute again and again. */
export async function longScene(folder: string, minutes: number): Promise<string> {
  const minute = join(folder, "minute.mp4");
  const video = await writeVideo(minute, { width, height, frameRate: 10 });
  await writeRow(video, 4, 600);
  await video.close();
  return repeatClip(minute, join(folder, "long.mp4"), minutes);
}

async function writeRow(video: VideoWriter, people: number, frames: number): Promise<void> {
  const images: Image[] = [];
  for await (const { image } of await openFrames(indoors))
    images.push({ ...image, data: image.data.slice() });
  const picture: Image = { width, height, channels: 3, data: new Uint8Array(width * height * 3) };
  const last = images.length - 1;
  for (let t = 0; t < frames; t++) {
    for (let k = 0; k < people; k++) {
      // On and back again, so that nobody jumps.
      const at = Math.abs(last - ((t + 30 * k) % (2 * last)));
      paste(images[at] as Image, picture, k);
    }
    await video.write(picture);
  }
}

/** Puts the middle of a picture into a quarter of another, in the middle of its height. */
function paste(image: Image, picture: Image, quarter: number): void {
  const column = width / 4;
  const left = (image.width - column) >> 1;
  const top = (height - image.height) >> 1;
  for (let y = 0; y < image.height; y++) {
    const from = 3 * (image.width * y + left);
    const to = 3 * ((top + y) * width + quarter * column);
    picture.data.set(image.data.subarray(from, from + 3 * column), to);
  }
}
