import { MareyError } from "@marey/core";
import type { Camera, Rig } from "@marey/core/camera";
import { readCalibrationToml, readQualisys } from "@marey/core/format";
import { readWhole } from "../files/index.js";

/** Reads a calibration file; the format follows from the content. */
export async function readCalibration(path: string): Promise<Rig> {
  const bytes = await readWhole(path);
  const start = new TextDecoder().decode(bytes.subarray(0, 400)).trimStart();
  return start.startsWith("<") ? readQualisys(bytes, path) : readCalibrationToml(bytes, path);
}

/** What is known of a camera's pictures; 0 where the source doesn't say. */
export interface ViewShape {
  name: string;
  width: number;
  height: number;
}

/**
 * The rig's cameras in the order of the views: by name where all names are found, else by order as Pose2Sim does, and
 * fitted to the size of the pictures.
 *
 * @throws MareyError `CAMERA_MISSING` when there are more or fewer views than cameras, `CAMERA_SIZE` when a picture's
 *   shape isn't the calibration's.
 */
export function camerasOfViews(rig: Rig, views: readonly ViewShape[], calibration: string): Rig {
  const named = views.map(({ name }) => rig.cameras.find((camera) => camera.name === name));
  const allNamed = named.every((camera) => camera !== undefined) && new Set(named).size === views.length;
  if (!allNamed && views.length !== rig.cameras.length)
    throw new MareyError(
      "CAMERA_MISSING",
      calibration,
      `it has ${rig.cameras.length} cameras (${list(rig.cameras)}), the session has ${views.length} views (${list(views)})`,
      "Name the views as the cameras are named, or leave one view per camera, in the same order",
    );
  const cameras = allNamed ? (named as Camera[]) : rig.cameras;
  if (cameras.length < 2)
    throw new MareyError(
      "CAMERA_MISSING",
      calibration,
      `there is only one view (${list(views)})`,
      "Capture in three dimensions needs two calibrated cameras at least",
    );
  return {
    ...rig,
    cameras: cameras.map((camera, v) => fitCamera(camera, views[v] as ViewShape, calibration)),
  };
}

const list = (things: readonly { name: string }[]) => things.map(({ name }) => name).join(", ");

/** Pictures may lack this many columns or rows that encoders pad to full blocks of 16. */
const PADDING = 15;

/** The camera for pictures of the view's size: the calibration's own, scaled, or without the encoder's padding. */
function fitCamera(camera: Camera, view: ViewShape, calibration: string): Camera {
  const { width, height } = view;
  if (!width || !camera.width || (width === camera.width && height === camera.height)) return camera;
  const lacking = [camera.width - width, camera.height - height] as const;
  // Encoders pad at the right and at the bottom: the pictures begin at the same pixel.
  if (lacking.every((n) => n >= 0 && n <= PADDING)) return { ...camera, width, height };
  const scale = width / camera.width;
  if (Math.abs(height / camera.height - scale) > 0.005 * scale)
    throw new MareyError(
      "CAMERA_SIZE",
      `${calibration} [${camera.name}]`,
      `calibrated at ${camera.width}×${camera.height}, but ${view.name} shows ${width}×${height}`,
      "Calibrate at the recorded size, or record the whole picture",
    );
  return {
    ...camera,
    width,
    height,
    fx: camera.fx * scale,
    fy: camera.fy * scale,
    cx: (camera.cx + 0.5) * scale - 0.5,
    cy: (camera.cy + 0.5) * scale - 0.5,
  };
}
