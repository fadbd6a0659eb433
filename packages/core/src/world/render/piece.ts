import type { Image } from "../../image/image.js";
import type { Surface, Uv } from "./surface.js";
import { type Mips, mipsOf } from "./texture.js";
import { toLinear } from "./tone.js";

/**
 * A surface made ready for one frame: defaults filled in, colours in linear light. All pieces have the same fields in
 * the same order, so that the inner loops stay compiled for one layout whatever surfaces come.
 */
export interface Piece {
  positions: Float32Array;
  triangles: Uint32Array;
  /** V×3, unit; empty when no channel needs them. */
  normals: Float32Array;
  later: Float32Array;
  uv: Chart | null;
  skin: Chart | null;
  part: Uint8Array | null;
  person: number;
  twoSided: boolean;
  casts: boolean;
  catcher: boolean;
  /** Linear light. */
  colour: Float64Array;
  mips: Mips | null;
  /** The texture whose alpha makes holes, where it is below `alphaLimit`. */
  holes: Image | null;
  alphaLimit: number;
  specular: number;
  /** Highlight by the cosine to its middle in steps of 1/`SHINE_STEPS`, one more at the end. */
  shine: Float32Array;
  wrap: number;
}

export const SHINE_STEPS = 512;
const shines = new Map<number, Float32Array>();

/** Powers from a table, since a power per pixel and light is dear. */
function shineOf(shininess: number): Float32Array {
  let table = shines.get(shininess);
  if (table === undefined) {
    table = Float32Array.from(
      { length: SHINE_STEPS + 2 },
      (_, i) => Math.min(1, i / SHINE_STEPS) ** shininess,
    );
    shines.set(shininess, table);
  }
  return table;
}

/** Texture coordinates as a record of one layout. */
interface Chart {
  coordinates: Float32Array;
  triangles: Uint32Array;
}

const chart = (uv: Uv | undefined): Chart | null =>
  uv === undefined ? null : { coordinates: uv.coordinates, triangles: uv.triangles };

const linear = (channel: number) => toLinear[Math.min(255, Math.max(0, Math.round(channel)))];

/** @param normals those to shade with. */
export function pieceOf(surface: Surface, normals: Float32Array): Piece {
  const { material } = surface;
  const { texture, alphaTest } = material;
  return {
    positions: surface.positions,
    triangles: surface.triangles,
    normals,
    later: surface.later ?? surface.positions,
    uv: chart(surface.uv),
    skin: chart(surface.skin),
    part: surface.part ?? null,
    person: surface.person,
    twoSided: material.twoSided === true,
    casts: material.castsShadow !== false && material.catcher !== true,
    catcher: material.catcher === true,
    colour: Float64Array.from(material.colour, linear),
    mips: texture === undefined || surface.uv === undefined ? null : mipsOf(texture),
    holes: alphaTest !== undefined && surface.uv !== undefined && texture?.channels === 4 ? texture : null,
    alphaLimit: alphaTest ?? 0,
    specular: material.specular ?? 0,
    shine: shineOf(material.shininess ?? 24),
    wrap: material.wrap ?? 0,
  };
}
