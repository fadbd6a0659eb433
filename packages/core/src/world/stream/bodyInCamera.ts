import { multiply3, transform3 } from "../../array/matrix.js";
import { matrixToRotationVector, rotationVectorToMatrix } from "../../array/rotation.js";
import type { Camera } from "../../camera/camera.js";
import type { Posed } from "../scene/stage.js";
import type { SampleBody } from "./sample.js";

/** A posed body in the frame of a camera. */
export function bodyInCamera(
  { pose, translation, joints }: Posed,
  betas: ArrayLike<number>,
  { rotation, translation: t }: Camera,
): SampleBody {
  const rest = [0, 1, 2].map((c) => joints[c] - translation[c]);
  const world = {
    ...{ betas: Float32Array.from(betas), pose, root: Float32Array.from(rest) },
    translation: Float32Array.from(translation),
  };
  const turned = turnBody(world, rotation);
  for (let c = 0; c < 3; c++) turned.translation[c] += t[c];
  return turned;
}

/** A body in a frame that is turned: its root turns about its own joint, which the translation moves. */
export function turnBody({ betas, pose, translation, root }: SampleBody, R: ArrayLike<number>): SampleBody {
  const turned = Float32Array.from(pose);
  turned.set(matrixToRotationVector(multiply3(R, rotationVectorToMatrix(pose.subarray(0, 3)))));
  const place = transform3(
    R,
    root.map((value, c) => value + translation[c]),
  );
  return { betas, pose: turned, root, translation: Float32Array.from(place, (value, c) => value - root[c]) };
}
