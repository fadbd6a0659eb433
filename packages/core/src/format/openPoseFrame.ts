import { MareyError } from "../error.js";
import { readJson } from "./lines.js";

/** A person of an OpenPose file. */
export interface OpenPosePerson {
  /** `person_id` where the file states one other than −1. */
  id?: number;
  /**
   * K×3: x, y in pixels, confidence; empty where only hands or a face were looked for. A point that wasn't found
   * (0, 0, 0 in the file) is NaN, NaN, 0.
   */
  keypoints: Float64Array;
  /** F×3, likewise (OpenPose: 70 points); absent where the file has none. */
  face?: Float64Array;
  /** 21×3, likewise. */
  handLeft?: Float64Array;
  handRight?: Float64Array;
}

const REMEDY = "Run the detector again for this frame, or remove the file";

/**
 * Reads one OpenPose file (versions 1.0 to 1.3).
 *
 * @returns One entry per person slot; undefined for a slot without keypoints (`{}`), so that slots keep their numbers.
 * @throws MareyError `JSON_INVALID` for truncated or wrong JSON, `OPENPOSE_INVALID` for JSON of another shape.
 */
export function readOpenPoseFrame(bytes: Uint8Array, name = "openpose.json"): (OpenPosePerson | undefined)[] {
  const content = readJson(bytes, name);
  const people = isRecord(content) ? content.people : undefined;
  if (!Array.isArray(people)) throw invalid(name, 'no list "people": this is no OpenPose file');
  return people.map((person: unknown, i) => {
    if (!isRecord(person)) throw invalid(name, `person ${i} is no object`);
    const points = (part: string, called: string) =>
      readPoints(person, part, `${called} of person ${i}`, name);
    const keypoints = points("pose", "keypoints");
    const face = points("face", "face keypoints");
    const handLeft = points("hand_left", "left hand keypoints");
    const handRight = points("hand_right", "right hand keypoints");
    if (!keypoints && !face && !handLeft && !handRight) return undefined;
    return {
      ...personId(person.person_id),
      keypoints: keypoints ?? new Float64Array(0),
      ...(face && { face }),
      ...(handLeft && { handLeft }),
      ...(handRight && { handRight }),
    };
  });
}

/** The points of one part; undefined when there are none. Up to version 1.1 the keys had no "_2d". */
function readPoints(
  person: Record<string, unknown>,
  part: string,
  called: string,
  name: string,
): Float64Array | undefined {
  const values = person[`${part}_keypoints_2d`] ?? person[`${part}_keypoints`] ?? [];
  if (!Array.isArray(values)) throw invalid(name, `the ${called} are no list`);
  if (values.length === 0) return undefined;
  if (values.length % 3 !== 0)
    throw invalid(name, `the ${called} have ${values.length} values, which is no multiple of 3`);
  if (!values.every((value) => typeof value === "number" || value === null))
    throw invalid(name, `the ${called} have a value that is no number`);
  return clean(values);
}

/** NaN where the file says that a point wasn't found: 0, 0, 0, or null (as some tools write NaN). */
function clean(values: (number | null)[]): Float64Array {
  const keypoints = Float64Array.from(values, (value) => value ?? NaN);
  for (let i = 0; i < keypoints.length; i += 3) {
    const [x, y, c] = keypoints.subarray(i, i + 3);
    if (!(Number.isFinite(x + y) && c > 0)) keypoints.set([NaN, NaN, 0], i);
  }
  return keypoints;
}

function personId(stored: unknown): { id?: number } {
  const id = Array.isArray(stored) ? stored[0] : stored;
  return Number.isInteger(id) && id >= 0 ? { id } : {};
}

const invalid = (name: string, what: string) => new MareyError("OPENPOSE_INVALID", name, what, REMEDY);

function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}
