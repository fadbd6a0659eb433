import { rotationVectorToMatrix } from "../array/rotation.js";
import { MareyError } from "../error.js";
import { blend } from "./blend.js";
import { correct } from "./correctives.js";
import type { BodyModel, SparseRows } from "./model.js";

export interface SkinnerOptions {
  /** Whether pose correctives are applied, where the model has them; true when absent. */
  correctives?: boolean;
}

/** A body that is shaped once and posed many times. Its arrays are its own and are written over by the next call. */
export interface BodySkinner {
  readonly model: BodyModel;
  /** V×3, m: the shaped body in its rest pose, without correctives. */
  readonly rest: Float32Array;
  /** J×3, m: its joints. */
  readonly restJoints: Float64Array;
  /** J×12: rotation and position of each joint of the last pose, [R | t] by rows, m. */
  readonly transforms: Float64Array;
  /**
   * Gives the body a shape.
   *
   * @param betas Coefficients, in standard deviations; missing ones are 0. The same ones again cost nothing.
   */
  shape(betas: ArrayLike<number>): void;
  /**
   * Poses the body.
   *
   * @param pose J×3 rotation vectors, or J×9 rotation matrices by rows; each relative to its parent.
   * @param translation m, added last; the root turns about its own joint, not about the origin.
   * @param vertices V×3, m, receives the skin.
   * @param joints J×3, m, receives the joints.
   */
  pose(
    pose: ArrayLike<number>,
    translation: ArrayLike<number>,
    vertices: Float32Array | Float64Array,
    joints?: Float32Array | Float64Array,
  ): void;
}

/**
 * Linear blend skinning (Loper et al. 2015, eq. 2 to 10) in typed arrays, with no allocation per body.
 *
 * Rotations are exact near 0, where the published code adds 1e-8 to each component before it takes the length: up to
 * 2e-8 of a radian apart. Correctives cost only where a joint is turned, and blending only where weights aren't 0.
 *
 * @returns A skinner in the model's mean shape.
 * @throws MareyError `BODY_SIZE` from its functions, when an array doesn't have the model's size.
 */
export function bodySkinner(
  model: BodyModel,
  { correctives: corrected = true }: SkinnerOptions = {},
): BodySkinner {
  const { vertices: V, parents, template, correctives } = model;
  const J = parents.length;
  const rest = new Float32Array(3 * V);
  const restJoints = new Float64Array(3 * J);
  const rotations = new Float64Array(9 * J);
  const transforms = new Float64Array(12 * J);
  const skins = new Float64Array(12 * J);
  const turned = corrected && correctives ? new Float32Array(3 * V) : undefined;
  const blocks = turned ? (correctives ?? []) : [];
  const turn = rotationReader(J, rotations);
  const last = new Float64Array(model.shapeCount);
  reshape(model, last, rest, restJoints);
  return {
    model,
    rest,
    restJoints,
    transforms,
    shape(betas) {
      size(model, "betas", betas.length <= model.shapeCount, betas.length, `at most ${model.shapeCount}`);
      if (!replace(last, betas)) return;
      reshape(model, last, rest, restJoints);
    },
    pose(pose, translation, vertices, joints) {
      size(
        model,
        "pose",
        pose.length === 3 * J || pose.length === 9 * J,
        pose.length,
        `${3 * J} or ${9 * J}`,
      );
      size(model, "vertices", vertices.length === template.length, vertices.length, String(template.length));
      size(model, "translation", translation.length === 3, translation.length, "3");
      turn(pose);
      chain(parents, rotations, restJoints, transforms);
      skinTransforms(transforms, restJoints, translation, skins);
      if (turned) {
        turned.set(rest);
        for (const block of blocks) correct(block, rotations, turned);
      }
      blend(model.weights, skins, turned ?? rest, vertices);
      if (joints) placeJoints(transforms, translation, joints);
    },
  };
}

function size(model: BodyModel, what: string, fits: boolean, found: number, wanted: string): void {
  if (fits) return;
  throw new MareyError(
    "BODY_SIZE",
    `body ${model.name}`,
    `${what} has ${found} numbers, expected ${wanted}`,
    "Use arrays made for this body model",
  );
}

/** Puts `values` and zeros behind them into `kept`; whether anything changed. */
function replace(kept: Float64Array, values: ArrayLike<number>): boolean {
  let changed = false;
  for (let i = 0; i < kept.length; i++) {
    const value = i < values.length ? values[i] : 0;
    if (kept[i] === value) continue;
    kept[i] = value;
    changed = true;
  }
  return changed;
}

