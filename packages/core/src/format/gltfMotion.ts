import { MareyError } from "../error.js";
import type { Motion, MotionPerson } from "../motion/motion.js";
import { JointState } from "../motion/state.js";
import { skeletons } from "../skeleton/layouts.js";
import { type Skeleton, skeleton } from "../skeleton/skeleton.js";
import type { Gltf } from "./gltf.js";
import { poseGltf } from "./gltfPose.js";
import { layoutName } from "./layoutName.js";

/** Joint positions of a file: an hour of several people fits; a broken file can't ask for any memory. */
const LARGEST = 2 ** 26;

/**
 * The first animation of a glTF file as a motion, Y up: one person per skin, the skin's nodes as joints. Only positions
 * are taken, at the keys of the animation, since a node's rest pose and scale need not be a skeleton's.
 *
 * @throws MareyError `GLB_EMPTY` when nothing is skinned or animated; `GLB_SKELETONS` when skins have different joints,
 *   `GLB_SIZE`.
 */
export function gltfToMotion(gltf: Gltf, name = "glb"): Motion {
  const channels = gltf.animations[0] ?? [];
  if (gltf.skins.length === 0 || channels.length === 0)
    throw new MareyError(
      "GLB_EMPTY",
      name,
      "it holds no animated skeleton",
      "Export the animation with its skin",
    );
  const layouts = gltf.skins.map(({ joints }) => layoutOf(gltf, joints, name));
  const [layout] = layouts;
  if (layouts.some(({ joints }) => joints.join() !== layout.joints.join()))
    throw new MareyError(
      "GLB_SKELETONS",
      name,
      "its skins have different joints",
      "Export one figure to a file",
    );
  const longest = channels.reduce((most, channel) =>
    channel.times.length > most.times.length ? channel : most,
  );
  const { frameRate, frameCount } = grid(longest.times);
  const width = layout.joints.length;
  if (frameCount * width * gltf.skins.length > LARGEST)
    throw new MareyError(
      "GLB_SIZE",
      name,
      `${frameCount} frames of ${width} joints for ${gltf.skins.length} skins are too many`,
      "Export a shorter part",
    );
  const people = gltf.skins.map(
    (_, id): MotionPerson => ({
      id,
      positions: new Float32Array(frameCount * width * 3),
      state: new Uint8Array(frameCount * width).fill(JointState.visible),
    }),
  );
  for (let t = 0; t < frameCount; t++) {
    const { world } = poseGltf(gltf, longest.times[0] + t / frameRate);
    gltf.skins.forEach(({ joints }, p) => {
      joints.forEach((node, j) => {
        for (let k = 0; k < 3; k++)
          people[p].positions[(t * width + j) * 3 + k] = world[node * 16 + 4 * k + 3];
      });
    });
  }
  return { skeleton: layout, frameRate, up: "y", firstFrame: 0, frameCount, people };
}

/** Even frames: the rate of the closest keys, so that no key is lost where others are missing. */
function grid(times: Float64Array): { frameRate: number; frameCount: number } {
  if (times.length < 2) return { frameRate: 30, frameCount: 1 };
  let step = Infinity;
  for (let i = 1; i < times.length; i++) step = Math.min(step, times[i] - times[i - 1]);
  const span = times[times.length - 1] - times[0];
  // The mean of whole steps is finer than one step in 32-bit times; gaps are whole steps too.
  const frames = Math.min(Math.round(span / step), 20 * times.length);
  const rate = frames / span;
  const whole = Math.round(rate);
  return { frameRate: Math.abs(rate - whole) < 1e-3 * whole ? whole : rate, frameCount: frames + 1 };
}

function layoutOf(gltf: Gltf, nodes: readonly number[], file: string): Skeleton {
  const names = nodes.map((node, i) => {
    const { name } = gltf.nodes[node];
    return nodes.findIndex((other) => gltf.nodes[other].name === name) === i ? name : `${name} ${i + 1}`;
  });
  const parents = nodes.map((node) => nodes.indexOf(gltf.nodes[node].parent));
  const known = skeletons.find(
    ({ joints, parents: links }) =>
      joints.length === names.length &&
      names.every((name, i) => name === joints[i] && parents[i] === links[i]),
  );
  if (known) return known;
  return skeleton(
    layoutName(file),
    names.map((name, i) => [name, parents[i] < 0 ? null : names[parents[i]], 0.107]),
  );
}
