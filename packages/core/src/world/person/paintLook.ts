import type { BodyModel } from "../../body/model.js";
import type { Image } from "../../image/image.js";
import { anatomyOf } from "./anatomy.js";
import { colourCloth, type Place, paintCloth, type Trim } from "./cloth.js";
import type { Fabric } from "./fabric.js";
import { paintEyeball } from "./face.js";
import { bottomField, type Field, hoodField, type Measures, measure, skirtHem, topField } from "./garment.js";
import type { Look } from "./look.js";
import type { Bottom, Top } from "./outfit.js";
import { paintSkin } from "./skin.js";
import { paintStrands } from "./strands.js";
import { bottomTrim, topTrim } from "./trim.js";

/** A look's pictures: they belong to a body model (its layout), not to a shape, and serve all bodies that wear the look. */
export interface LookTextures {
  skin: Image;
  eyes: Image;
  hair: Image;
  top: Image;
  outer: Image | null;
  bottom: Image | null;
  /** Skirts of a skirt, a dress, a long coat. */
  skirts: { top: Image | null; outer: Image | null; bottom: Image | null };
}

/** Sizes of a look's pictures in texels, default 384: 512 for close-ups, 256 for people below 200 pixels. */
export interface PaintOptions {
  skin?: number;
  cloth?: number;
}

/** Paints a look for a body model. */
export function paintLook(
  model: BodyModel,
  look: Look,
  { skin = 384, cloth = 384 }: PaintOptions = {},
): LookTextures {
  const anatomy = anatomyOf(model);
  const m = measure(anatomy);
  const { top, outer, bottom } = look.outfit;
  const upper = (worn: Top) =>
    paintCloth(anatomy, m, worn.fabric, wholeTop(worn, m), topTrim(worn, m), cloth);
  return {
    skin: paintSkin(anatomy, look, coveredField(look, m), skin),
    eyes: paintEyeball(look),
    hair: paintStrands(look),
    top: upper(top),
    outer: outer && upper(outer),
    bottom:
      bottom && paintCloth(anatomy, m, bottom.fabric, bottomField(bottom, m), bottomTrim(bottom, m), cloth),
    skirts: {
      top: longTop(top, m, cloth),
      outer: outer && longTop(outer, m, cloth),
      bottom:
        bottom?.kind === "skirt"
          ? paintSkirt(bottom.fabric, m, m.waist - 0.05, skirtEnd(bottom, m), cloth / 2)
          : null,
    },
  };
}

/** Height of a skirt's hem. */
export const skirtEnd = (bottom: Bottom, m: Measures): number =>
  m.crotch + 2 * bottom.length * (m.knee - m.crotch);

/** A top with its hood. */
function wholeTop(top: Top, m: Measures): Field {
  const main = topField(top, m);
  if (top.kind !== "hoodie") return main;
  const hood = hoodField(m);
  return (x, y, z) => Math.max(main(x, y, z), hood(x, y, z));
}

/** Depth inside closed clothes, over rest positions: skin there is never seen. */
function coveredField({ outfit: { top, bottom } }: Look, m: Measures): Field {
  const upper = topField(top, m);
  if (!bottom || bottom.kind === "skirt") return upper;
  const lower = bottomField(bottom, m);
  return (x, y, z) => Math.max(upper(x, y, z), lower(x, y, z));
}

const longTop = (top: Top, m: Measures, size: number): Image | null =>
  top.length > 1 ? paintSkirt(top.fabric, m, m.waist - 0.04, skirtHem(top, m), size / 2) : null;

const nothing: Trim = () => {};

/** Paints a skirt's cloth, once around along u and from its upper edge down. */
function paintSkirt(fabric: Fabric, m: Measures, top: number, hem: number, size: number): Image {
  const data = new Uint8Array(3 * size * size);
  const out = new Float64Array(3);
  const place: Place = { x: 0, y: 0, z: 0, region: 0, along: 0, around: 0, angle: 0, field: 0 };
  for (let i = 0; i < size * size; i++) {
    const turn = 2 * Math.PI * (((i % size) + 0.5) / size - 0.5);
    const down = (Math.floor(i / size) + 0.5) / size;
    place.x = 0.19 * Math.sin(turn);
    place.z = 0.19 * Math.cos(turn);
    place.y = top + down * (hem - top);
    place.along = place.y;
    place.around = 0.19 * turn;
    place.angle = turn;
    place.field = place.y - hem;
    colourCloth(fabric, m, place, nothing, out);
    const pleat = 1 + 0.12 * Math.sin(16 * turn + 2 * Math.sin(3 * turn)) * Math.min(1, 2 * down);
    const seam = Math.abs(place.field - 0.018) < 0.003 ? 0.85 : 1;
    for (let k = 0; k < 3; k++) data[3 * i + k] = Math.min(255, Math.max(0, out[k] * pleat * seam));
  }
  return { width: size, height: size, channels: 3, data };
}
