import { type Zippable, zipSync } from "fflate";
import { MareyError } from "../error.js";
import { type NpyInput, npyParts } from "../format/npy.js";
import { joinPieces } from "../format/pieces.js";
import type { BodyModel, SparseRows } from "./model.js";
import { LAYOUT, STEPS, WEIGHTS_PER_VERTEX } from "./openBodyFile.js";
import { packPlanes } from "./planes.js";
import { sparseRows } from "./sparse.js";

/** A named point as `keypoints.json` of the sources has it. */
interface StoredPoint {
  vertices: readonly number[];
  weights: readonly number[];
}

/** What the open body is made of. */
export interface OpenBodySources {
  full: BodyModel;
  /** Its template, shapes, correctives and weights must be those of `full` at `liteVertices`. */
  lite: BodyModel;
  liteVertices: ArrayLike<number>;
  /** The full body with 52 joints. */
  fingers: BodyModel;
  keypoints: {
    sets: Readonly<Record<string, readonly string[]>>;
    full: Readonly<Record<string, StoredPoint>>;
    lite: Readonly<Record<string, StoredPoint>>;
  };
  shapes: {
    attributes: { names: readonly string[]; betas: readonly (readonly number[])[] };
    examples: Readonly<Record<string, { betas: readonly number[] }>>;
  };
}

/**
 * Writes the open body as one small file: numbers of 16 bits in planes, deflated; the lite mesh as a choice of the full
 * one's vertices. `openBody` reads it.
 *
 * @throws MareyError `BODY_PACK` for what doesn't go into 16 bits.
 */
export function packOpenBody(sources: OpenBodySources): Uint8Array {
  const { full, lite, fingers, liteVertices, keypoints, shapes } = sources;
  const correctives = full.correctives ?? [];
  const joined = <T>(arrays: readonly ArrayLike<T>[]) => arrays.flatMap((array) => Array.from(array));
  const points = Object.keys(keypoints.full);
  return zipped({
    layout: [LAYOUT],
    template: planes("template", full.template, 3, STEPS.template),
    shapes: planes("shapes", full.shapes, 3 * full.shapeCount, STEPS.shapes),
    corrective_counts: list(countsByJoint(full)),
    corrective_vertices: indices("corrective_vertices", joined(correctives.map(({ vertices }) => vertices))),
    correctives: planes(
      "correctives",
      joined(correctives.map(({ offsets }) => offsets)),
      27,
      STEPS.correctives,
    ),
    ...weightArrays("weights", full.weights),
    ...weightArrays("fingers_weights", fingers.weights),
    ...sparseArrays("regressor", full.regressor),
    ...sparseArrays("lite_regressor", lite.regressor),
    ...sparseArrays("fingers_regressor", fingers.regressor),
    lite_vertices: indices("lite_vertices", liteVertices),
    ...meshArrays("", full),
    ...meshArrays("lite_", lite),
    keypoints: points,
    ...sparseArrays("keypoints", pointRows(points, keypoints.full)),
    ...sparseArrays("lite_keypoints", pointRows(points, keypoints.lite)),
    sets: Object.keys(keypoints.sets),
    ...Object.fromEntries(Object.entries(keypoints.sets).map(([set, names]) => [`set_${set}`, names])),
    attributes: shapes.attributes.names,
    attribute_betas: floats(shapes.attributes.betas.flat()),
    examples: Object.keys(shapes.examples),
    example_betas: floats(Object.values(shapes.examples).flatMap(({ betas }) => betas)),
  });
}

/** An archive of the arrays; nothing in it says when it was made. */
function zipped(arrays: Readonly<Record<string, NpyInput>>): Uint8Array {
  const files: Zippable = Object.fromEntries(
    Object.entries(arrays).map(([key, array]) => [`${key}.npy`, joinPieces(npyParts(array))]),
  );
  return zipSync(files, { level: 9, mtime: new Date(1980, 0, 1) });
}

function planes(
  key: string,
  values: ArrayLike<number>,
  components: number,
  step: number,
  least: -32768 | 0 = -32768,
): NpyInput {
  const data = packPlanes(values, components, step, least);
  if (data) return { shape: [components, values.length / components], data };
  throw new MareyError(
    "BODY_PACK",
    `array "${key}"`,
    `a number doesn't go into 16 bits in steps of ${step}`,
    "Take a larger step for it in openBodyFile.ts",
  );
}

const indices = (key: string, values: ArrayLike<number>, components = 1) =>
  planes(key, values, components, 1, 0);
const list = (values: readonly number[]): NpyInput => ({
  shape: [values.length],
  data: Uint32Array.from(values),
});
const floats = (values: readonly number[]): NpyInput => ({
  shape: [values.length],
  data: Float32Array.from(values),
});

/** Moved vertices of each joint but the root. */
const countsByJoint = ({ joints, correctives }: BodyModel) =>
  joints.slice(1).map((_, i) => correctives?.find(({ joint }) => joint === i + 1)?.vertices.length ?? 0);

/** All weights of a vertex but the largest, and the joints of all. */
function weightArrays(key: string, { joints, weights, perVertex }: BodyModel["weights"]) {
  const count = joints.length / perVertex;
  const rest = new Float64Array((WEIGHTS_PER_VERTEX - 1) * count);
  const all = new Uint8Array(WEIGHTS_PER_VERTEX * count);
  for (let v = 0; v < count; v++)
    for (let k = 0; k < Math.min(perVertex, WEIGHTS_PER_VERTEX); k++) {
      all[WEIGHTS_PER_VERTEX * v + k] = joints[perVertex * v + k];
      if (k > 0) rest[(WEIGHTS_PER_VERTEX - 1) * v + k - 1] = weights[perVertex * v + k];
    }
  return {
    [key]: planes(key, rest, WEIGHTS_PER_VERTEX - 1, STEPS.weights, 0),
    [`${key}_joints`]: { shape: [count, WEIGHTS_PER_VERTEX], data: all },
  };
}

const sparseArrays = (key: string, { offsets, columns, values }: SparseRows) => ({
  [`${key}_offsets`]: { shape: [offsets.length], data: offsets },
  [`${key}_columns`]: { shape: [columns.length], data: columns },
  [`${key}_values`]: { shape: [values.length], data: values },
});

/** Texture corners, the vertex of each, and the other side's vertices. The triangles follow from the corners. */
function meshArrays(prefix: string, { triangles, uv, mirror, name }: BodyModel) {
  if (!uv || !mirror)
    throw new MareyError(
      "BODY_PACK",
      `body ${name}`,
      "has no texture or mirror",
      "Take the open body's files",
    );
  const vertexOf = new Uint32Array(uv.coordinates.length / 2);
  uv.triangles.forEach((corner, i) => {
    vertexOf[corner] = triangles[i];
  });
  return {
    [`${prefix}corners`]: indices(`${prefix}corners`, uv.triangles, 3),
    [`${prefix}corner_vertices`]: indices(`${prefix}corner_vertices`, vertexOf),
    [`${prefix}uv`]: planes(`${prefix}uv`, uv.coordinates, 2, STEPS.uv, 0),
    [`${prefix}mirror`]: indices(`${prefix}mirror`, mirror),
  };
}

const pointRows = (points: readonly string[], stored: Readonly<Record<string, StoredPoint>>): SparseRows =>
  sparseRows(
    points.length,
    points.flatMap((point, row) =>
      stored[point].vertices.map((vertex, i) => [row, vertex, stored[point].weights[i]] as const),
    ),
  );
