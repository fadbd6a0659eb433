import { face68 } from "../../skeleton/layouts.js";
import { readLines } from "../lines.js";
import { type Annotations, invalidAnnotations, jointExtent, jointsOf } from "./annotations.js";

/**
 * Reads a `.pts` file of 300W (Sagonas et al. 2013): the 68 points of the face in one picture, which has the file's own
 * name. Pixels count from 1.
 *
 * @throws MareyError `ANNOTATIONS_INVALID` naming the line; `TEXT_INVALID`.
 */
export function readFacePoints(bytes: Uint8Array, name = "face.pts"): Annotations {
  const lines = readLines(bytes, name).map((line) => line.trim());
  const from = lines.indexOf("{");
  const to = lines.indexOf("}", from);
  if (from < 0 || to < 0) throw invalidAnnotations(name, "it has no points between { and }");
  const rows = lines.slice(from + 1, to).filter((line) => line !== "");
  if (rows.length !== face68.joints.length)
    throw invalidAnnotations(name, `it has ${rows.length} points, not ${face68.joints.length}`);
  const flat = rows.flatMap((row, i) => {
    const [x, y] = row.split(/\s+/).map(Number);
    if (!Number.isFinite(x + y)) throw invalidAnnotations(`${name}, point ${i + 1}`, `"${row}" is not "x y"`);
    return [x, y, 1];
  });
  const joints = jointsOf(flat, 1);
  const box = jointExtent(joints);
  const file = name.replace(/^.*[\\/]/, "").replace(/\.pts$/i, "");
  return {
    dataset: "300w",
    skeleton: face68,
    images: [{ id: 1, file, width: 0, height: 0 }],
    people: [{ id: 1, image: 0, joints, crowd: false, ...(box && { box }) }],
  };
}
