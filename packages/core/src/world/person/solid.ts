import type { Material, Surface } from "../render/surface.js";
import type { Anatomy } from "./anatomy.js";
import { type Skinned, strongest } from "./binding.js";
import type { DressedBody } from "./drape.js";
import type { Layer } from "./layer.js";

/** Binds a surface of its own to joints by name, by weights at each vertex. */
export function solid(
  anatomy: Anatomy,
  body: DressedBody,
  rest: Float32Array,
  weightsAt: (vertex: number) => readonly (readonly [joint: string, weight: number])[],
): Skinned {
  const names = anatomy.model.joints;
  const N = rest.length / 3;
  const joints = new Uint8Array(4 * N);
  const weights = new Float32Array(4 * N);
  const sums = new Float64Array(names.length);
  for (let v = 0; v < N; v++) {
    sums.fill(0);
    for (const [joint, weight] of weightsAt(v)) sums[names.indexOf(joint)] += Math.max(0, weight);
    strongest(sums, 4 * v, joints, weights);
  }
  return { kind: "skinned", rest, joints, weights, restJoints: body.joints };
}

/** Binds a surface to one joint. */
export const rigid = (anatomy: Anatomy, body: DressedBody, rest: Float32Array, joint: string): Skinned =>
  solid(anatomy, body, rest, () => [[joint, 1]]);

/** A layer with a surface of its own, of which each vertex counts as the part of the joint that moves it most. */
export function ownLayer(
  binding: Skinned,
  triangles: Uint32Array,
  coordinates: Float32Array | null,
  material: Material,
): Layer {
  const N = binding.rest.length / 3;
  const surface: Surface = {
    positions: new Float32Array(binding.rest.length),
    triangles,
    material,
    person: 0,
    part: Uint8Array.from({ length: N }, (_, v) => binding.joints[4 * v]),
  };
  if (coordinates) surface.uv = { coordinates, triangles };
  return { surface, binding, skirt: false };
}
