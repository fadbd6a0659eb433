import type { Image } from "../../image/image.js";
import type { Material } from "../render/surface.js";
import type { Anatomy } from "./anatomy.js";
import { collarLayer } from "./collar.js";
import type { DressedBody } from "./drape.js";
import {
  bottomField,
  bottomHem,
  hemOf,
  hoodField,
  type Measures,
  measure,
  skirtHem,
  sockField,
  topField,
} from "./garment.js";
import { grain } from "./grain.js";
import { fieldOnBody, hide, type Layer, type ShellPlan, shellLayer } from "./layer.js";
import type { Look } from "./look.js";
import type { Bottom, Top } from "./outfit.js";
import { type LookTextures, skirtEnd } from "./paintLook.js";
import { sewSkirt } from "./skirt.js";
import { ownLayer } from "./solid.js";

/** A garment to be put on: what it covers, and how to make it once it is known what covers it. */
interface Piece {
  field: Float32Array;
  /** m inside its rim from which it hides what is below: deeper where it stands off. */
  depth: number;
  make(hidden: Uint8Array): Layer[];
}

/** Clothes from the skin outwards; faces of skin that they cover are marked in `hidden`. */
export function clothesLayers(
  anatomy: Anatomy,
  body: DressedBody,
  look: Look,
  textures: LookTextures,
  hidden: Uint8Array,
): Layer[] {
  const m = measure(anatomy);
  const { top, outer, bottom, tucked, socks } = look.outfit;
  const pieces: Piece[] = [];
  if (socks) pieces.push(sockPiece(anatomy, body, m, socks));
  const lower = bottom ? [bottomPiece(anatomy, body, m, bottom, textures)] : [];
  const upper = topPiece(anatomy, body, m, top, textures.top, textures.skirts.top, tucked ? 0.25 : 1);
  pieces.push(...(tucked ? [upper, ...lower] : [...lower, upper]));
  if (outer && textures.outer)
    pieces.push(topPiece(anatomy, body, m, outer, textures.outer, textures.skirts.outer, 1));
  const layers: Layer[] = [];
  pieces.forEach((piece, i) => {
    const under = new Uint8Array(hidden.length);
    for (const above of pieces.slice(i + 1)) hide(anatomy, above.field, above.depth, under);
    layers.push(...piece.make(under));
    hide(anatomy, piece.field, piece.depth, hidden);
  });
  hideLegs(anatomy, m, look, hidden);
  return layers;
}

/** Skin under a skirt, but for a hand's breadth at its hem that can be seen from below. */
function hideLegs(
  anatomy: Anatomy,
  m: Measures,
  { outfit: { top, bottom } }: Look,
  hidden: Uint8Array,
): void {
  const hem = bottom?.kind === "skirt" ? skirtEnd(bottom, m) : top.length > 1 ? skirtHem(top, m) : null;
  if (hem === null) return;
  const field = fieldOnBody(anatomy, (x, y) =>
    Math.min(m.waist - y, y - hem, m.shoulder + 0.1 - Math.abs(x)),
  );
  hide(anatomy, field, 0.09, hidden);
}

const cloth = (texture: Image, shine: number): Material => ({
  colour: [255, 255, 255],
  texture,
  specular: shine,
  shininess: 16,
  twoSided: true,
});

function sockPiece(
  anatomy: Anatomy,
  body: DressedBody,
  m: Measures,
  socks: { colour: Material["colour"]; height: number },
): Piece {
  const field = fieldOnBody(anatomy, sockField(socks.height, m));
  const plan: ShellPlan = { field, hang: 0, taper: 0, smooth: 1, thickness: 0.003, ease: () => 0.0035 };
  return {
    field,
    depth: 0.02,
    make: (hidden) => [shellLayer(anatomy, body, plan, hidden, { colour: socks.colour, twoSided: true })],
  };
}

/** Wider and narrower by up to a third, as cloth that isn't pressed. */
const uneven = (x: number, y: number, z: number, seed: number) => 1 + 0.45 * grain(9 * x, 9 * y, 9 * z, seed);

