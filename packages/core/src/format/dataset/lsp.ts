import { lsp14 } from "../../skeleton/layouts.js";
import { npzArray, readNpz } from "../npz.js";
import {
  type AnnotatedPerson,
  type Annotations,
  invalidAnnotations,
  jointExtent,
  jointsOf,
} from "./annotations.js";

const JOINTS = 14;
const [RIGHT_HIP, LEFT_HIP, RIGHT_SHOULDER, LEFT_SHOULDER] = [2, 3, 8, 9];

/** What the third value of a joint says: LSP's 1 is "hidden", LSP Extended's is "labelled". */
export type LspFlag = "hidden" | "labelled";

/**
 * Reads Leeds Sports Pose's `joints` (Johnson & Everingham 2010) from an NPZ file: 3×14×N of LSP, 14×3×N of LSP Extended,
 * or N×14×3. The MATLAB file itself isn't read: save its variable as NPZ (`numpy.savez(file, joints=…)`).
 * Pictures are named as the data sets name theirs, `im0001.jpg` of up to 9999, `im00001.jpg` of more; pixels count from 1.
 *
 * @throws MareyError `ANNOTATIONS_INVALID` for another shape; the errors of `readNpz`.
 */
export function readLsp(bytes: Uint8Array, name = "lsp.npz"): Annotations {
  const array = npzArray(readNpz(bytes, name), "joints", [-1, -1, -1], name);
  return lspAnnotations(array.data as ArrayLike<number>, array.shape, name);
}

/** `readLsp` on the array itself, row by row. */
export function lspAnnotations(data: ArrayLike<number>, shape: readonly number[], name: string): Annotations {
  const [a, b, c] = shape;
  const order =
    a === 3 && b === JOINTS
      ? "lsp"
      : a === JOINTS && b === 3
        ? "extended"
        : b === JOINTS && c === 3
          ? "rows"
          : undefined;
  if (!order || shape.length !== 3)
    throw invalidAnnotations(
      name,
      `joints are ${shape.join("×")}, not 3×14×N, 14×3×N or N×14×3`,
      "Save LSP's variable joints as it is",
    );
  const people = order === "rows" ? a : c;
  const at = (n: number, j: number, k: number) =>
    order === "lsp"
      ? (k * JOINTS + j) * c + n
      : order === "extended"
        ? (j * 3 + k) * c + n
        : (n * JOINTS + j) * 3 + k;
  const flag: LspFlag = order === "lsp" ? "hidden" : "labelled";
  const digits = people > 9999 ? 5 : 4;
  return {
    dataset: "lsp",
    skeleton: lsp14,
    images: Array.from({ length: people }, (_, n) => ({
      id: n + 1,
      file: `im${String(n + 1).padStart(digits, "0")}.jpg`,
      width: 0,
      height: 0,
    })),
    people: Array.from({ length: people }, (_, n) =>
      person(
        n,
        Float64Array.from({ length: 3 * JOINTS }, (_, i) => data[at(n, Math.floor(i / 3), i % 3)]),
        flag,
      ),
    ),
  };
}

function person(n: number, flat: Float64Array, flag: LspFlag): AnnotatedPerson {
  for (let i = 2; i < flat.length; i += 3) {
    const known = flat[i - 2] > 0 || flat[i - 1] > 0;
    if (flag === "hidden") flat[i] = known ? 2 - flat[i] : 0;
    else flat[i] = known && flat[i] > 0 ? 2 : 0;
  }
  const joints = jointsOf(flat, 1);
  const box = jointExtent(joints);
  const size = torso(joints);
  return { id: n + 1, image: n, joints, crowd: false, ...(box && { box }), ...(size > 0 && { size }) };
}

/** The torso, to which LSP's PCK relates errors: left shoulder to right hip, or the other diagonal where one is missing. */
function torso(joints: Float64Array): number {
  const distance = (a: number, b: number) =>
    Math.hypot(joints[3 * a] - joints[3 * b], joints[3 * a + 1] - joints[3 * b + 1]);
  const first = distance(LEFT_SHOULDER, RIGHT_HIP);
  return Number.isNaN(first) ? distance(RIGHT_SHOULDER, LEFT_HIP) : first;
}
