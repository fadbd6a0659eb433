import type { Surface, Uv } from "../render/surface.js";
import type { Anatomy } from "./anatomy.js";
import { type Binding, shell } from "./binding.js";
import { cut, onPatch, type Patch, patchUv } from "./cut.js";
import { type DressedBody, drape, type Fall } from "./drape.js";
import type { Field } from "./garment.js";
import { rimOf } from "./mesh.js";

/** A surface and what moves it; null: it is the skin itself. */
export interface Layer {
  surface: Surface;
  binding: Binding | null;
  /** Kept out of the legs. */
  skirt: boolean;
}

/** A field at each of the body's vertices. */
export function fieldOnBody({ model }: Anatomy, field: Field): Float32Array {
  const { template: p, vertices } = model;
  const out = new Float32Array(vertices);
  for (let v = 0; v < vertices; v++) out[v] = field(p[3 * v], p[3 * v + 1], p[3 * v + 2]);
  return out;
}

/** Faces that lie deeper than `depth` inside a field: hidden by what covers it. */
export function hide({ model }: Anatomy, field: Float32Array, depth: number, hidden: Uint8Array): void {
  const { triangles: t } = model;
  for (let f = 0; f < hidden.length; f++)
    if (Math.min(field[t[3 * f]], field[t[3 * f + 1]], field[t[3 * f + 2]]) > depth) hidden[f] = 1;
}

/** How a shell is laid on the body. */
export interface ShellPlan extends Omit<Fall, "ease"> {
  /** V. */
  field: Float32Array;
  /** m; over rest positions, with the way to the rim. */
  ease: (x: number, y: number, z: number, field: number) => number;
  /** Thickness shown at rims, m. */
  thickness: number;
}

/** A garment as a shell over the body; `hidden` are faces that other garments cover. */
export function shellLayer(
  anatomy: Anatomy,
  body: DressedBody,
  plan: ShellPlan,
  hidden: Uint8Array,
  material: Surface["material"],
  layout: Uv = anatomy.cloth,
): Layer {
  const { model } = anatomy;
  const patch = cut(model.triangles, plan.field, (face) => hidden[face] === 0);
  const places = onPatch(patch, model.template, 3);
  const fields = onPatch(patch, plan.field, 1);
  const ease = fields.map((field, v) =>
    plan.ease(places[3 * v], places[3 * v + 1], places[3 * v + 2], field),
  );
  const offsets = drape(anatomy, patch, body, { ...plan, ease });
  const normals = onPatch(patch, body.normals, 3);
  const hemmed =
    plan.thickness > 0 ? hem(patch, offsets, normals, fields, plan.thickness) : { patch, offsets };
  return {
    surface: {
      positions: new Float32Array(hemmed.offsets.length),
      triangles: hemmed.patch.triangles,
      uv: patchUv(hemmed.patch, model.triangles, layout),
      skin: patchUv(hemmed.patch, model.triangles, anatomy.skin),
      material,
      person: 0,
      part: partsOf(anatomy, hemmed.patch),
    },
    binding: shell(model, hemmed.patch, hemmed.offsets),
    skirt: false,
  };
}

/** Part of the skin below each vertex of a patch. */
function partsOf({ model }: Anatomy, patch: Patch): Uint8Array {
  const part = model.part ?? new Uint8Array(model.vertices);
  return Uint8Array.from(patch.share, (share, v) => part[patch.from[2 * v + (share > 0.5 ? 1 : 0)]]);
}

/**
 * Turns open edges in towards the skin, so that cloth has thickness. Only at the garment's own rim (field near 0), not
 * where it was cut off under another.
 */
function hem(
  patch: Patch,
  offsets: Float32Array,
  normals: Float32Array,
  fields: Float32Array,
  thickness: number,
): { patch: Patch; offsets: Float32Array } {
  const N = patch.share.length;
  const { edges, corners } = rimOf(patch.triangles, N);
  const inner = new Map<number, number>();
  const from = [...patch.from];
  const share = [...patch.share];
  const triangles = [...patch.triangles];
  const faces = [...patch.faces];
  const turned = [...offsets];
  const double = (v: number): number => {
    const old = inner.get(v);
    if (old !== undefined) return old;
    const above =
      offsets[3 * v] * normals[3 * v] +
      offsets[3 * v + 1] * normals[3 * v + 1] +
      offsets[3 * v + 2] * normals[3 * v + 2];
    const by = Math.min(thickness, Math.max(0, above - 0.001));
    for (let k = 0; k < 3; k++) turned.push(offsets[3 * v + k] - by * normals[3 * v + k]);
    from.push(patch.from[2 * v], patch.from[2 * v + 1]);
    share.push(patch.share[v]);
    inner.set(v, share.length - 1);
    return share.length - 1;
  };
  for (let e = 0; e < corners.length; e++) {
    const [a, b] = [edges[2 * e], edges[2 * e + 1]];
    if (fields[a] > 0.004 || fields[b] > 0.004) continue;
    const face = patch.faces[Math.floor(corners[e] / 3)];
    const [c, d] = [double(a), double(b)];
    triangles.push(b, a, c, b, c, d);
    faces.push(face, face);
  }
  return {
    patch: {
      from: Uint32Array.from(from),
      share: Float32Array.from(share),
      triangles: Uint32Array.from(triangles),
      faces: Uint32Array.from(faces),
    },
    offsets: Float32Array.from(turned),
  };
}
