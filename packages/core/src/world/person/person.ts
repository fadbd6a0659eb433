import type { BodyModel } from "../../body/model.js";
import { vertexNormals } from "../../body/normals.js";
import { bodySkinner } from "../../body/skinning.js";
import type { Surface } from "../render/surface.js";
import { backpackLayers, glassesLayers, hatLayers } from "./accessory.js";
import { type Anatomy, anatomyOf } from "./anatomy.js";
import { follow, type PosedBody } from "./binding.js";
import type { DressedBody } from "./drape.js";
import { measure } from "./garment.js";
import { hairLayers } from "./hair.js";
import { fieldOnBody, hide, type Layer } from "./layer.js";
import type { Look } from "./look.js";
import { type LookTextures, paintLook } from "./paintLook.js";
import { clearRods, legRods, type Rods, sink } from "./rods.js";
import { scalpField } from "./scalp.js";
import { paintShoe, shoeLayers } from "./shoes.js";
import { clothesLayers } from "./wardrobe.js";

/** A dressed body, ready to be posed. */
export interface Person {
  look: Look;
  /** For the renderer; `posePerson` writes their positions. */
  surfaces: Surface[];
  layers: readonly Layer[];
  rods: Rods;
  /** How far the soles lie below the bare feet, m: raise the body by it to stand on the ground. */
  soleHeight: number;
}

export interface DressOptions {
  /** Its number in the person channel, 1…255; default 1. */
  person?: number;
  /** The look's pictures, where they were painted before for another shape of the same model. */
  textures?: LookTextures;
  /** Room for each vertex's place in the next frame, for optical flow; default false. */
  later?: boolean;
}

/**
 * Dresses a body of a shape: cuts garments out of its mesh, drapes them, and takes away the skin below.
 *
 * @throws MareyError `BODY_DRESS` when the model can't be dressed.
 */
export function dress(
  model: BodyModel,
  look: Look,
  betas: ArrayLike<number>,
  options: DressOptions = {},
): Person {
  const anatomy = anatomyOf(model);
  const textures = options.textures ?? paintLook(model, look);
  const body = shapedBody(model, betas);
  const hidden = new Uint8Array(model.triangles.length / 3);
  const layers = [
    ...clothesLayers(anatomy, body, look, textures, hidden),
    ...shoeLayers(anatomy, body, look.outfit.shoes, paintShoe(look.outfit.shoes, look.seed)),
    ...headLayers(anatomy, body, look, textures, hidden),
  ];
  if (look.outfit.backpack) layers.push(...backpackLayers(anatomy, body, look.outfit.backpack));
  const all = [...skinLayers(anatomy, look, textures, hidden), ...layers].filter(
    ({ surface }) => surface.triangles.length > 0,
  );
  for (const { surface } of all) {
    surface.person = options.person ?? 1;
    if (options.later) surface.later = new Float32Array(surface.positions.length);
  }
  return {
    look,
    surfaces: all.map(({ surface }) => surface),
    layers: all,
    rods: legRods(anatomy, body),
    soleHeight: look.outfit.shoes.height,
  };
}

/** The body at rest in its shape, bare. */
function shapedBody(model: BodyModel, betas: ArrayLike<number>): DressedBody {
  const skinner = bodySkinner(model, { correctives: false });
  skinner.shape(betas);
  const { rest, restJoints: joints } = skinner;
  return {
    rest,
    normals: vertexNormals(rest, model.triangles),
    joints,
    cover: new Float32Array(model.vertices),
  };
}

function headLayers(
  anatomy: Anatomy,
  body: DressedBody,
  look: Look,
  textures: LookTextures,
  hidden: Uint8Array,
): Layer[] {
  const hair = {
    colour: [255, 255, 255] as const,
    texture: textures.hair,
    specular: 0.18,
    shininess: 14,
    twoSided: true,
  };
  const layers = hairLayers(anatomy, body, look, hair);
  if (look.hair.style !== "bald")
    hide(anatomy, fieldOnBody(anatomy, scalpField(anatomy, look.hair.style)), 0.02, hidden);
  if (look.outfit.hat) layers.push(...hatLayers(anatomy, body, look.outfit.hat));
  if (look.face.glasses) layers.push(...glassesLayers(anatomy, body, look.face.glasses));
  return layers;
}

