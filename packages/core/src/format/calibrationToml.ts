import { parse } from "smol-toml";
import { matrixToRotationVector, nearestRotation, rotationVectorToMatrix } from "../array/rotation.js";
import type { Camera, Rig } from "../camera/camera.js";
import { turnRig } from "../camera/rig.js";
import { MareyError } from "../error.js";
import { calibrationError, checkCamera, makeRig } from "./calibration.js";
import { readText } from "./lines.js";

/** Tables of a calibration file that are no cameras. */
const NO_CAMERA = new Set(["metadata", "capture_volume", "charuco", "checkerboard"]);

type Table = Record<string, unknown>;
const isTable = (value: unknown): value is Table =>
  typeof value === "object" && value !== null && !Array.isArray(value) && !(value instanceof Date);

/**
 * Reads a calibration as Pose2Sim, Anipose and Caliscope write it: a table per camera with `size`, `matrix`,
 * `distortions`, `rotation` (a rotation vector or a matrix, world → camera) and `translation`.
 *
 * Cameras keep the file's order. The world is taken as Pose2Sim's: Z up, metres. Anipose writes the unit of its board:
 * in millimetres, translations beyond 10,000 are refused, smaller ones can't be told from metres.
 *
 * @throws MareyError `CALIBRATION_TOML`, `CALIBRATION_VALUE`, `CALIBRATION_ROTATION`, `CALIBRATION_NAME`,
 *   `CALIBRATION_EMPTY`, `CALIBRATION_FISHEYE`, `TEXT_INVALID`; each names the file and the camera.
 */
export function readCalibrationToml(bytes: Uint8Array, name = "calibration.toml"): Rig {
  const text = readText(bytes, name);
  let file: Table;
  try {
    file = parse(text) as Table;
  } catch (cause) {
    const what = `not valid TOML (${(cause as Error).message.split("\n")[0]})`;
    throw new MareyError("CALIBRATION_TOML", name, what, "Correct the file, or export it again", { cause });
  }
  const tables = isTable(file.cameras) && !("matrix" in file.cameras) ? file.cameras : file;
  const cameras = Object.entries(tables)
    .filter(([key, table]) => !NO_CAMERA.has(key) && isTable(table))
    .map(([key, table]) => readCamera(key, table as Table, name));
  return makeRig(cameras, name);
}

function readCamera(key: string, table: Table, file: string): Camera {
  const where = `${file} [${key}]`;
  if (table.fisheye === true)
    throw calibrationError(
      "CALIBRATION_FISHEYE",
      where,
      "a fisheye lens is not supported yet",
      "Undistort the video first and calibrate it as a plain camera with fisheye = false",
    );
  const [width, height] = table.size === undefined ? [0, 0] : read(table, "size", [2], where);
  const K = read(table, "matrix", [9], where);
  if (Math.abs(K[1]) > 1e-6 * Math.abs(K[0]) || K[3] !== 0 || K[6] !== 0 || K[7] !== 0 || K[8] !== 1)
    throw calibrationError(
      "CALIBRATION_VALUE",
      where,
      "the matrix is not [[fx, 0, cx], [0, fy, cy], [0, 0, 1]]",
      "Calibrate without skew; a transposed matrix (MATLAB) must be turned",
    );
  const distortion = table.distortions === undefined ? [] : read(table, "distortions", undefined, where);
  if (distortion.slice(8).some((value) => value !== 0))
    throw calibrationError(
      "CALIBRATION_VALUE",
      where,
      `${distortion.length} distortion coefficients; only k1, k2, p1, p2, k3, k4, k5, k6 are supported`,
      "Calibrate without the thin-prism and tilted models",
    );
  return checkCamera(
    {
      name: cameraName(table, key),
      width,
      height,
      fx: K[0],
      fy: K[4],
      cx: K[2],
      cy: K[5],
      distortion: distortion.slice(0, 8),
      rotation: readRotation(table, where),
      translation: Float64Array.from(read(table, "translation", [3], where)),
    },
    where,
  );
}

function cameraName(table: Table, key: string): string {
  const { name } = table;
  return typeof name === "string" && name !== "" ? name : typeof name === "number" ? String(name) : key;
}

function readRotation(table: Table, where: string): Float64Array {
  const values = read(table, "rotation", [3, 9], where);
  if (values.length === 3) {
    if (values.some((value) => !(Math.abs(value) < 100)))
      throw calibrationError(
        "CALIBRATION_ROTATION",
        where,
        `the rotation is [${values.join(", ")}]`,
        "Give a rotation vector in radians (axis times angle), world to camera",
      );
    return rotationVectorToMatrix(values);
  }
  // Six printed digits leave a matrix slightly off; beyond that `checkCamera` refuses it.
  const nearest = nearestRotation(values);
  return values.every((value, i) => Math.abs(value - nearest[i]) < 1e-5)
    ? nearest
    : Float64Array.from(values);
}

/** The numbers of a key, nested arrays flattened; there must be as many as one of `lengths`. */
function read(table: Table, key: string, lengths: number[] | undefined, where: string): number[] {
  const value = table[key];
  const values = Array.isArray(value) ? value.flat(2) : [];
  const fits = Array.isArray(value) && (lengths?.includes(values.length) ?? true);
  if (fits && values.every((entry) => typeof entry === "number")) return values as number[];
  const found = value === undefined ? "missing" : fits ? "not all numbers" : `${values.length} values`;
  throw calibrationError(
    "CALIBRATION_VALUE",
    where,
    `"${key}" is ${found}; it must hold ${lengths?.join(" or ") ?? "the"} numbers`,
    "Add it to the file, or remove the table when it is no camera",
  );
}

/**
 * Writes a rig as Pose2Sim's calibration file, which most tools of the field read. The file's world is Z up; a rig with
 * another is turned. Numbers come back exactly, but for the rotation's last digits.
 */
export function writeCalibrationToml(rig: Rig): Uint8Array {
  const tables = turnRig(rig, "z").cameras.map((camera) => {
    const { name, width, height, fx, fy, cx, cy, translation } = camera;
    const key = NO_CAMERA.has(name) || name === "cameras" ? `camera_${name}` : name;
    const distortion = [...camera.distortion, 0, 0, 0, 0].slice(0, Math.max(4, camera.distortion.length));
    return [
      `[${/^[A-Za-z0-9_-]+$/.test(key) ? key : quote(key)}]`,
      `name = ${quote(name)}`,
      `size = ${list([width, height])}`,
      `matrix = [ ${list([fx, 0, cx])}, ${list([0, fy, cy])}, ${list([0, 0, 1])}]`,
      `distortions = ${list(distortion)}`,
      `rotation = ${list(matrixToRotationVector(camera.rotation))}`,
      `translation = ${list(translation)}`,
      "fisheye = false",
      "",
    ].join("\n");
  });
  return new TextEncoder().encode(`${tables.join("\n")}\n[metadata]\nadjusted = false\nerror = 0.0\n`);
}

/** A TOML basic string: JSON's escapes, and DEL, which TOML forbids bare. */
const quote = (text: string) => JSON.stringify(text).replaceAll("\u007f", "\\u007F");

const list = (values: Iterable<number>) => `[ ${Array.from(values, float).join(", ")}]`;

function float(value: number): string {
  const text = Object.is(value, -0) ? "-0" : String(value);
  return /^-?\d+$/.test(text) ? `${text}.0` : text;
}
