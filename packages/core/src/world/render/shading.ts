import type { Camera } from "../../camera/camera.js";
import { type Faces, STRIDE, VOLUME } from "./faces.js";
import { meet, mix3, mixUv } from "./fragment.js";
import type { Relief } from "./relief.js";
import { overhead, sunlight } from "./shadow.js";
import type { Lamp, Lights } from "./shot.js";
import type { Material, Surface } from "./surface.js";
import { type Mips, mipsOf, sampleTexture } from "./texture.js";
import { shoulder, toLinear } from "./tone.js";

/** A material made ready: colours in linear light, defaults filled in. */
interface Paint {
  material: Material;
  colour: readonly [number, number, number];
  mips: Mips | null;
  specular: number;
  shininess: number;
  wrap: number;
}

/** All that the colour of a fragment depends on. */
export interface Shader {
  faces: Faces;
  surfaces: readonly Surface[];
  normals: readonly Float32Array[];
  paints: readonly Paint[];
  camera: Camera;
  eye: Float64Array;
  up: Float64Array;
  /** Towards the sun; null without one. */
  sun: Float64Array | null;
  sunColour: ArrayLike<number>;
  sunSize: number;
  sky: Lights["sky"];
  occlusion: number;
  lamps: readonly Lamp[];
  shadow: Relief;
  above: Relief;
}

const linear = (channel: number) => toLinear[Math.min(255, Math.max(0, Math.round(channel)))];

/** Fills in a material's defaults. */
export function paintOf(material: Material): Paint {
  const { colour, texture, specular = 0, shininess = 24, wrap = 0 } = material;
  return {
    material,
    colour: [linear(colour[0]), linear(colour[1]), linear(colour[2])],
    mips: texture === undefined ? null : mipsOf(texture),
    specular,
    shininess,
    wrap,
  };
}

const at = new Float64Array(3);
const point = new Float64Array(3);
const normal = new Float64Array(3);
const uv = new Float64Array(2);
const albedo = new Float64Array(3);
const diffuse = new Float64Array(3);
const gloss = new Float64Array(3);

/**
 * Colour of the point of face `k` that the ray (dx, dy, 1) meets, linear light with highlights bent below 1.
 *
 * @param behind the background there, linear light: what a catcher of shadows shows.
 */
export function shade(
  shader: Shader,
  k: number,
  dx: number,
  dy: number,
  behind: Float64Array,
  out: Float64Array,
): void {
  const { faces, surfaces } = shader;
  const s = faces.surface[k];
  const t = faces.triangle[k];
  const surface = surfaces[s];
  const paint = shader.paints[s];
  meet(faces, k, dx, dy, at);
  mix3(surface.positions, surface.triangles, t, at, point);
  mix3(shader.normals[s], surface.triangles, t, at, normal);
  const [x, y, z] = normal;
  const length = Math.sqrt(x * x + y * y + z * z);
  const scale = length > 0 ? (faces.back[k] === 1 ? -1 : 1) / length : 0;
  normal[0] = x * scale;
  normal[1] = y * scale;
  normal[2] = z * scale;
  if (paint.material.catcher === true) {
    catchShadow(shader, behind, out);
    return;
  }
  gather(shader, paint);
  colourAt(shader, surface, paint, k, t, dx, dy);
  for (let c = 0; c < 3; c++) out[c] = shoulder(albedo[c] * diffuse[c] + gloss[c]);
}

/** The surface's own colour at `at`, to `albedo`. */
function colourAt(
  { faces, camera }: Shader,
  { uv: map }: Surface,
  { mips, colour }: Paint,
  k: number,
  t: number,
  dx: number,
  dy: number,
): void {
  if (mips === null || map === undefined) {
    albedo[0] = colour[0];
    albedo[1] = colour[1];
    albedo[2] = colour[2];
    return;
  }
  mixUv(map, t, at, uv);
  const { coordinates, triangles } = map;
  const p = 2 * triangles[3 * t];
  const q = 2 * triangles[3 * t + 1];
  const r = 2 * triangles[3 * t + 2];
  const across =
    (coordinates[q] - coordinates[p]) * (coordinates[r + 1] - coordinates[p + 1]) -
    (coordinates[r] - coordinates[p]) * (coordinates[q + 1] - coordinates[p + 1]);
  // The barycentric coordinates' Jacobian over the picture is V² / w³, w the sum of the edges.
  const { shape } = faces;
  const o = k * STRIDE;
  const w =
    (shape[o] + shape[o + 3] + shape[o + 6]) * dx +
    (shape[o + 1] + shape[o + 4] + shape[o + 7]) * dy +
    (shape[o + 2] + shape[o + 5] + shape[o + 8]);
  const volume = shape[o + VOLUME];
  const { width, height } = mips.levels[0];
  const texels = (Math.abs(across) * width * height * volume * volume) / (w * w * w * camera.fx * camera.fy);
  sampleTexture(mips, uv[0], uv[1], texels, albedo);
  for (let c = 0; c < 3; c++) albedo[c] *= colour[c];
}

