/**
 * The studio's contact sheets: scenes as they are filmed, people in twelve shapes and poses, and what is known of each pixel.
 *
 * npx tsx --conditions=marey-source docs/pictures/studio.ts FOLDER [scenes] [people] [labels]
 */
import { join } from "node:path";
import { openBody, openBodyShapes } from "@marey/core/body";
import type { Camera } from "@marey/core/camera";
import type { Image } from "@marey/core/image";
import {
  type Channels,
  drawScene,
  exposeSensor,
  frameChannels,
  lensOf,
  openStage,
  renderer,
  type SceneOptions,
  type Shot,
  type StudioBody,
} from "@marey/core/world";
import { readOpenBody } from "marey";
import sharp from "sharp";

const [folder, ...wanted] = process.argv.slice(2);
if (!folder) throw new Error("usage: studio.ts FOLDER [scenes] [people] [labels]");
const bytes = await readOpenBody();
const body: StudioBody = { model: openBody(bytes), shapes: openBodyShapes(bytes) };
const sheets = { scenes: sceneSheet, people: peopleSheet, labels: labelSheet };
for (const [name, pictures] of Object.entries(sheets))
  if (wanted.length === 0 || wanted.includes(name)) await pictures();

/** Twenty-four scenes of their own seeds, one to four people, with the flaws of their cameras. */
async function sceneSheet(): Promise<void> {
  const size = { width: 320, height: 240 };
  const pictures = Array.from({ length: 24 }, (_, i) => {
    const people = [1, 2, 2, 3, 4, 1][i % 6] as number;
    const { image, scene } = filmed({ seed: 40 + i, people, cameras: 1, things: 8, ...size }, 40 + 2 * i);
    const [sensor] = scene.sensors;
    if (sensor) exposeSensor(image, sensor, i);
    return image;
  });
  await sheet(pictures, 6, "studio.jpg");
}

/** Twelve people: each another shape, in another look, doing something else. */
async function peopleSheet(): Promise<void> {
  const size = { width: 240, height: 320 };
  const pictures = Array.from({ length: 12 }, (_, i) => {
    const { image } = filmed(
      { seed: 300 + i, people: 1, cameras: 1, things: 0, reach: 0.6, seconds: 6, ...size },
      75,
    );
    return image;
  });
  await sheet(pictures, 6, "studioPeople.jpg");
}

/** One frame and all of its labels: depth, people, parts, coordinates on the skin, normals, flow. */
async function labelSheet(): Promise<void> {
  const size = { width: 320, height: 240 };
  const options = { seed: 51, people: 3, cameras: 1, things: 5, distorted: false, ...size };
  const { image, channels } = filmed(options, 30);
  const { depth, person, part, iuv, normal, flow } = channels;
  const far = depth.reduce((most, d, i) => (person[i] ? Math.max(most, d) : most), 0) + 0.5;
  const near = depth.reduce((least, d, i) => (person[i] ? Math.min(least, d) : least), far) - 0.5;
  const painted = (colour: (i: number) => readonly [number, number, number]): Image => {
    const data = new Uint8Array(3 * person.length);
    for (let i = 0; i < person.length; i++)
      data.set(
        colour(i).map((v) => Math.max(0, Math.min(255, v))),
        3 * i,
      );
    return { ...size, channels: 3, data };
  };
  const hue = (share: number): readonly [number, number, number] => {
    const channel = (n: number) =>
      255 * (1 - 0.75 * Math.max(0, Math.min((n + 6 * share) % 6, 4 - ((n + 6 * share) % 6), 1)));
    return [channel(5), channel(3), channel(1)];
  };
  const at = (array: Float32Array | Uint8Array, i: number) => array[i] as number;
  const all = [
    image,
    painted((i) => {
      const grey = at(depth, i) === 0 ? 0 : 255 * (1 - (at(depth, i) - near) / (far - near));
      return [grey, grey, grey];
    }),
    painted((i) => (at(person, i) ? hue(at(person, i) / 3.3) : [24, 24, 24])),
    painted((i) => (at(part, i) ? hue((at(part, i) * 0.618) % 1) : [24, 24, 24])),
    painted((i) =>
      at(iuv, 3 * i)
        ? [255 * at(iuv, 3 * i + 1), 255 * at(iuv, 3 * i + 2), 10 * at(iuv, 3 * i)]
        : [24, 24, 24],
    ),
    painted((i) => [0, 1, 2].map((c) => 128 - 127 * at(normal, 3 * i + c)) as [number, number, number]),
    painted((i) => {
      const [x, y] = [at(flow, 2 * i), at(flow, 2 * i + 1)];
      const strength = Math.min(1, Math.hypot(x, y) / 6);
      return hue((Math.atan2(y, x) / (2 * Math.PI) + 1) % 1).map((v) => 255 - strength * (255 - v)) as [
        number,
        number,
        number,
      ];
    }),
  ];
  await sheet(all, 4, "studioLabels.jpg");
}

/** A frame of a scene as its first camera sees it, without the sensor's flaws. */
function filmed(options: SceneOptions, frame: number) {
  const scene = drawScene(body, options);
  const stage = openStage(body, scene, { flow: true });
  stage.pose(Math.min(frame, scene.frameCount - 1));
  const { camera, pinhole } = lensOf({ ...(scene.rig.cameras[0] as Camera), distortion: [] });
  const channels = frameChannels(camera.width, camera.height);
  renderer(camera.width, camera.height).render(
    { ...stage.shot(0), camera: pinhole } satisfies Shot,
    channels satisfies Channels,
  );
  const image: Image = { width: camera.width, height: camera.height, channels: 3, data: channels.colour };
  return { scene, image, channels };
}

async function sheet(pictures: readonly Image[], columns: number, name: string): Promise<void> {
  const { width, height } = pictures[0] as Image;
  const tiles = pictures.map(({ data }, i) => ({
    ...{ input: data, raw: { width, height, channels: 3 as const } },
    ...{ left: (i % columns) * (width + 2), top: Math.floor(i / columns) * (height + 2) },
  }));
  const rows = Math.ceil(pictures.length / columns);
  const whole = { width: columns * (width + 2) - 2, height: rows * (height + 2) - 2 };
  await sharp({ create: { ...whole, channels: 3, background: "#fff" } })
    .composite(tiles)
    .jpeg({ quality: 78, mozjpeg: true })
    .toFile(join(folder as string, name));
}
