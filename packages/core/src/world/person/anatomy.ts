import type { BodyModel } from "../../body/model.js";
import { vertexNormals } from "../../body/normals.js";
import { regress } from "../../body/skinning.js";
import { MareyError } from "../../error.js";
import type { Uv } from "../render/surface.js";
import { type Atlas, drawAtlas } from "./atlas.js";
import { clothLayout, hairLayout, regionOf } from "./layout.js";

/** Points of the rest pose by which faces and garments are measured, m. */
type Landmarks = Readonly<Record<string, readonly [number, number, number]>>;

/** What dressing has to know of a body model; computed once for each. */
export interface Anatomy {
  model: BodyModel;
  /** J×3, of the mean body at rest. */
  joints: Float64Array;
  /** V×3. */
  normals: Float32Array;
  /** V×5: how much of each vertex belongs to each of `REGIONS`; head goes with the torso; rows sum to 1. */
  regions: Float32Array;
  /** F: the region with the most of each face. */
  faceRegions: Uint8Array;
  /** Joints and named points of the mean body. */
  marks: Landmarks;
  /** V: 1 on an eyeball, which is a piece of its own. */
  eyeball: Uint8Array;
  /** Coordinates for cloth: 3 for each triangle of the body, corner by corner. */
  cloth: Uv;
  /** Coordinates for hair, likewise: about the crown along u, from it down along v. */
  hair: Uv;
  /** The body's own coordinates. */
  skin: Uv;
  /** The drawn layouts, by size. */
  atlases: { skin: Map<number, Atlas>; cloth: Map<number, Atlas> };
}

const known = new WeakMap<BodyModel, Anatomy>();

/**
 * The anatomy of a model with SMPL's joints.
 *
 * @throws MareyError `BODY_DRESS` when the model has no texture coordinates or lacks one of SMPL's joints.
 */
export function anatomyOf(model: BodyModel): Anatomy {
  const old = known.get(model);
  if (old) return old;
  if (!model.uv)
    throw new MareyError(
      "BODY_DRESS",
      `body ${model.name}`,
      "it has no texture coordinates, which skin is painted in",
      "Use the open body, or add `uv` to the model",
    );
  const joints = new Float64Array(3 * model.joints.length);
  regress(model.regressor, model.template, joints);
  const normals = vertexNormals(model.template, model.triangles);
  const regions = regionWeights(model);
  const anatomy: Anatomy = {
    model,
    joints,
    normals,
    regions,
    faceRegions: Uint8Array.from({ length: model.triangles.length / 3 }, (_, f) =>
      regionOf(model.triangles, 3 * f, regions),
    ),
    marks: landmarks(model, joints),
    eyeball: eyeballs(model),
    cloth: clothLayout(model, regions),
    hair: hairLayout(model, joints[3 * model.joints.indexOf("head") + 1]),
    skin: model.uv,
    atlases: { skin: new Map(), cloth: new Map() },
  };
  known.set(model, anatomy);
  return anatomy;
}

/** The layout of skin or cloth drawn at a size, kept for the next look. */
export function atlasOf(anatomy: Anatomy, kind: "skin" | "cloth", size: number): Atlas {
  const kept = anatomy.atlases[kind];
  let atlas = kept.get(size);
  if (!atlas) {
    const { template: positions, triangles } = anatomy.model;
    const mesh = { positions, normals: anatomy.normals, triangles };
    atlas = drawAtlas(mesh, anatomy[kind], size);
    kept.set(size, atlas);
  }
  return atlas;
}

const LIMBS: Readonly<Record<string, number>> = {
  left_shoulder: 1,
  left_elbow: 1,
  left_wrist: 1,
  left_hand: 1,
  right_shoulder: 2,
  right_elbow: 2,
  right_wrist: 2,
  right_hand: 2,
  left_hip: 3,
  left_knee: 3,
  left_ankle: 3,
  left_foot: 3,
  right_hip: 4,
  right_knee: 4,
  right_ankle: 4,
  right_foot: 4,
};

function regionWeights(model: BodyModel): Float32Array {
  const { joints, weights, perVertex: K } = model.weights;
  const region: number[] = [];
  // Fingers and whatever else has no entry belong where their parents do.
  model.joints.forEach((name, j) => {
    region.push(LIMBS[name] ?? region[model.parents[j]] ?? 0);
  });
  const out = new Float32Array(5 * model.vertices);
  for (let i = 0; i < K * model.vertices; i++) out[5 * Math.floor(i / K) + region[joints[i]]] += weights[i];
  return out;
}

function landmarks(model: BodyModel, joints: Float64Array): Landmarks {
  const marks: Record<string, [number, number, number]> = {};
  for (const [name, { vertices, weights }] of Object.entries(model.keypoints)) {
    const at: [number, number, number] = [0, 0, 0];
    vertices.forEach((v, i) => {
      for (let k = 0; k < 3; k++) at[k] += weights[i] * model.template[3 * v + k];
    });
    marks[name] = at;
  }
  model.joints.forEach((name, j) => {
    marks[name] = [joints[3 * j], joints[3 * j + 1], joints[3 * j + 2]];
  });
  return marks;
}

/** Vertices of pieces that hang together with less than a tenth of the mesh and lie in the head. */
function eyeballs(model: BodyModel): Uint8Array {
  const root = Uint32Array.from({ length: model.vertices }, (_, i) => i);
  const find = (i: number): number => {
    while (root[i] !== i) {
      root[i] = root[root[i]];
      i = root[i];
    }
    return i;
  };
  const { triangles } = model;
  for (let i = 0; i < triangles.length; i += 3) {
    root[find(triangles[i + 1])] = find(triangles[i]);
    root[find(triangles[i + 2])] = find(triangles[i]);
  }
  const count = new Uint32Array(model.vertices);
  for (let v = 0; v < model.vertices; v++) count[find(v)]++;
  return Uint8Array.from(root, (_, v) => (count[find(v)] < model.vertices / 10 ? 1 : 0));
}
