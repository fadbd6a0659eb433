import { quaternionToMatrix, slerp } from "../array/rotation.js";
import type { Gltf, GltfChannel, GltfNode } from "./gltf.js";

/** A glTF scene at one time. */
export interface GltfPose {
  /** N×16 world matrices, row-major, acting on column vectors. */
  world: Float64Array;
  /** Morph weights of each node's mesh. */
  morph: number[][];
}

/**
 * Where an animation's nodes stand at a time, seconds; before the first and after the last key the pose is held.
 *
 * @param animation Index; the rest pose when there is none of that number.
 */
export function poseGltf(gltf: Gltf, time: number, animation = 0): GltfPose {
  const nodes = gltf.nodes.map((node) => ({ ...node }));
  const morph = gltf.nodes.map(({ mesh }) => (mesh === undefined ? [] : [...gltf.meshes[mesh].weights]));
  for (const channel of gltf.animations[animation] ?? []) {
    const value = sample(channel, time);
    if (channel.path === "weights") morph[channel.node] = value;
    else {
      nodes[channel.node][channel.path] = value;
      delete nodes[channel.node].matrix;
    }
  }
  const world = new Float64Array(nodes.length * 16);
  const done = new Uint8Array(nodes.length);
  const place = (i: number) => {
    if (done[i]) return;
    done[i] = 1;
    const { parent } = nodes[i];
    const local = localMatrix(nodes[i]);
    if (parent < 0) {
      world.set(local, i * 16);
      return;
    }
    place(parent);
    multiply4(world, parent * 16, local, 0, world, i * 16);
  };
  for (let i = 0; i < nodes.length; i++) place(i);
  return { world, morph };
}

/** The value of a channel: linear (slerp for rotations), stepped, or a cubic Hermite spline. */
function sample({ times, values, width, interpolation, path }: GltfChannel, time: number): number[] {
  const cubic = interpolation === "CUBICSPLINE";
  const key = (i: number, part = cubic ? 1 : 0) => {
    const at = (cubic ? 3 * i + part : i) * width;
    return Array.from(values.subarray(at, at + width));
  };
  const finish = (value: number[]) => (path === "rotation" ? unit(value) : value);
  if (time <= times[0]) return finish(key(0));
  const last = times.length - 1;
  if (time >= times[last]) return finish(key(last));
  let low = 0;
  let high = last;
  while (high - low > 1) {
    const middle = (low + high) >> 1;
    if (times[middle] <= time) low = middle;
    else high = middle;
  }
  const span = times[high] - times[low];
  const s = (time - times[low]) / span;
  if (interpolation === "STEP") return finish(key(low));
  if (!cubic) {
    if (path === "rotation") return Array.from(slerp(unit(key(low)), unit(key(high)), s));
    const to = key(high);
    return key(low).map((value, k) => value + s * (to[k] - value));
  }
  const [p0, m0, p1, m1] = [key(low), key(low, 2), key(high), key(high, 0)];
  const s2 = s * s;
  const s3 = s2 * s;
  return finish(
    p0.map(
      (value, k) =>
        (2 * s3 - 3 * s2 + 1) * value +
        span * (s3 - 2 * s2 + s) * m0[k] +
        (3 * s2 - 2 * s3) * p1[k] +
        span * (s3 - s2) * m1[k],
    ),
  );
}

function unit(q: number[]): number[] {
  const length = Math.hypot(...q);
  return length > 0 ? q.map((value) => value / length) : [0, 0, 0, 1];
}

/** 16 numbers, row-major. */
function localMatrix({ translation, rotation, scale, matrix }: GltfNode): Float64Array {
  const local = new Float64Array(16);
  if (matrix) for (let r = 0; r < 4; r++) for (let c = 0; c < 4; c++) local[4 * r + c] = matrix[4 * c + r];
  else {
    const R = quaternionToMatrix(unit(rotation));
    for (let r = 0; r < 3; r++) {
      for (let c = 0; c < 3; c++) local[4 * r + c] = R[3 * r + c] * scale[c];
      local[4 * r + 3] = translation[r];
    }
    local[15] = 1;
  }
  return local;
}

/** out[o…] = A[a…]·B[b…], 4×4 row-major; out may not be an input. */
function multiply4(
  A: Float64Array,
  a: number,
  B: Float64Array,
  b: number,
  out: Float64Array,
  o: number,
): void {
  for (let r = 0; r < 4; r++)
    for (let c = 0; c < 4; c++) {
      let sum = 0;
      for (let k = 0; k < 4; k++) sum += A[a + 4 * r + k] * B[b + 4 * k + c];
      out[o + 4 * r + c] = sum;
    }
}

/**
 * World positions of a skinned node's vertices, all primitives in order: morph targets are added, then each vertex is
 * carried by Σ weight · jointWorld · inverseBind. The node's own transform is ignored, as glTF demands.
 *
 * @returns V×3; of an unskinned node, the vertices under its world matrix.
 */
export function skinGltf(gltf: Gltf, pose: GltfPose, node: number): Float64Array {
  const { mesh, skin } = gltf.nodes[node];
  if (mesh === undefined) return new Float64Array();
  const carriers = skin === undefined ? undefined : skinMatrices(gltf, pose, skin);
  const parts = gltf.meshes[mesh].primitives.map(({ positions, targets, joints, weights }) => {
    const out = new Float64Array(positions.length);
    const p = [0, 0, 0, 1];
    for (let v = 0; v < positions.length / 3; v++) {
      for (let k = 0; k < 3; k++) {
        p[k] = positions[3 * v + k];
        targets.forEach((target, m) => {
          p[k] += (pose.morph[node][m] ?? 0) * target[3 * v + k];
        });
      }
      if (!carriers || !joints || !weights) addTransformed(pose.world, node * 16, p, 1, out, 3 * v);
      else
        for (let w = 4 * v; w < 4 * v + 4; w++)
          if (weights[w] !== 0 && joints[w] * 16 < carriers.length)
            addTransformed(carriers, joints[w] * 16, p, weights[w], out, 3 * v);
    }
    return out;
  });
  const all = new Float64Array(parts.reduce((sum, { length }) => sum + length, 0));
  let at = 0;
  for (const part of parts) {
    all.set(part, at);
    at += part.length;
  }
  return all;
}

function skinMatrices({ skins }: Gltf, { world }: GltfPose, skin: number): Float64Array {
  const { joints, inverseBind } = skins[skin];
  const out = new Float64Array(joints.length * 16);
  const bind = new Float64Array(16);
  joints.forEach((joint, j) => {
    for (let r = 0; r < 4; r++) for (let c = 0; c < 4; c++) bind[4 * r + c] = inverseBind[j * 16 + 4 * c + r];
    multiply4(world, joint * 16, bind, 0, out, j * 16);
  });
  return out;
}

function addTransformed(
  M: Float64Array,
  m: number,
  p: readonly number[],
  weight: number,
  out: Float64Array,
  o: number,
): void {
  for (let r = 0; r < 3; r++)
    out[o + r] +=
      weight * (M[m + 4 * r] * p[0] + M[m + 4 * r + 1] * p[1] + M[m + 4 * r + 2] * p[2] + M[m + 4 * r + 3]);
}
