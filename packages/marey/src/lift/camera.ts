import { MareyError } from "@marey/core";
import type { Camera, Rig } from "@marey/core/camera";
import type { WorldOptions } from "@marey/core/model/videoPose3d";
import type { UpAxis } from "@marey/core/motion";
import { fitCamera, readCalibration } from "../session/cameras.js";

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

/** The camera that a calibration file holds. */
export interface Calibrated {
  camera: Camera;
  up: UpAxis;
  file: string;
}

/**
 * The camera of a choice with a calibration; undefined without one.
 *
 * @throws MareyError `OPTION` for choices that contradict each other, `CAMERA_MISSING`, and those of the readers.
 */
export async function calibratedCamera({
  focal,
  calibration,
  camera,
}: CameraChoice): Promise<Calibrated | undefined> {
  if (calibration === undefined) {
    if (camera === undefined) return undefined;
    throw new MareyError("OPTION", "--camera", "there is no calibration to find it in", "Pass --calibration");
  }
  if (focal !== undefined)
    throw new MareyError(
      "OPTION",
      "--focal",
      "the calibration has a focal length too",
      "Leave one of them out",
    );
  const rig = await readCalibration(calibration);
  return { camera: namedCamera(rig, calibration, camera), up: rig.up, file: calibration };
}

/** A camera for pictures of a size, where it stands if that is known, and in a few words where it came from. */
export interface ViewCamera {
  camera: Camera;
  place?: WorldOptions["place"];
  note: string;
}

/**
 * The camera of a view: calibrated, or a pinhole with the focal length that is given or usual.
 *
 * @throws MareyError `LIFT_PICTURE_SIZE` when the size of the pictures isn't known; `CAMERA_SIZE`.
 */
export function cameraOf(size: PictureSize, { focal }: CameraChoice, calibrated?: Calibrated): ViewCamera {
  if (calibrated) {
    const { file, up } = calibrated;
    const camera = fittedTo(calibrated.camera, size, file);
    const { rotation, translation } = camera;
    return { camera, place: { rotation, translation, up }, note: `${file} [${camera.name}]` };
  }
  const { width, height } = size;
  if (!(width > 0 && height > 0)) throw sizeUnknown("the detections");
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

interface PictureSize {
  width: number;
  height: number;
}

const sizeUnknown = (where: string) =>
  new MareyError(
    "LIFT_PICTURE_SIZE",
    where,
    "how large the pictures were is not known",
    "Pass --size WIDTHxHEIGHT",
  );

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

/** The camera with the size of the pictures, or of its own pictures where theirs isn't known. @throws MareyError */
function fittedTo(camera: Camera, { width, height }: PictureSize, file: string): Camera {
  if (width > 0 && height > 0) {
    const fitted = fitCamera(camera, { name: "the input", width, height }, file);
    return fitted.width > 0 ? fitted : { ...fitted, width, height };
  }
  if (camera.width > 0 && camera.height > 0) return camera;
  throw sizeUnknown(`${file} [${camera.name}]`);
}
