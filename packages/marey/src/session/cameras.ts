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
  const misplaced = views.findIndex((_, v) => named[v] !== undefined && named[v] !== cameras[v]);
  if (misplaced >= 0)
    throw new MareyError(
      "CAMERA_MISSING",
      calibration,
      `its cameras are ${list(rig.cameras)}, the views ${list(views)}: by order, ${views[misplaced]?.name} would be taken for ${cameras[misplaced]?.name}`,
      "Name all views as the cameras are named, or none",
    );
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

/** Encoders work in blocks of 16: recoding may cut or pad this many columns or rows. */
const BLOCK = 15;

/**
 * The camera for pictures of the view's size: the calibration's own, with the edges cut off, or scaled.
 *
 * @throws MareyError `CAMERA_SIZE`.
 */
export function fitCamera(camera: Camera, view: ViewShape, calibration: string): Camera {
  const { width, height } = view;
  if (!width || !camera.width || (width === camera.width && height === camera.height)) return camera;
  const [x, y] = [camera.width - width, camera.height - height];
  // Which edge lost them can't be known: cut evenly, the error is half of it at most.
  if (isRecoded(camera, view))
    return { ...camera, width, height, cx: camera.cx - x / 2, cy: camera.cy - y / 2 };
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

/** Whether the pictures differ from the calibration by no more than the edges that recoding cuts or pads. */
function isRecoded(camera: Camera, { width, height }: ViewShape): boolean {
  return [camera.width - width, camera.height - height].every((n) => Math.abs(n) <= BLOCK);
}

/** Which cameras have no view, in a sentence; nothing when all have one. */
export function unusedNotes(calibrated: Rig, used: Rig): string[] {
  const unused = calibrated.cameras.filter(
    ({ name }) => !used.cameras.some((camera) => camera.name === name),
  );
  if (unused.length === 0) return [];
  const [are, have] = unused.length === 1 ? ["is", "has"] : ["are", "have"];
  return [`${list(unused)} ${are} calibrated but ${have} no view in the session.`];
}

/** What a person should know about pictures that don't have the size of their calibration. */
export function sizeNotes({ cameras }: Rig, views: readonly ViewShape[]): string[] {
  return views.flatMap((view, v) => {
    const camera = cameras.find(({ name }) => name === view.name) ?? cameras[v];
    if (!camera?.width || !view.width || (camera.width === view.width && camera.height === view.height))
      return [];
    const sizes = `${view.name} shows ${view.width}×${view.height}, its calibration is for ${camera.width}×${camera.height}`;
    return [
      isRecoded(camera, view)
        ? `${sizes}: taken as cut evenly at both edges. If one edge was cut, correct the principal point in the calibration.`
        : `${sizes}: the calibration was scaled.`,
    ];
  });
}
