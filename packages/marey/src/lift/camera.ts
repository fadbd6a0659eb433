import { MareyError } from "@marey/core";
import type { Camera, Rig } from "@marey/core/camera";
import type { Keypoints } from "@marey/core/motion";
import { readCalibration } from "../session/cameras.js";

/** What is known of the camera. */
export interface CameraChoice {
  /** Focal length, pixels. */
  focal?: number;
  /** Calibration file with the camera. */
  calibration?: string;
  /** The camera's name in it; its only camera when absent. */
  camera?: string;
}

/** Focal length that is assumed, as a multiple of the picture's longer side: a phone's main camera while it films. */
const USUAL_FOCAL = 0.8;

const IDENTITY = Float64Array.of(1, 0, 0, 0, 1, 0, 0, 0, 1);

/**
 * The camera of a view: calibrated, or a pinhole with the focal length that is given or usual.
 *
 * @returns `note` says in a few words where it came from.
 * @throws MareyError `LIFT_PICTURE_SIZE` when the size of the pictures isn't known; `CAMERA_MISSING`, `CAMERA_SIZE`.
 */
export async function cameraOf(
  { width, height }: Keypoints,
  { focal, calibration, camera }: CameraChoice,
): Promise<{ camera: Camera; rig?: Rig; note: string }> {
  if (calibration !== undefined) {
    const rig = await readCalibration(calibration);
    const found = namedCamera(rig, calibration, camera);
    requireSize(found, { width, height }, calibration);
    return { camera: found, rig, note: `${calibration} [${found.name}]` };
  }
  if (!(width > 0 && height > 0))
    throw new MareyError(
      "LIFT_PICTURE_SIZE",
      "the detections",
      "they don't say how large the pictures were",
      "Pass --size WIDTHxHEIGHT",
    );
  const f = focal ?? USUAL_FOCAL * Math.max(width, height);
  const note =
    focal === undefined ? `none; a focal length of ${Math.round(f)} px assumed` : `focal length ${f} px`;
  const place = { rotation: IDENTITY, translation: new Float64Array(3) };
  const centre = { cx: (width - 1) / 2, cy: (height - 1) / 2 };
  return {
    camera: { name: "camera", width, height, fx: f, fy: f, ...centre, distortion: [], ...place },
    note,
  };
}

function namedCamera({ cameras }: Rig, file: string, name?: string): Camera {
  const named =
    name === undefined && cameras.length === 1 ? cameras[0] : cameras.find((each) => each.name === name);
  if (named) return named;
  throw new MareyError(
    "CAMERA_MISSING",
    file,
    name === undefined ? `it has ${cameras.length} cameras` : `it has no camera "${name}"`,
    `Pass --camera with one of ${cameras.map((each) => each.name).join(", ")}`,
  );
}

/** Pixels by which recoding may cut or pad a picture. */
const BLOCK = 15;

function requireSize(
  camera: Camera,
  { width, height }: { width: number; height: number },
  file: string,
): void {
  const known = width > 0 && height > 0 && camera.width > 0 && camera.height > 0;
  if (!known || (Math.abs(camera.width - width) <= BLOCK && Math.abs(camera.height - height) <= BLOCK))
    return;
  throw new MareyError(
    "CAMERA_SIZE",
    `${file} [${camera.name}]`,
    `calibrated at ${camera.width}×${camera.height}, but the pictures are ${width}×${height}`,
    "Calibrate at the recorded size, or pass the size of the pictures with --size",
  );
}
