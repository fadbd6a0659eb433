import { mpii16 } from "../../skeleton/layouts.js";
import {
  type AnnotatedPerson,
  type Annotations,
  type Fields,
  imagesByName,
  invalidAnnotations,
  isRecord,
  jointDistance,
  jointsOf,
  numbersOf,
} from "./annotations.js";

const JOINTS = 16;
const [NECK, CROWN] = [8, 9];

/** Whether parsed JSON is MPII's in the common form, a list of people, or in that of the hourglass networks' HDF5. */
export const isMpii = (content: unknown): boolean =>
  (Array.isArray(content) && isRecord(content[0]) && "joints_vis" in content[0]) ||
  (isRecord(content) && Array.isArray(content.imgname) && Array.isArray(content.part));

/**
 * Reads MPII Human Pose (Andriluka et al. 2014) as JSON: a list of `{ image, center, scale, joints, joints_vis }`, or
 * the columns of the hourglass networks' HDF5 (`imgname`, `center`, `scale`, `part`, `visible`, `normalize`). Their pixels count
 * from 1. The official MATLAB file isn't read.
 *
 * `size`, to which PCKh relates errors, is `normalize` or, from `head` boxes (left, top, right, bottom), 0.6 of the
 * diagonal; the common form has neither, so that there it is the length of the head (upper neck to crown), which the
 * 0.6 was chosen to resemble.
 *
 * @throws MareyError `ANNOTATIONS_INVALID` naming the entry.
 */
export function readMpii(content: unknown, name: string): Annotations {
  const rows = Array.isArray(content) ? content : columns(content as Fields);
  const { images, indexOf } = imagesByName();
  const people = rows.map((row: unknown, i): AnnotatedPerson => {
    const where = `${name}, entry ${i}`;
    if (!isRecord(row) || typeof row.image !== "string") throw invalidAnnotations(where, "it names no image");
    const joints = readJoints(row, where);
    const box = boxOf(row);
    return {
      id: i + 1,
      image: indexOf(row.image),
      joints,
      crowd: false,
      ...(box && { box }),
      ...headSize(row, joints),
    };
  });
  return { dataset: "mpii", skeleton: mpii16, images, people };
}

/** Columns of N values as N rows in the common form. */
function columns(content: Fields): Fields[] {
  const column = (key: string) => (content[key] ?? []) as unknown[];
  const { center, scale, part, visible, normalize } = {
    center: column("center"),
    scale: column("scale"),
    part: column("part"),
    visible: column("visible"),
    normalize: column("normalize"),
  };
  return column("imgname").map((imgname, i) => ({
    image: Array.isArray(imgname)
      ? String.fromCharCode(...(imgname as number[]).filter((code) => code > 0))
      : imgname,
    center: center[i],
    scale: scale[i],
    joints: part[i],
    joints_vis: visible[i] ?? part.map(() => 1),
    normalize: normalize[i],
  }));
}

/** A joint at or left of the first pixel is how MPII marks one that isn't in the picture. */
function readJoints({ joints, joints_vis }: Fields, where: string): Float64Array {
  const visible = numbersOf(joints_vis);
  const points = Array.isArray(joints) ? joints.map(numbersOf) : [];
  if (points.length !== JOINTS || visible?.length !== JOINTS || points.some((point) => point?.length !== 2))
    throw invalidAnnotations(where, `its joints and joints_vis are not ${JOINTS}`);
  const flat = points.flatMap((point, j) => {
    const [x, y] = point as number[];
    return [x, y, x > 0 || y > 0 ? visible[j] : 0];
  });
  return jointsOf(
    flat.map((value, i) => (i % 3 === 2 && value > 0 ? 2 : value)),
    1,
  );
}

/** The square of 200 × scale around the centre that loaders take for the person. */
function boxOf({ center, scale }: Fields): AnnotatedPerson["box"] {
  const middle = numbersOf(center);
  if (middle?.length !== 2 || typeof scale !== "number" || !(scale > 0)) return undefined;
  const [x, y] = [middle[0] - 1, middle[1] - 1];
  return [x - 100 * scale, y - 100 * scale, x + 100 * scale, y + 100 * scale];
}

function headSize({ normalize, head }: Fields, joints: Float64Array): { size?: number } {
  const box = numbersOf(head);
  const size =
    typeof normalize === "number"
      ? normalize
      : box?.length === 4
        ? 0.6 * Math.hypot(box[2] - box[0], box[3] - box[1])
        : jointDistance(joints, NECK, CROWN);
  return size > 0 ? { size } : {};
}
