import { forwardKinematics } from "@marey/core/format";
import type { Motion } from "@marey/core/motion";
import { h36m17 } from "@marey/core/skeleton";

/** Offsets of a standing figure from the parent joint, Z up, facing +x, metres; arms hang. */
const REST: Record<string, [number, number, number]> = {
  pelvis: [0, 0, 0],
  right_hip: [0, -0.13, 0],
  right_knee: [0, 0, -0.44],
  right_ankle: [0, 0, -0.43],
  left_hip: [0, 0.13, 0],
  left_knee: [0, 0, -0.44],
  left_ankle: [0, 0, -0.43],
  spine: [0, 0, 0.23],
  thorax: [0, 0, 0.25],
  upper_neck: [0.02, 0, 0.11],
  head_top: [0, 0, 0.17],
  left_shoulder: [0, 0.17, -0.02],
  left_elbow: [0, 0.04, -0.28],
  left_wrist: [0, 0, -0.25],
  right_shoulder: [0, -0.17, -0.02],
  right_elbow: [0, -0.04, -0.28],
  right_wrist: [0, 0, -0.25],
};

/** Radians about the y axis (forwards and backwards) at a phase of the step. */
const SWING: Record<string, (phase: number) => number> = {
  right_hip: (p) => -0.5 * Math.sin(p),
  left_hip: (p) => 0.5 * Math.sin(p),
  right_knee: (p) => 0.5 - 0.5 * Math.cos(p),
  left_knee: (p) => 0.5 + 0.5 * Math.cos(p),
  right_shoulder: (p) => 0.45 * Math.sin(p),
  left_shoulder: (p) => -0.45 * Math.sin(p),
  right_elbow: () => -0.6,
  left_elbow: () => -0.6,
  spine: () => 0.08,
};

/** Two fitted people who walk side by side and turn, Z up. The second is unseen for a while. */
export function walkers(frames: number): Motion {
  const joints = h36m17.joints.length;
  const rest = Float32Array.from(h36m17.joints.flatMap((joint) => REST[joint] as number[]));
  const people = [0, 1].map((id) => {
    const rotations = new Float32Array(frames * joints * 4);
    const root = new Float32Array(frames * 3);
    for (let t = 0; t < frames; t++) {
      const phase = (2 * Math.PI * t) / 60 + id;
      root.set([0.02 * t, 1.2 * id + 0.002 * t, 0.9 + 0.02 * Math.cos(2 * phase)], t * 3);
      h36m17.joints.forEach((joint, j) => {
        const half = j === 0 ? (t * (id + 1)) / 120 : (SWING[joint]?.(phase) ?? 0) / 2;
        const axis = j === 0 ? 2 : 1;
        rotations[(t * joints + j) * 4 + axis] = Math.sin(half);
        rotations[(t * joints + j) * 4 + 3] = Math.cos(half);
      });
      if (id === 1 && t >= 10 && t < 14) root.fill(NaN, t * 3, t * 3 + 3);
    }
    const positions = Float32Array.from(forwardKinematics(h36m17.parents, rest, rotations, root));
    const state = Uint8Array.from({ length: frames * joints }, (_, i) =>
      Number.isNaN(positions[i * 3] as number) ? 0 : 1,
    );
    return { id, positions, state, rest, rotations, root };
  });
  return { skeleton: h36m17, frameRate: 60, up: "z", firstFrame: 0, frameCount: frames, people };
}
