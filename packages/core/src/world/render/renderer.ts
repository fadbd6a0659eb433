import { vertexNormals } from "../../body/normals.js";
import type { Camera } from "../../camera/camera.js";
import { cameraCentre } from "../../camera/projection.js";
import { emptyBins, fillBins } from "./bins.js";
import { checkShot } from "./check.js";
import { drawColour } from "./colour.js";
import { addFaces, emptyFaces, type Projected, projectVertices } from "./faces.js";
import { drawLabels } from "./labels.js";
import { aim, drawGrid, grid } from "./raster.js";
import { drawRelief, emptyRelief, type Relief } from "./relief.js";
import { paintOf, type Shader } from "./shading.js";
import type { Channels, Lights, Shot } from "./shot.js";
import type { Surface } from "./surface.js";

/** How finely a renderer draws. */
export interface RendererOptions {
  /** Samples per pixel each way for the edges of the colour picture: 1 (no smoothing) … 4. Default 2. */
  samples?: number;
  /** Finest texel of the sun's shadow, metres; default 0.006. */
  shadowTexel?: number;
  /** Most texels of it each way; default 1024. */
  shadowSize?: number;
}

export const RENDERER_DEFAULTS: Required<RendererOptions> = {
  samples: 2,
  shadowTexel: 0.006,
  shadowSize: 1024,
};

/** Draws frames of one size. It keeps its buffers, so that frames of like scenes allocate next to nothing. */
export interface Renderer {
  readonly width: number;
  readonly height: number;
  /**
   * Draws a frame into the channels that are given, in one pass over the surfaces. What it writes depends on the shot
   * alone: not on earlier frames, nor on other renderers in other threads.
   *
   * @throws MareyError `RENDER_SHOT` for a camera, background or surface that doesn't fit, `RENDER_CHANNEL` for a
   *   channel of another length.
   */
  render(shot: Shot, channels: Channels): void;
}

/**
 * A rasteriser on typed arrays: faces are sorted into tiles, a grid of samples learns which face it sees (the pixels'
 * centres for the labels, `samples` × `samples` per pixel for colour), and then each pixel is shaded once. So all
 * channels together cost little more than one.
 */
export function renderer(width: number, height: number, options: RendererOptions = {}): Renderer {
  const { samples, shadowTexel, shadowSize } = { ...RENDERER_DEFAULTS, ...options };
  const centres = grid(width, height, 1);
  const fine = samples === 1 ? centres : grid(width, height, samples);
  const faces = emptyFaces();
  const bins = emptyBins(width, height);
  const projected: Projected = { camera: new Float64Array(0), pixel: new Float64Array(0) };
  const shadow = emptyRelief();
  const above = emptyRelief();
  const spareNormals: Float32Array[] = [];

  const collect = (surfaces: readonly Surface[], camera: Camera, spacings: (typeof fine.spacing)[]) => {
    faces.count = 0;
    surfaces.forEach((surface, s) => {
      projectVertices(surface.positions, camera, projected);
      addFaces(faces, surface, s, projected, camera, spacings);
    });
    fillBins(bins, faces);
  };

  return {
    width,
    height,
    render(shot, channels) {
      checkShot(shot, channels, width, height);
      const { surfaces, camera, laterCamera = camera, background = [0, 0, 0] } = shot;
      const { colour } = channels;
      collect(surfaces, camera, colour === undefined ? [centres.spacing] : [centres.spacing, fine.spacing]);
      aim(centres, camera);
      drawGrid(centres, faces, bins, surfaces);
      const normals =
        colour === undefined && channels.normal === undefined
          ? []
          : surfaces.map((surface, s) => surface.normals ?? spareNormal(spareNormals, surface, s));
      drawLabels(centres, { faces, surfaces, normals, camera, laterCamera }, channels);
      if (colour === undefined) return;
      if (fine !== centres) {
        aim(fine, camera);
        drawGrid(fine, faces, bins, surfaces);
      }
      const options = { texel: shadowTexel, most: shadowSize };
      const shader: Shader = {
        ...{ faces, surfaces, normals, camera, shadow, above },
        paints: surfaces.map(({ material }) => paintOf(material)),
        eye: cameraCentre(camera),
        ...lightUp(shot.lights, surfaces, shadow, above, options),
      };
      drawColour(centres, fine, shader, background, colour);
    },
  };
}

/** Normals of a surface that brings none, in the buffer kept for its place in the list. */
function spareNormal(spare: Float32Array[], { positions, triangles }: Surface, s: number): Float32Array {
  if (spare[s]?.length !== positions.length) spare[s] = new Float32Array(positions.length);
  return vertexNormals(positions, triangles, spare[s]);
}

const unit = ([x, y, z]: readonly number[]) => {
  const length = Math.hypot(x, y, z);
  return Float64Array.of(x / length, y / length, z / length);
};

/** Draws the shadows of all casters, and fills in what a scene's lights leave open. */
function lightUp(
  { sky, sun, lamps = [] }: Lights,
  surfaces: readonly Surface[],
  shadow: Relief,
  above: Relief,
  options: { texel: number; most: number },
): Pick<Shader, "up" | "sun" | "sunColour" | "sunSize" | "sky" | "occlusion" | "lamps"> {
  const { up = [0, 1, 0], occlusion = 0.7 } = sky;
  if (sun !== undefined) drawRelief(shadow, surfaces, sun.direction, options);
  if (occlusion > 0) drawRelief(above, surfaces, up, { texel: 0.04, most: 256, splat: true });
  return {
    up: unit(up),
    sun: sun === undefined ? null : unit(sun.direction),
    sunColour: sun?.colour ?? [0, 0, 0],
    sunSize: sun?.size ?? 0.04,
    sky,
    occlusion,
    lamps,
  };
}
