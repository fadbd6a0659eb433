import { jointNames, smplJoints, smplParents } from "./jointNames.js";
import type { BodyModel, Corrective, SparseRows } from "./model.js";
import {
  type OpenBodyFile,
  openBodyFile,
  STEPS,
  storedCorrectives,
  storedKeypoints,
  storedWeights,
} from "./openBodyFile.js";
import { sparseRows } from "./sparse.js";
import { heaviestJoints } from "./weights.js";

export interface OpenBodyOptions {
  /**
   * `full`: 13061 vertices with eyeballs, fingers and face to be recognised; `lite`: 3001 of them in one closed skin, for
   * pictures in which a person is small.
   */
  mesh?: "full" | "lite";
  /** 52 joints, with three for each finger, in place of SMPL's 24. */
  fingers?: boolean;
}

/**
 * The open body: an adult of SMPL's layout (24 joints, ten shape directions, correctives, texture, keypoints) that is free
 * to use and to pass on, made from MakeHuman's CC0 assets. No SMPL data are in it: parameters fitted to SMPL mean nothing
 * here, and SMPL's poses look right but aren't exact.
 *
 * Vertices of the lite mesh equal those of the full one. With fingers, the correctives of the knuckles are left out, and
 * on the lite mesh the last joints of ring and little finger are good to 12 mm.
 *
 * @param bytes The file `data/open-body.npz` of @marey/core; `readOpenBody` of `marey` reads it in Node.
 * @throws MareyError `BODY_FILE` for another file; those of `openZip` and `readNpy`.
 */
export function openBody(
  bytes: Uint8Array,
  { mesh = "full", fingers = false }: OpenBodyOptions = {},
): BodyModel {
  const file = openBodyFile(bytes, "open-body.npz");
  const picked = mesh === "lite" ? file.indices("lite_vertices") : undefined;
  const prefix = picked ? "lite_" : "";
  const skin = skinOf(file, picked, fingers);
  const corners = file.indices(`${prefix}corners`);
  const cornerVertices = file.indices(`${prefix}corner_vertices`);
  const points = storedKeypoints(file, prefix);
  const body = file.sparse(fingers && !picked ? "fingers_regressor" : `${prefix}regressor`);
  return {
    name: `open body${picked ? " lite" : ""}${fingers ? " with fingers" : ""}`,
    vertices: skin.template.length / 3,
    joints: jointNames(fingers ? FINGER_JOINTS : smplJoints.length),
    parents: Int32Array.from(fingers ? fingerParents() : smplParents),
    triangles: corners.map((corner) => cornerVertices[corner]),
    ...skin,
    regressor: fingers && picked ? fingerRegressor(body, points.keypoints) : body,
    uv: { coordinates: file.floats(`${prefix}uv`, STEPS.uv, 0), triangles: corners },
    part: heaviestJoints(skin.weights),
    mirror: file.indices(`${prefix}mirror`),
    ...points,
  };
}

const FINGER_JOINTS = 52;
/** Joints that SMPL's tree and the one with fingers share: all but the knuckles. */
const SHARED_JOINTS = smplJoints.length - 2;

/** What belongs to vertices, of all or of those picked. */
function skinOf(file: OpenBodyFile, picked: Uint32Array | undefined, fingers: boolean) {
  const template = file.floats("template", STEPS.template);
  const shapes = file.floats("shapes", STEPS.shapes);
  const shapeCount = shapes.length / template.length;
  const { perVertex, ...weights } = storedWeights(file, fingers ? "fingers_weights" : "weights");
  const correctives = storedCorrectives(file).filter(({ joint }) => !fingers || joint < SHARED_JOINTS);
  if (!picked) return { template, shapes, shapeCount, weights: { ...weights, perVertex }, correctives };
  return {
    template: pickRows(template, picked, 3),
    shapes: pickRows(shapes, picked, 3 * shapeCount),
    shapeCount,
    weights: {
      joints: pickRows(weights.joints, picked, perVertex),
      weights: pickRows(weights.weights, picked, perVertex),
      perVertex,
    },
    correctives: pickCorrectives(correctives, picked, template.length / 3),
  };
}

function pickRows<T extends Float32Array | Uint8Array>(data: T, rows: Uint32Array, width: number): T {
  const out = new (data.constructor as new (length: number) => T)(rows.length * width);
  rows.forEach((row, i) => {
    for (let c = 0; c < width; c++) out[i * width + c] = data[row * width + c];
  });
  return out;
}

function pickCorrectives(all: readonly Corrective[], picked: Uint32Array, vertices: number): Corrective[] {
  const place = new Int32Array(vertices).fill(-1);
  picked.forEach((vertex, i) => {
    place[vertex] = i;
  });
  return all.map(({ joint, vertices: moved, offsets }) => {
    const kept = Uint32Array.from(moved.keys()).filter((n) => place[moved[n]] >= 0);
    return {
      joint,
      vertices: kept.map((n) => place[moved[n]]),
      offsets: pickRows(offsets, kept, 27),
    };
  });
}

/** The first joint of each finger hangs on the wrist. */
function fingerParents(): number[] {
  const wrists = [smplJoints.indexOf("left_wrist"), smplJoints.indexOf("right_wrist")];
  return Array.from({ length: FINGER_JOINTS }, (_, j) => {
    if (j < SHARED_JOINTS) return smplParents[j];
    const n = j - SHARED_JOINTS;
    return n % 3 === 0 ? wrists[Math.floor(n / 15)] : j - 1;
  });
}

/** The lite mesh has its finger joints as keypoints only. */
function fingerRegressor(body: SparseRows, keypoints: BodyModel["keypoints"]): SparseRows {
  const entries: [number, number, number][] = [];
  jointNames(FINGER_JOINTS).forEach((joint, row) => {
    const from = row < SHARED_JOINTS ? rowOf(body, row) : keypoints[joint];
    from.vertices.forEach((vertex, i) => {
      entries.push([row, vertex, from.weights[i]]);
    });
  });
  return sparseRows(FINGER_JOINTS, entries);
}

const rowOf = ({ offsets, columns, values }: SparseRows, row: number) => ({
  vertices: columns.subarray(offsets[row], offsets[row + 1]),
  weights: values.subarray(offsets[row], offsets[row + 1]),
});
