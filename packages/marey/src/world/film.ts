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

/** A view with what draws it. */
interface Site {
  lens: Lens;
  renderer: Renderer;
  /** As the pinhole sees them. */
  channels: Channels;
  blurred: Uint8Array;
}

/** Dresses the people of a world and sets up its cameras. */
export function openFilm(body: StudioBody, { scene, backgrounds, channels }: World): Film {
  const coloured = channels.includes("colour");
  const flow = (coloured && scene.shutter > 0) || channels.includes("flow");
  const stage = openStage(body, scene, { flow });
  const sites = scene.rig.cameras.map((camera) => openSite(camera, coloured, flow, channels));
  return {
    frame(index, spare = []) {
      stage.pose(index);
      return sites.map((site, view) => {
        const { lens, renderer, channels: drawn } = site;
        const background = backgrounds?.[view];
        renderer.render(
          { ...throughPinhole(stage.shot(view), lens), ...(background && { background }) },
          drawn,
        );
        const labels = labelPictures(channels, drawn, lens);
        if (!coloured) return { labels };
        const { width, height } = lens.camera;
        const colour = new Uint8Array(spare.pop() ?? new ArrayBuffer(3 * width * height));
        develop(site, scene, { view, index }, colour);
        return { colour, labels };
      });
    },
  };
}

function openSite(camera: Camera, coloured: boolean, flow: boolean, channels: readonly WorldChannel[]): Site {
  const lens = lensOf(camera);
  const { width, height } = lens.pinhole;
  const all = frameChannels(width, height);
  const wanted = Object.entries(all).filter(
    ([name]) => channels.includes(name as WorldChannel) || (flow && name === "flow"),
  );
  return {
    lens,
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
  { lens, channels, blurred }: Site,
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