/** The skin that is left, and the eyes. */
function skinLayers(anatomy: Anatomy, look: Look, textures: LookTextures, hidden: Uint8Array): Layer[] {
  const { model, eyeball } = anatomy;
  hide(anatomy, shoeField(anatomy, look), 0.012, hidden);
  const skin: number[] = [];
  const skinUv: number[] = [];
  const eyes: number[] = [];
  for (let i = 0; i < model.triangles.length; i += 3) {
    if (hidden[i / 3]) continue;
    const isEye = eyeball[model.triangles[i]] === 1;
    for (let k = i; k < i + 3; k++) {
      (isEye ? eyes : skin).push(model.triangles[k]);
      if (!isEye) skinUv.push(anatomy.skin.triangles[k]);
    }
  }
  const uv = { coordinates: anatomy.skin.coordinates, triangles: Uint32Array.from(skinUv) };
  const bodyPart = model.part ?? new Uint8Array(model.vertices);
  const surface = (
    triangles: number[],
    rest: Omit<Surface, "positions" | "triangles" | "person" | "part">,
  ): Layer => ({
    surface: {
      positions: new Float32Array(3 * model.vertices),
      triangles: Uint32Array.from(triangles),
      person: 0,
      part: bodyPart,
      ...rest,
    },
    binding: null,
    skirt: false,
  });
  return [
    surface(skin, {
      uv,
      skin: uv,
      material: { colour: [255, 255, 255], texture: textures.skin, specular: 0.16, shininess: 18, wrap: 0.3 },
    }),
    surface(eyes, {
      uv: eyeUv(anatomy, eyes),
      material: { colour: [255, 255, 255], texture: textures.eyes, specular: 0.6, shininess: 60 },
    }),
  ];
}

/** Skin that shoes hide. */
function shoeField(anatomy: Anatomy, look: Look): Float32Array {
  const low =
    measure(anatomy).ankle -
    (look.outfit.shoes.kind === "flat" || look.outfit.shoes.kind === "leather" ? 0.03 : 0.008);
  return fieldOnBody(anatomy, (_, y) => low - y);
}

/** Coordinates that show an eyeball's picture from the front. */
function eyeUv(anatomy: Anatomy, triangles: readonly number[]): NonNullable<Surface["uv"]> {
  const { template: p } = anatomy.model;
  const side = (v: number) => (p[3 * v] > 0 ? 0 : 1);
  const low = [
    [Infinity, Infinity],
    [Infinity, Infinity],
  ];
  const high = [
    [-Infinity, -Infinity],
    [-Infinity, -Infinity],
  ];
  for (const v of triangles)
    for (let k = 0; k < 2; k++) {
      low[side(v)][k] = Math.min(low[side(v)][k], p[3 * v + k]);
      high[side(v)][k] = Math.max(high[side(v)][k], p[3 * v + k]);
    }
  const coordinates = Float32Array.from(
    triangles.flatMap((v) =>
      [0, 1].map((k) => (p[3 * v + k] - low[side(v)][k]) / (high[side(v)][k] - low[side(v)][k])),
    ),
  );
  return { coordinates, triangles: Uint32Array.from(triangles, (_, i) => i) };
}

/**
 * Moves all of a person's surfaces to a pose; allocates nothing.
 *
 * @param body The posed body: what the model's skinner gave for the shape that the person was dressed in.
 * @param frame Whether this is the frame itself or the next one, for optical flow (needs `later` when dressing).
 */
export function posePerson(person: Person, body: PosedBody, frame: "now" | "later" = "now"): void {
  for (const { surface, binding, skirt } of person.layers) {
    const out = frame === "now" ? surface.positions : surface.later;
    if (!out) continue;
    if (!binding) out.set(body.vertices as Float32Array);
    else follow(binding, body, out);
    if (!skirt) continue;
    sink(person.rods, body, out);
    clearRods(person.rods, body, out);
  }
}
