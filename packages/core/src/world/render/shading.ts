import type { Image } from "../../image/image.js";
import { type Faces, STRIDE, VOLUME } from "./faces.js";
import { meet, mix3, mixUv } from "./fragment.js";
import type { Illumination } from "./light.js";
import { hiddenSky } from "./overhead.js";
import { type Piece, SHINE_STEPS } from "./piece.js";
import type { Grid } from "./raster.js";
import { sunlight } from "./shadow.js";
import type { Uv } from "./surface.js";
import { sampleTexture } from "./texture.js";
import { shoulder } from "./tone.js";

/** All that the colour of a fragment depends on. */
export interface Shader {
  faces: Faces;
  pieces: readonly Piece[];
  light: Illumination;
  /** The camera's centre, world. */
  eye: Float64Array;
  /** Width of a pixel one metre away, metres. */
  footprint: number;
  /** The face whose texture was read last, and its texels per pixel but for the cube of its edges' sum. */
  face: number;
  density: number;
}

const at = new Float64Array(3);
const point = new Float64Array(3);
const normal = new Float64Array(3);
/** u, v, texels per pixel, and room: what sampleTexture asks for. */
const uv = new Float64Array(4);
/** What sunlight asks for. */
const place = new Float64Array(5);
/** Towards a light, unit, and its strength. */
const towards = new Float64Array(4);
const albedo = new Float64Array(3);
const diffuse = new Float64Array(3);
const gloss = new Float64Array(3);

/**
 * Colour of what a sample of a grid sees of face `k`: linear light with highlights bent below 1.
 *
 * @param behind the background there, linear light: what a catcher of shadows shows.
 */
export function shade(
  shader: Shader,
  k: number,
  grid: Grid,
  x: number,
  y: number,
  behind: Float64Array,
  out: Float64Array,
): void {
  const { faces, light } = shader;
  const t = faces.triangle[k];
  const piece = shader.pieces[faces.surface[k]];
  const dx = grid.columns[x];
  const dy = grid.rows[y];
  meet(faces, k, dx, dy, at);
  mix3(piece.positions, piece.triangles, t, at, point);
  mix3(piece.normals, piece.triangles, t, at, normal);
  const nx = normal[0];
  const ny = normal[1];
  const nz = normal[2];
  const length = Math.sqrt(nx * nx + ny * ny + nz * nz);
  const scale = length > 0 ? (faces.back[k] === 1 ? -1 : 1) / length : 0;
  normal[0] = nx * scale;
  normal[1] = ny * scale;
  normal[2] = nz * scale;
  if (piece.catcher) {
    catchShadow(light, behind, out);
    return;
  }
  gather(light, piece, shader.eye);
  colourAt(shader, piece, k, dx, dy);
  out[0] = shoulder(albedo[0] * diffuse[0] + gloss[0]);
  out[1] = shoulder(albedo[1] * diffuse[1] + gloss[1]);
  out[2] = shoulder(albedo[2] * diffuse[2] + gloss[2]);
}

/** The surface's own colour at `at`, to `albedo`. */
function colourAt(shader: Shader, { uv: map, mips, colour }: Piece, k: number, dx: number, dy: number): void {
  if (mips === null || map === null) {
    albedo[0] = colour[0];
    albedo[1] = colour[1];
    albedo[2] = colour[2];
    return;
  }
  const { shape, triangle } = shader.faces;
  if (shader.face !== k) {
    shader.face = k;
    shader.density = densityOf(shader, map, mips.levels[0], k);
  }
  mixUv(map, triangle[k], at, uv);
  const o = k * STRIDE;
  const w =
    (shape[o] + shape[o + 3] + shape[o + 6]) * dx +
    (shape[o + 1] + shape[o + 4] + shape[o + 7]) * dy +
    (shape[o + 2] + shape[o + 5] + shape[o + 8]);
  uv[2] = shader.density / (w * w * w);
  sampleTexture(mips, uv, albedo);
  albedo[0] *= colour[0];
  albedo[1] *= colour[1];
  albedo[2] *= colour[2];
}

/**
 * Texels per pixel of a face, times the cube of its edges' sum w at the pixel: the barycentric coordinates' Jacobian over
 * the picture is V² / w³.
 */
function densityOf(
  { faces, footprint }: Shader,
  { coordinates, triangles }: Uv,
  texture: Image,
  k: number,
): number {
  const t = faces.triangle[k];
  const p = 2 * triangles[3 * t];
  const q = 2 * triangles[3 * t + 1];
  const r = 2 * triangles[3 * t + 2];
  const across =
    (coordinates[q] - coordinates[p]) * (coordinates[r + 1] - coordinates[p + 1]) -
    (coordinates[r] - coordinates[p]) * (coordinates[q + 1] - coordinates[p + 1]);
  const volume = faces.shape[k * STRIDE + VOLUME] * footprint;
  return Math.abs(across) * texture.width * texture.height * volume * volume;
}

/** Share of the sky's light that arrives at `point`, 1 without occlusion. */
function skyShare({ occlusion, overhead }: Illumination, rise: number): number {
  // Steep surfaces turn half away from the sky already, which `rise` takes from them elsewhere.
  const level = 1.25 * rise - 0.25;
  if (occlusion === 0 || level <= 0) return 1;
  return 1 - occlusion * level * hiddenSky(overhead, point);
}