/** Share of the sky's light that arrives at `point`, 1 without occlusion. */
function skyShare({ occlusion, above }: Shader, rise: number): number {
  if (occlusion === 0 || rise <= 0) return 1;
  return 1 - occlusion * rise * overhead(above, point[0], point[1], point[2]);
}

/** Share of the sun's light that arrives at `point`, whose normal has the cosine `cosine` to it. */
function sunShare({ shadow, sunSize }: Shader, cosine: number): number {
  const c = Math.max(0.05, Math.min(1, cosine));
  const lift = shadow.texel;
  return sunlight(
    shadow,
    point[0] + lift * normal[0],
    point[1] + lift * normal[1],
    point[2] + lift * normal[2],
    Math.sqrt(1 - c * c) / c,
    sunSize,
  );
}

const dotNormal = (v: ArrayLike<number>) => normal[0] * v[0] + normal[1] * v[1] + normal[2] * v[2];

/** Adds up the light at `point`: to `diffuse` what a white matt surface would send, to `gloss` the highlights. */
function gather(shader: Shader, { specular, shininess, wrap }: Paint): void {
  const { eye, sky, up, sun, sunColour, lamps } = shader;
  const rise = dotNormal(up);
  const open = 0.5 + 0.5 * rise;
  const fromAbove = open * skyShare(shader, rise);
  let vx = eye[0] - point[0];
  let vy = eye[1] - point[1];
  let vz = eye[2] - point[2];
  const away = 1 / Math.sqrt(vx * vx + vy * vy + vz * vz);
  vx *= away;
  vy *= away;
  vz *= away;
  const facing = Math.max(0, normal[0] * vx + normal[1] * vy + normal[2] * vz);
  const sheen = 0.4 * specular * (1 - facing) ** 4;
  for (let c = 0; c < 3; c++) {
    diffuse[c] = fromAbove * sky.above[c] + (1 - open) * sky.below[c];
    gloss[c] = sheen * diffuse[c];
  }
  const add = (
    lx: number,
    ly: number,
    lz: number,
    colour: ArrayLike<number>,
    strength: number,
    share: number,
  ) => {
    const cosine = normal[0] * lx + normal[1] * ly + normal[2] * lz;
    const soft = Math.max(0, (cosine + wrap) / (1 + wrap)) * strength * share;
    let shine = 0;
    if (specular > 0 && cosine > 0) {
      const hx = lx + vx;
      const hy = ly + vy;
      const hz = lz + vz;
      const half =
        (normal[0] * hx + normal[1] * hy + normal[2] * hz) / Math.sqrt(hx * hx + hy * hy + hz * hz);
      if (half > 0) shine = specular * strength * share * half ** shininess;
    }
    for (let c = 0; c < 3; c++) {
      diffuse[c] += soft * colour[c];
      gloss[c] += shine * colour[c];
    }
  };
  if (sun !== null) {
    const cosine = dotNormal(sun);
    if (cosine > -wrap) add(sun[0], sun[1], sun[2], sunColour, 1, sunShare(shader, cosine));
  }
  for (const { position, colour } of lamps) {
    const x = position[0] - point[0];
    const y = position[1] - point[1];
    const z = position[2] - point[2];
    const square = x * x + y * y + z * z;
    const scale = 1 / Math.sqrt(square);
    add(x * scale, y * scale, z * scale, colour, 1 / Math.max(0.01, square), 1);
  }
}

/** The background, darkened as much as shadows darken a white surface there. */
function catchShadow(shader: Shader, behind: Float64Array, out: Float64Array): void {
  const { sky, up, sun, sunColour } = shader;
  const rise = dotNormal(up);
  const open = 0.5 + 0.5 * rise;
  const shareOfSky = skyShare(shader, rise);
  const cosine = sun === null ? 0 : Math.max(0, dotNormal(sun));
  const shareOfSun = cosine > 0 ? sunShare(shader, cosine) : 1;
  for (let c = 0; c < 3; c++) {
    const ground = (1 - open) * sky.below[c];
    const free = open * sky.above[c] + ground + cosine * sunColour[c];
    const left = open * shareOfSky * sky.above[c] + ground + cosine * shareOfSun * sunColour[c];
    out[c] = behind[c] * (free > 0 ? left / free : 1);
  }
}
