import { skeletons } from "../skeleton/layouts.js";
import { partsOf } from "../skeleton/parts.js";
import type { Skeleton } from "../skeleton/skeleton.js";
import type { Detection, Detections, Keypoints } from "./keypoints.js";

/**
 * People as bodies: face and hands left out. For what is done with bodies alone, as following and lifting people.
 *
 * @returns The same record where the layout has no such parts.
 */
export function bodyDetections(detections: Detections): Detections {
  const { joints, skeleton } = bodyOf(detections.skeleton);
  if (skeleton === detections.skeleton) return detections;
  const cut = (person: Detection) => ({ ...person, joints: picked(person.joints, joints, 3) });
  return { ...detections, skeleton, frames: detections.frames.map((people) => people.map(cut)) };
}

/** As `bodyDetections`, for people followed over time. */
export function bodyKeypoints(keypoints: Keypoints): Keypoints {
  const { joints, skeleton } = bodyOf(keypoints.skeleton);
  if (skeleton === keypoints.skeleton) return keypoints;
  const J = keypoints.skeleton.joints.length;
  const rows = Array.from({ length: keypoints.frameCount }, (_, t) => joints.map((j) => t * J + j)).flat();
  const people = keypoints.people.map(({ id, data, state }) => ({
    id,
    data: picked(data, rows, 3),
    state: picked(state, rows, 1),
  }));
  return { ...keypoints, skeleton, people };
}

/** A layout's body, and which of the layout's joints it has. */
function bodyOf(skeleton: Skeleton): { skeleton: Skeleton; joints: readonly number[] } {
  const joints = partsOf(skeleton).body;
  if (joints.length === skeleton.joints.length) return { skeleton, joints };
  const names = joints.map((j) => skeleton.joints[j]);
  const known = skeletons.find(
    (layout) =>
      layout.joints.length === names.length && layout.joints.every((joint, i) => joint === names[i]),
  );
  return { skeleton: known ?? sub(skeleton, joints), joints };
}

function sub(
  { name, parents, edges, mirror, sigmas, ...rest }: Skeleton,
  joints: readonly number[],
): Skeleton {
  const at = (j: number) => joints.indexOf(j);
  return {
    name: `${name} body`,
    joints: joints.map((j) => rest.joints[j]),
    parents: joints.map((j) => at(parents[j])),
    edges: edges.map(([a, b]) => [at(a), at(b)] as const).filter(([a, b]) => a >= 0 && b >= 0),
    mirror: joints.map((j, i) => (at(mirror[j]) < 0 ? i : at(mirror[j]))),
    sigmas: joints.map((j) => sigmas[j]),
  };
}

function picked<Values extends Float32Array | Uint8Array>(
  values: Values,
  rows: readonly number[],
  width: number,
): Values {
  const out = new (values.constructor as new (length: number) => Values)(rows.length * width);
  rows.forEach((row, i) => {
    out.set(values.subarray(row * width, (row + 1) * width), i * width);
  });
  return out;
}
