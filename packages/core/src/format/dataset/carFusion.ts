import { carFusion14 } from "../../skeleton/layouts.js";
import { readLines } from "../lines.js";
import {
  type AnnotatedPerson,
  type Annotations,
  invalidAnnotations,
  jointExtent,
  jointsOf,
} from "./annotations.js";

const JOINTS = 14;

/**
 * Reads a text file of CarFusion (Reddy et al. 2018), one picture: lines `x, y, keypoint 1–14, vehicle, visibility`.
 * Of its visibilities 2 is hidden (by the vehicle itself or another); 1 and 3 are visible. Points outside the picture aren't
 * labelled. Boxes are the points' extent, a tenth further to the left and the top, a quarter larger, as in the public
 * conversion to COCO's format.
 *
 * @param size Of the picture, pixels.
 * @throws MareyError `ANNOTATIONS_INVALID` naming the line; `TEXT_INVALID`.
 */
export function readCarFusion(
  bytes: Uint8Array,
  name = "1_0001.txt",
  { width, height }: { width: number; height: number } = { width: 1920, height: 1080 },
): Annotations {
  const vehicles = new Map<number, number[]>();
  for (const [i, line] of readLines(bytes, name).entries()) {
    if (line.trim() === "") continue;
    const [x, y, keypoint, vehicle, visibility] = line.split(",").map(Number);
    const isPoint = Number.isInteger(keypoint) && keypoint >= 1 && keypoint <= JOINTS;
    if (!isPoint || !Number.isFinite(x + y + vehicle + visibility))
      throw invalidAnnotations(
        `${name}, line ${i + 1}`,
        `"${line}" is not "x, y, keypoint 1–14, vehicle, visibility"`,
      );
    const flat = vehicles.get(vehicle) ?? new Array<number>(3 * JOINTS).fill(0);
    const inside = x >= 0 && y >= 0 && x < width && y < height;
    if (inside) flat.splice(3 * (keypoint - 1), 3, x, y, visibility === 2 ? 1 : 2);
    vehicles.set(vehicle, flat);
  }
  const file = name.replace(/^.*[\\/]/, "").replace(/\.txt$/i, ".jpg");
  return {
    dataset: "carfusion",
    skeleton: carFusion14,
    images: [{ id: 1, file, width, height }],
    people: [...vehicles].map(([id, flat]) => vehicleOf(id, jointsOf(flat))),
  };
}

function vehicleOf(id: number, joints: Float64Array): AnnotatedPerson {
  const extent = jointExtent(joints);
  if (!extent) return { id, image: 0, joints, crowd: false };
  const [left, top, right, bottom] = extent;
  const [w, h] = [right - left, bottom - top];
  const box = [left - 0.1 * w, top - 0.1 * h, left + 1.15 * w, top + 1.15 * h] as const;
  return { id, image: 0, joints, crowd: false, box, area: 1.25 * w * 1.25 * h };
}