/** Share of the sun's light that arrives at `point`, whose normal has the cosine `cosine` to it. */
function sunShare({ shadow, sunSize }: Illumination, cosine: number): number {
  const c = Math.max(0.05, Math.min(1, cosine));
  const lift = shadow.texel;
  place[0] = point[0] + lift * normal[0];
  place[1] = point[1] + lift * normal[1];
  place[2] = point[2] + lift * normal[2];
  place[3] = Math.sqrt(1 - c * c) / c;
  place[4] = sunSize;
  return sunlight(shadow, place);
}

const dotNormal = (v: Float64Array) => normal[0] * v[0] + normal[1] * v[1] + normal[2] * v[2];

/** From `point` to the eye, unit. */
const view = new Float64Array(3);

/** Adds up the light at `point`: to `diffuse` what a white matt surface would send, to `gloss` the highlights. */
function gather(light: Illumination, piece: Piece, eye: Float64Array): void {
  const { above, below, up, sun, lamps } = light;
  const rise = dotNormal(up);
  const open = 0.5 + 0.5 * rise;
  const fromAbove = open * skyShare(light, rise);
  const share = 1 - open;
  diffuse[0] = fromAbove * above[0] + share * below[0];
  diffuse[1] = fromAbove * above[1] + share * below[1];
  diffuse[2] = fromAbove * above[2] + share * below[2];
  if (piece.specular > 0) reflectSky(piece.specular, eye);
  else gloss[0] = gloss[1] = gloss[2] = 0;
  if (sun !== null) {
    const cosine = dotNormal(sun);
    if (cosine > -piece.wrap) {
      towards[0] = sun[0];
      towards[1] = sun[1];
      towards[2] = sun[2];
      towards[3] = sunShare(light, cosine);
      addLight(piece, light.sunColour);
    }
  }
  for (let i = 0; i < lamps.length; i++) {
    const { position, colour } = lamps[i];
    const x = position[0] - point[0];
    const y = position[1] - point[1];
    const z = position[2] - point[2];
    const square = x * x + y * y + z * z;
    const scale = 1 / Math.sqrt(square);
    towards[0] = x * scale;
    towards[1] = y * scale;
    towards[2] = z * scale;
    towards[3] = 1 / Math.max(0.01, square);
    addLight(piece, colour);
  }
}

/** Begins `gloss` with the sheen of the light all around, which grows towards the rim; sets `view`. */
function reflectSky(specular: number, eye: Float64Array): void {
  const x = eye[0] - point[0];
  const y = eye[1] - point[1];
  const z = eye[2] - point[2];
  const scale = 1 / Math.sqrt(x * x + y * y + z * z);
  view[0] = x * scale;
  view[1] = y * scale;
  view[2] = z * scale;
  const away = 1 - Math.max(0, dotNormal(view));
  const sheen = 0.4 * specular * away * away * away * away;
  gloss[0] = sheen * diffuse[0];
  gloss[1] = sheen * diffuse[1];
  gloss[2] = sheen * diffuse[2];
}

/** Adds the light from `towards`: Lambert's law softened by `wrap`, and Blinn and Phong's highlight. */
function addLight({ specular, shine, wrap }: Piece, colour: Float64Array): void {
  const x = towards[0];
  const y = towards[1];
  const z = towards[2];
  const strength = towards[3];
  const cosine = normal[0] * x + normal[1] * y + normal[2] * z;
  const soft = Math.max(0, (cosine + wrap) / (1 + wrap)) * strength;
  diffuse[0] += soft * colour[0];
  diffuse[1] += soft * colour[1];
  diffuse[2] += soft * colour[2];
  if (specular === 0 || cosine <= 0 || strength === 0) return;
  const hx = x + view[0];
  const hy = y + view[1];
  const hz = z + view[2];
  const half = (normal[0] * hx + normal[1] * hy + normal[2] * hz) / Math.sqrt(hx * hx + hy * hy + hz * hz);
  if (half <= 0) return;
  const step = half * SHINE_STEPS;
  const low = Math.floor(step);
  const bright = specular * strength * (shine[low] + (step - low) * (shine[low + 1] - shine[low]));
  gloss[0] += bright * colour[0];
  gloss[1] += bright * colour[1];
  gloss[2] += bright * colour[2];
}

/** The background, darkened as much as shadows darken a white surface there. */
function catchShadow(light: Illumination, behind: Float64Array, out: Float64Array): void {
  const { above, below, up, sun, sunColour } = light;
  const rise = dotNormal(up);
  const open = 0.5 + 0.5 * rise;
  const shareOfSky = skyShare(light, rise);
  const cosine = sun === null ? 0 : Math.max(0, dotNormal(sun));
  const shareOfSun = cosine > 0 ? sunShare(light, cosine) : 1;
  for (let c = 0; c < 3; c++) {
    const ground = (1 - open) * below[c];
    const free = open * above[c] + ground + cosine * sunColour[c];
    const left = open * shareOfSky * above[c] + ground + cosine * shareOfSun * sunColour[c];
    out[c] = behind[c] * (free > 0 ? left / free : 1);
  }
}
