import type { Camera } from "../../camera/camera.js";
import type { Image } from "../../image/image.js";
import { bendColour, bendLabels, type Lens, lensOf } from "../optics/lens.js";
import { type Renderer, renderer } from "../render/renderer.js";
import type { Channels, Shot } from "../render/shot.js";

/** Labels of each pixel that a sample can carry. */
export type LabelChannel = "depth" | "person" | "part" | "iuv" | "normal";

/** A developed picture; all of it is the caller's. */
export interface Developed {
  image: Image;
  /** H×W. */
  person: Uint8Array;
  channels: Channels;
}

/** Renders pictures of cameras with and without distortion, and keeps what it needs for that. */
export interface Darkroom {
  view(camera: Camera): Lens;
  /** @param shot With the view's pinhole as its camera. */
  develop(view: Lens, shot: Shot): Developed;
}

/** Sides of what is rendered for lenses are multiples of this, so that few renderers do. */
const STEP = 32;
/** Renderers kept. */
const KEPT = 6;

export function darkroom(wanted: readonly LabelChannel[]): Darkroom {
  const renderers = new Map<string, Renderer>();
  const rendererOf = ({ width, height }: Camera): Renderer => {
    const key = `${width}×${height}`;
    const found = renderers.get(key) ?? renderer(width, height);
    if (!renderers.has(key) && renderers.size === KEPT)
      renderers.delete(renderers.keys().next().value as string);
    renderers.set(key, found);
    return found;
  };
  const names = [...new Set<LabelChannel>(["person", ...wanted])];
  return {
    view(camera) {
      const lens = lensOf(camera);
      if (!lens.map) return lens;
      const { width, height } = lens.pinhole;
      const up = (side: number) => STEP * Math.ceil(side / STEP);
      return { ...lens, pinhole: { ...lens.pinhole, width: up(width), height: up(height) } };
    },
    develop(view, shot) {
      const { pinhole, camera, map } = view;
      const drawn = roomFor(pinhole, names);
      rendererOf(pinhole).render(shot, drawn);
      const shown = map ? bent(view, drawn, names) : drawn;
      const { width, height } = camera;
      return {
        image: { width, height, channels: 3, data: shown.colour },
        person: shown.person,
        channels: Object.fromEntries(wanted.map((name) => [name, shown[name]])),
      };
    },
  };
}

type Drawn = Channels & { colour: Uint8Array; person: Uint8Array };

function roomFor({ width, height }: Camera, names: readonly LabelChannel[]): Drawn {
  const pixels = width * height;
  const room = {
    depth: () => new Float32Array(pixels),
    person: () => new Uint8Array(pixels),
    part: () => new Uint8Array(pixels),
    iuv: () => new Float32Array(3 * pixels),
    normal: () => new Float32Array(3 * pixels),
  };
  return {
    colour: new Uint8Array(3 * pixels),
    person: new Uint8Array(pixels),
    ...Object.fromEntries(names.map((name) => [name, room[name]()])),
  };
}

function bent(view: Lens, drawn: Drawn, names: readonly LabelChannel[]): Drawn {
  const shown = roomFor(view.camera, names);
  bendColour(view, drawn.colour, shown.colour);
  for (const name of names) bendLabels(view, drawn[name] as Uint8Array, shown[name] as Uint8Array);
  return shown;
}
