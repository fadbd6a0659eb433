import { multiply3, transform3 } from "../array/matrix.js";
import { rotationVectorToMatrix } from "../array/rotation.js";
import type { Camera } from "../camera/camera.js";
import { cameraCentre } from "../camera/projection.js";
import { driftPair } from "./noise.js";

/** Standard deviations of a calm hand: radians of turning, metres of moving; and how long each movement lasts, seconds. */
const TURN = 0.006;
const MOVE = 0.012;
const SLOW = 0.9;
/** Share of the turning that is quick, and how quick. */
const TREMOR = 0.12;
const QUICK = 0.12;

/**
 * Where a camera is that somebody holds in the hand: it drifts slowly and trembles a little. Any time can be asked for, in
 * any order, and the same keys give the same path.
 *
 * @param seconds ≥ 0.
 * @param unrest 1 for a calm hand; 0 gives the camera itself.
 */
export function handHeld(camera: Camera, seconds: number, unrest: number, seed: number, view = 0): Camera {
  if (unrest === 0) return camera;
  const slow = new Float64Array(6);
  const quick = new Float64Array(4);
  for (let i = 0; i < 6; i += 2) driftPair(slow, i, seconds / SLOW, seed, view, i);
  for (let i = 0; i < 4; i += 2) driftPair(quick, i, seconds / QUICK, seed, view, 8 + i);
  const turn = (i: number) => unrest * TURN * (slow[i] + (i < 2 ? TREMOR * quick[i] : 0));
  const jitter = rotationVectorToMatrix([turn(0), turn(1), 0.5 * turn(2)]);
  const rotation = Float64Array.from(multiply3(jitter, camera.rotation));
  const centre = cameraCentre(camera);
  for (let c = 0; c < 3; c++) centre[c] += unrest * MOVE * slow[3 + c];
  const translation = Float64Array.from(transform3(rotation, centre), (value) => -value);
  return { ...camera, rotation, translation };
}