/** Fills J×9 matrices from rotation vectors or matrices. */
function rotationReader(J: number, rotations: Float64Array): (pose: ArrayLike<number>) => void {
  const matrices = Array.from({ length: J }, (_, j) => rotations.subarray(9 * j, 9 * j + 9));
  const vector = new Float64Array(3);
  return (pose) => {
    if (pose.length === 9 * J) for (let i = 0; i < 9 * J; i++) rotations[i] = pose[i];
    else
      for (let j = 0; j < J; j++) {
        for (let i = 0; i < 3; i++) vector[i] = pose[3 * j + i];
        rotationVectorToMatrix(vector, matrices[j]);
      }
  };
}

/** rest = template + shapes · β, and its joints. */
function reshape(model: BodyModel, betas: Float64Array, rest: Float32Array, joints: Float64Array): void {
  const { template, shapes, shapeCount, regressor } = model;
  let used = betas.length;
  while (used > 0 && betas[used - 1] === 0) used--;
  for (let i = 0; i < rest.length; i++) {
    let sum = template[i];
    for (let k = 0, at = i * shapeCount; k < used; k++) sum += shapes[at + k] * betas[k];
    rest[i] = sum;
  }
  regress(regressor, rest, joints);
}

/** Rows of a sparse matrix times points N×3 → rows×3. */
export function regress(
  { offsets, columns, values }: SparseRows,
  points: ArrayLike<number>,
  out: Float32Array | Float64Array,
): void {
  for (let row = 0; row < offsets.length - 1; row++) {
    let x = 0;
    let y = 0;
    let z = 0;
    for (let i = offsets[row]; i < offsets[row + 1]; i++) {
      const at = 3 * columns[i];
      x += values[i] * points[at];
      y += values[i] * points[at + 1];
      z += values[i] * points[at + 2];
    }
    out[3 * row] = x;
    out[3 * row + 1] = y;
    out[3 * row + 2] = z;
  }
}

/** World transforms along the tree: G = G_parent [R | t], t from the parent's rest joint to this one's. */
function chain(parents: Int32Array, rotations: Float64Array, rest: Float64Array, out: Float64Array): void {
  for (let j = 0; j < parents.length; j++) {
    const parent = parents[j];
    const R = 9 * j;
    const to = 12 * j;
    if (parent < 0) {
      for (let row = 0; row < 3; row++) {
        for (let c = 0; c < 3; c++) out[to + 4 * row + c] = rotations[R + 3 * row + c];
        out[to + 4 * row + 3] = rest[3 * j + row];
      }
      continue;
    }
    const x = rest[3 * j] - rest[3 * parent];
    const y = rest[3 * j + 1] - rest[3 * parent + 1];
    const z = rest[3 * j + 2] - rest[3 * parent + 2];
    for (let row = 0; row < 3; row++) {
      const from = 12 * parent + 4 * row;
      const a = out[from];
      const b = out[from + 1];
      const c = out[from + 2];
      const at = to + 4 * row;
      out[at] = a * rotations[R] + b * rotations[R + 3] + c * rotations[R + 6];
      out[at + 1] = a * rotations[R + 1] + b * rotations[R + 4] + c * rotations[R + 7];
      out[at + 2] = a * rotations[R + 2] + b * rotations[R + 5] + c * rotations[R + 8];
      out[at + 3] = a * x + b * y + c * z + out[from + 3];
    }
  }
}

/** What moves a rest vertex along with a joint: G, less where G takes the rest joint; and the translation. */
function skinTransforms(
  transforms: Float64Array,
  rest: Float64Array,
  translation: ArrayLike<number>,
  out: Float64Array,
): void {
  for (let j = 0; j < rest.length / 3; j++)
    for (let row = 0; row < 3; row++) {
      const at = 12 * j + 4 * row;
      const a = transforms[at];
      const b = transforms[at + 1];
      const c = transforms[at + 2];
      out[at] = a;
      out[at + 1] = b;
      out[at + 2] = c;
      out[at + 3] =
        transforms[at + 3] - (a * rest[3 * j] + b * rest[3 * j + 1] + c * rest[3 * j + 2]) + translation[row];
    }
}

function placeJoints(
  transforms: Float64Array,
  translation: ArrayLike<number>,
  out: Float32Array | Float64Array,
): void {
  for (let i = 0; i < out.length; i++) out[i] = transforms[4 * i + 3] + translation[i % 3];
}