function bottomPiece(
  anatomy: Anatomy,
  body: DressedBody,
  m: Measures,
  bottom: Bottom,
  textures: LookTextures,
): Piece {
  const field = fieldOnBody(anatomy, bottomField(bottom, m));
  const { ease, hang, fabric } = bottom;
  const hem = bottomHem(bottom, m);
  const cuffed = bottom.kind === "joggers";
  const plan: ShellPlan = {
    field,
    hang,
    taper: bottom.kind === "shorts" ? 0.02 : 0.035 + 0.004 * (fabric.seed % 8),
    smooth: bottom.kind === "leggings" ? 2 : 5,
    thickness: 0.005,
    ease(x, y, z, depth) {
      // The waist holds to the body; trousers are loose below it.
      const loose = Math.min(1, Math.max(0, (m.waist - y) / 0.1));
      const gathered = cuffed && y - hem < 0.06 ? 0.35 : 1;
      return 0.004 + ease * loose * gathered * uneven(x, y, z, fabric.seed) * (depth < 0.01 ? 0.9 : 1);
    },
  };
  return {
    field,
    depth: 0.025 + (bottom.kind === "shorts" ? 0.04 : 0) + 0.02 * hang,
    make(hidden) {
      const image = textures.bottom;
      if (!image) return [];
      const layers = [shellLayer(anatomy, body, plan, hidden, cloth(image, fabric.shine))];
      const { bottom: skirt } = textures.skirts;
      if (skirt)
        layers.push(
          skirtLayer(
            anatomy,
            body,
            {
              top: m.waist - 0.05,
              hem: skirtEnd(bottom, m),
              flare: bottom.flare,
              ease: 0.004,
              pleats: bottom.flare > 1.3 ? 14 : 0,
              open: 0,
            },
            cloth(skirt, fabric.shine),
          ),
        );
      return layers;
    },
  };
}

function topPiece(
  anatomy: Anatomy,
  body: DressedBody,
  m: Measures,
  top: Top,
  image: Image,
  skirt: Image | null,
  loose: number,
): Piece {
  const main = topField(top, m);
  const field = fieldOnBody(anatomy, main);
  const { fabric } = top;
  const hem = hemOf(top, m);
  const cuffs = top.kind === "hoodie" || top.kind === "sweater" || top.kind === "jacket";
  const short = top.sleeve > 0 && top.sleeve < 0.6;
  const plan: ShellPlan = {
    field,
    hang: top.hang * loose,
    taper: cuffs ? 0.15 : 0.05,
    smooth: 6,
    thickness: top.kind === "jacket" || top.kind === "coat" || cuffs ? 0.008 : 0.005,
    ease(x, y, z, depth) {
      const arm = Math.abs(x) - m.shoulder;
      const sleeve = arm > 0 ? (short ? 1 + 4 * arm : 1) : 1;
      const onShoulder = y > m.armpit + 0.05 && arm < 0.02 ? 0.45 : 1;
      const gathered = cuffs && depth < 0.03 && (y - hem < 0.05 || arm > 0.1) ? 0.35 : 1;
      const low = arm < 0 ? 1 + 0.8 * Math.min(1, Math.max(0, (m.armpit - y) / 0.25)) : 1;
      return 0.004 + top.ease * loose * sleeve * onShoulder * gathered * low * uneven(x, y, z, fabric.seed);
    },
  };
  return {
    field,
    depth: 0.03 + 0.025 * top.hang + (short ? 0.015 : 0),
    make(hidden) {
      const material = cloth(image, fabric.shine);
      const layers = [shellLayer(anatomy, body, plan, hidden, material)];
      layers.push(...neckLayers(anatomy, body, m, top, material));
      if (skirt)
        layers.push(
          skirtLayer(
            anatomy,
            body,
            {
              top: m.waist - 0.04,
              hem: skirtHem(top, m),
              flare: top.kind === "coat" ? 1.12 : 1.1 + 0.5 * ((fabric.seed % 8) / 8),
              ease: 0.004,
              pleats: 0,
              open: top.open,
            },
            cloth(skirt, fabric.shine),
          ),
        );
      return layers;
    },
  };
}

/** Collar or hood. */
function neckLayers(anatomy: Anatomy, body: DressedBody, m: Measures, top: Top, material: Material): Layer[] {
  const none = new Uint8Array(anatomy.model.triangles.length / 3);
  if (top.neck === "collar") return [collarLayer(anatomy, body, m, material)];
  if (top.kind !== "hoodie") return [];
  const field = fieldOnBody(anatomy, hoodField(m));
  const ease = (_: number, __: number, z: number, depth: number) =>
    0.006 + 0.03 * Math.min(1, Math.max(0, depth / 0.05)) * (z < m.neckDepth ? 1 : 0.4);
  return [
    shellLayer(
      anatomy,
      body,
      { field, hang: 0, taper: 0, smooth: 5, thickness: 0.008, ease },
      none,
      material,
    ),
  ];
}

function skirtLayer(
  anatomy: Anatomy,
  body: DressedBody,
  shape: Parameters<typeof sewSkirt>[2],
  material: Material,
): Layer {
  const { binding, triangles, uv, part } = sewSkirt(anatomy, body, shape);
  const layer = ownLayer(binding, triangles, null, material);
  return { surface: { ...layer.surface, uv, part }, binding, skirt: true };
}
