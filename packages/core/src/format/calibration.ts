import { multiply3, transpose } from "../array/matrix.js";
import type { Camera, Rig } from "../camera/camera.js";
import { MareyError } from "../error.js";

/** What a reader says about a value of a calibration file that can't be used. */
export function calibrationError(
  code: `CALIBRATION_${string}`,
  where: string,
  what: string,
  remedy = "Correct the file, or calibrate again",
): MareyError {
  return new MareyError(code, where, what, remedy);
}

/** Largest believable magnitudes; beyond them a unit or a digit is wrong. */
const LIMITS = { size: 1e5, focal: 1e7, centre: 1e7, distortion: 1e6, metres: 1e4 };

/**
 * Checks a camera that was just read.
 *
 * @param where file and camera, for messages.
 * @throws MareyError `CALIBRATION_VALUE` for numbers that are missing or not believable, `CALIBRATION_ROTATION` for a
 *   matrix that is no rotation.
 */
export function checkCamera(camera: Camera, where: string): Camera {
  const { width, height, fx, fy, cx, cy, distortion, rotation, translation } = camera;
  const require = (what: string, values: Iterable<number>, limit: number, remedy?: string) => {
    for (const value of values) {
      if (!Number.isFinite(value))
        throw calibrationError("CALIBRATION_VALUE", where, `${what} is ${value}`, remedy);
      if (Math.abs(value) > limit)
        throw calibrationError("CALIBRATION_VALUE", where, `${what} is ${value}, beyond ${limit}`, remedy);
    }
  };
  require("the size of the picture", [width, height], LIMITS.size);
  if (width < 0 || height < 0)
    throw calibrationError("CALIBRATION_VALUE", where, `the size of the picture is ${width}×${height}`);
  require("the focal length", [fx, fy], LIMITS.focal);
  if (!(fx > 0 && fy > 0))
    throw calibrationError(
      "CALIBRATION_VALUE",
      where,
      `the focal length is ${fx}, ${fy}, but must be above 0`,
      "A mirrored picture can't be described so: mirror the video back, or calibrate again",
    );
  require("the principal point", [cx, cy], LIMITS.centre);
  require("a distortion coefficient", distortion, LIMITS.distortion);
  require("an entry of the rotation", rotation, 2);
  const metres = "Give the translation in metres, X_cam = R X + t";
  require("the translation", translation, LIMITS.metres, metres);
  checkRotation(rotation, where);
  return camera;
}

function checkRotation(R: Float64Array, where: string): void {
  const product = multiply3(R, transpose(R, 3, 3));
  const off = product.reduce(
    (worst, value, i) => Math.max(worst, Math.abs(value - (i % 4 === 0 ? 1 : 0))),
    0,
  );
  if (off > 1e-3)
    throw calibrationError(
      "CALIBRATION_ROTATION",
      where,
      `the rotation matrix is not orthonormal (off by ${off.toPrecision(2)})`,
    );
  const across =
    R[0] * (R[4] * R[8] - R[5] * R[7]) -
    R[1] * (R[3] * R[8] - R[5] * R[6]) +
    R[2] * (R[3] * R[7] - R[4] * R[6]);
  if (across < 0)
    throw calibrationError(
      "CALIBRATION_ROTATION",
      where,
      "the rotation matrix has determinant −1: it mirrors the world",
      "Calibrate with pictures that aren't mirrored and a right-handed world",
    );
}

/**
 * Joins the cameras of a file into a rig.
 *
 * @throws MareyError `CALIBRATION_EMPTY` without a camera, `CALIBRATION_NAME` when two have the same name.
 */
export function makeRig(cameras: Camera[], file: string): Rig {
  if (cameras.length === 0)
    throw calibrationError(
      "CALIBRATION_EMPTY",
      file,
      "it describes no camera",
      "Check that this is the right file",
    );
  const seen = new Set<string>();
  for (const { name } of cameras) {
    if (seen.has(name))
      throw calibrationError(
        "CALIBRATION_NAME",
        file,
        `two cameras are called "${name}"`,
        "Give every camera its own name",
      );
    seen.add(name);
  }
  return { cameras, up: "z" };
}
