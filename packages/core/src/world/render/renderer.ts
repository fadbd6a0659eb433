import { vertexNormals } from "../../body/normals.js";
import type { Camera } from "../../camera/camera.js";
import { cameraCentre } from "../../camera/projection.js";
import { emptyBins, fillBins } from "./bins.js";
import { checkShot } from "./check.js";
import { backdropOf, drawBackdrop, drawColour } from "./colour.js";
import { addFaces, emptyFaces, type Faces, type Projected, projectVertices, type Spacing } from "./faces.js";
import { clearLabels, drawLabels, lensOf } from "./labels.js";
import { type Illumination, illuminate } from "./light.js";
import { emptyOverhead } from "./overhead.js";
import { type Piece, pieceOf } from "./piece.js";
import { aim, drawTile, grid } from "./raster.js";
import { emptyRelief } from "./relief.js";
import type { Shader } from "./shading.js";
import type { Channels, Shot } from "./shot.js";
import type { Rgb, Surface } from "./surface.js";

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

const NONE = new Float32Array(0);
const BLACK: Rgb = [0, 0, 0];

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
 * A rasteriser on typed arrays: faces are sorted into tiles; in each tile a grid of samples learns which face it sees (the
 * pixels' centres for the labels, `samples` × `samples` per pixel for colour), and then each pixel is shaded once. So
 * all channels together cost little more than one.
 */
export function renderer(width: number, height: number, options: RendererOptions = {}): Renderer {
  const { samples, shadowTexel, shadowSize } = { ...RENDERER_DEFAULTS, ...options };
  const centres = grid(width, height, 1);
  const fine = samples === 1 ? centres : grid(width, height, samples);
  const faces = emptyFaces();
  const bins = emptyBins(width, height);
  const projected: Projected = { camera: new Float64Array(0), pixel: new Float64Array(0) };
  const shadow = emptyRelief();
  const overhead = emptyOverhead();
  const spare: Float32Array[] = [];
  let lit: { moment: object | undefined; pieces: readonly Piece[]; light: Illumination } | undefined;

  const collect = (pieces: readonly Piece[], camera: Camera, finest: Spacing) => {
    faces.count = 0;
    pieces.forEach((piece, s) => {
      projectVertices(piece.positions, camera, projected);
      addFaces(faces, piece, s, projected, camera, centres.spacing, finest);
    });
    fillBins(bins, faces);
  };

  return {
    width,
    height,
    render(shot, channels) {
      checkShot(shot, channels, width, height);
      const { surfaces, camera, laterCamera = camera, background = BLACK } = shot;
      const { colour } = channels;
      const shaded = colour !== undefined || channels.normal !== undefined;
      if (shot.moment === undefined || shot.moment !== lit?.moment) lit = undefined;
      const pieces =
        lit?.pieces ??
        surfaces.map((surface, s) =>
          pieceOf(surface, shaded ? (surface.normals ?? spareNormals(spare, surface, s)) : NONE),
        );
      collect(pieces, camera, colour === undefined ? centres.spacing : fine.spacing);
      aim(centres, camera);
      aim(fine, camera);
      clearLabels(channels);
      const options = { texel: shadowTexel, most: shadowSize };
      const light = colour && (lit?.light ?? illuminate(shot.lights, pieces, shadow, overhead, options));
      if (light) lit = { moment: shot.moment, pieces, light };
      const shader = light && shaderOf(faces, pieces, camera, light);
      const backdrop = backdropOf(background);
      const lens = lensOf(camera);
      const laterLens = lensOf(laterCamera);
      for (let tile = 0; tile < bins.columns * bins.rows; tile++) {
        const empty = bins.starts[tile] === bins.starts[tile + 1];
        drawTile(centres, faces, bins, pieces, tile);
        if (!empty) drawLabels(centres, faces, pieces, lens, laterLens, channels);
        if (colour === undefined || shader === undefined) continue;
        if (empty) {
          drawBackdrop(centres, backdrop, colour);
          continue;
        }
        if (fine !== centres) drawTile(fine, faces, bins, pieces, tile);
        drawColour(centres, fine, shader, backdrop, colour);
      }
    },
  };
}

function shaderOf(faces: Faces, pieces: readonly Piece[], camera: Camera, light: Illumination): Shader {
  const footprint = 1 / Math.sqrt(camera.fx * camera.fy);
  return { faces, pieces, light, eye: cameraCentre(camera), footprint, face: -1, density: 0 };
}

/** Normals of a surface that brings none, in the buffer kept for its place in the list. */
function spareNormals(spare: Float32Array[], { positions, triangles }: Surface, s: number): Float32Array {
  if (spare[s]?.length !== positions.length) spare[s] = new Float32Array(positions.length);
  return vertexNormals(positions, triangles, spare[s]);
}
