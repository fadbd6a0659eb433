import type { Camera } from "@marey/core/camera";
import type { Image } from "@marey/core/image";
import {
  bendColour,
  type Channels,
  exposeSensor,
  frameChannels,
  type Lens,
  lensOf,
  motionBlur,
  openStage,
  type Renderer,
  renderer,
  type Scene,
  type Shot,
  type StudioBody,
} from "@marey/core/world";
import { type LabelPicture, labelPictures } from "./labels.js";
import type { WorldChannel } from "./settings.js";

/** A scene with all that is drawn of it. Plain data, so that a copy of it can go to each thread. */
export interface World {
  scene: Scene;
  /** Of each view, of its pinhole's size; absent where the scene has a place of its own. */
  backgrounds?: readonly Image[];
  channels: readonly WorldChannel[];
}

/** What one camera took of one frame. */
export interface FilmedView {
  /** height × width × 3. */
  colour?: Uint8Array<ArrayBuffer>;
  labels: LabelPicture[];
}

/** Draws frames of a world, in any order. */
export interface Film {
  /**
   * All views of a frame.
   *
   * @param spare Memory of earlier colour pictures that nobody needs any more; it is used up.
   */
  frame(index: number, spare?: ArrayBuffer[]): FilmedView[];
}

/** What draws pictures of one size: all views of a frame in turn, so that its shadows are made once. */
interface Easel {
  renderer: Renderer;
  /** As the pinhole sees them. */
  channels: Channels;
  blurred: Uint8Array;
}

/**
 * The lenses of a scene's cameras; pinholes that stand in for bending ones are as large as the largest of them, so that one
 * renderer does for all.
 */
export function lensesOf({ rig }: Scene): Lens[] {
  const lenses = rig.cameras.map(lensOf);
  const bending = lenses.filter(({ map }) => map);
  const width = Math.max(...bending.map(({ pinhole }) => pinhole.width));
  const height = Math.max(...bending.map(({ pinhole }) => pinhole.height));
  return lenses.map((lens) => (lens.map ? { ...lens, pinhole: { ...lens.pinhole, width, height } } : lens));
}

/** Dresses the people of a world and sets up its cameras. */
export function openFilm(body: StudioBody, { scene, backgrounds, channels }: World): Film {
  const coloured = channels.includes("colour");
  const flow = (coloured && scene.shutter > 0) || channels.includes("flow");
  const stage = openStage(body, scene, { flow });
  const lenses = lensesOf(scene);
  const easels = new Map<string, Easel>();
  const easelOf = ({ pinhole: { width, height } }: Lens) => {
    const key = `${width}x${height}`;
    const easel = easels.get(key) ?? openEasel(width, height, coloured, flow, channels);
    easels.set(key, easel);
    return easel;
  };
  return {
    frame(index, spare = []) {
      stage.pose(index);
      return lenses.map((lens, view) => {
        const easel = easelOf(lens);
        const background = backgrounds?.[view];
        easel.renderer.render(
          { ...throughPinhole(stage.shot(view), lens), ...(background && { background }) },
          easel.channels,
        );
        const labels = labelPictures(channels, easel.channels, lens);
        if (!coloured) return { labels };
        const { width, height } = lens.camera;
        const colour = new Uint8Array(spare.pop() ?? new ArrayBuffer(3 * width * height));
        develop(easel, lens, scene, { view, index }, colour);
        return { colour, labels };
      });
    },
  };
}

function openEasel(
  width: number,
  height: number,
  coloured: boolean,
  flow: boolean,
  channels: readonly WorldChannel[],
): Easel {
  const all = frameChannels(width, height);
  const wanted = Object.entries(all).filter(
    ([name]) => channels.includes(name as WorldChannel) || (flow && name === "flow"),
  );
  return {
    renderer: renderer(width, height),
    channels: Object.fromEntries(wanted),
    blurred: new Uint8Array(coloured ? 3 * width * height : 0),
  };
}

/** A shot for the pinhole that stands in for the camera's lens, wherever a hand holds it. */
function throughPinhole(shot: Shot, { pinhole }: Lens): Shot {
  const placed = ({ rotation, translation }: Camera): Camera => ({ ...pinhole, rotation, translation });
  return {
    ...shot,
    camera: placed(shot.camera),
    ...(shot.laterCamera && { laterCamera: placed(shot.laterCamera) }),
  };
}

/** What the open shutter, the lens and the sensor make of a rendered picture. */
function develop(
  { channels, blurred }: Easel,
  lens: Lens,
  { seed, sensors, shutter }: Scene,
  { view, index }: { view: number; index: number },
  out: Uint8Array,
): void {
  const { width, height } = lens.pinhole;
  const { colour = blurred, flow } = channels;
  if (flow && shutter > 0) motionBlur(colour, width, height, flow, shutter, blurred);
  bendColour(lens, flow && shutter > 0 ? blurred : colour, out);
  const sensor = sensors[view];
  const { camera } = lens;
  // 128 views and 2²⁰ frames find room beside the seed before numbers lose bits.
  if (sensor)
    exposeSensor(
      { width: camera.width, height: camera.height, channels: 3, data: out },
      sensor,
      ((seed % 2 ** 25) * 128 + view) * 2 ** 20 + index,
    );
}
