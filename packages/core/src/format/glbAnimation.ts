import { type Fitted, readRotation } from "./fitted.js";

/** A glTF file's JSON, as far as an animation is added to it. */
export interface GltfJson {
  accessors?: object[];
  bufferViews?: object[];
  buffers?: { byteLength: number; uri?: string }[];
  animations?: object[];
}

/** A fitted person with the numbers of the joints' nodes. */
export interface Animated {
  fitted: Fitted;
  /** J. */
  nodes: readonly number[];
}

const FLOAT = 5126;

/**
 * A binary glTF file in pieces: a scene without animation, to which the people's motion is added. Keys are made joint by
 * joint while they are written, so an hour takes no more memory than the motion itself.
 *
 * @param json Changed: accessors, views and the animation are added.
 * @param binary The scene's own buffer.
 */
export function* animatedGlb(
  json: GltfJson,
  binary: Uint8Array,
  people: readonly Animated[],
  frameRate: number,
): Generator<Uint8Array> {
  const start = padded(binary.length);
  const length = start + describeAnimation(json, start, people, frameRate);
  json.buffers = [{ byteLength: length }];
  const text = new TextEncoder().encode(JSON.stringify(json));
  const textLength = padded(text.length);
  const size = 12 + 8 + textLength + 8 + length;
  yield words(0x46546c67, 2, size, textLength, 0x4e4f534a);
  yield text;
  yield new Uint8Array(textLength - text.length).fill(0x20);
  yield words(length, 0x004e4942);
  yield binary;
  yield new Uint8Array(start - binary.length);
  for (const { fitted } of people) {
    const frames = posedFrames(fitted);
    yield bytes(Float32Array.from(frames, (t) => t / frameRate));
    const root = new Float32Array(3 * frames.length);
    frames.forEach((t, i) => {
      for (let k = 0; k < 3; k++) root[3 * i + k] = fitted.root[3 * t + k];
    });
    yield bytes(root);
    for (const joint of fitted.order) yield bytes(rotationKeys(fitted, joint, frames));
  }
}

/** Adds the animation's accessors, in the order of their bytes; gives the number of these. */
function describeAnimation(
  json: GltfJson,
  start: number,
  people: readonly Animated[],
  frameRate: number,
): number {
  const accessors = (json.accessors ??= []);
  const views = (json.bufferViews ??= []);
  const samplers: object[] = [];
  const channels: object[] = [];
  let offset = start;
  const add = (type: string, width: number, count: number, more = {}) => {
    views.push({ buffer: 0, byteOffset: offset, byteLength: 4 * width * count });
    offset += 4 * width * count;
    return accessors.push({ type, componentType: FLOAT, count, bufferView: views.length - 1, ...more }) - 1;
  };
  for (const { fitted, nodes } of people) {
    const frames = posedFrames(fitted);
    const count = frames.length;
    const range = [frames[0], frames[count - 1]].map((t) => Math.fround(t / frameRate));
    const input = add("SCALAR", 1, count, { min: [range[0]], max: [range[1]] });
    const channel = (node: number, path: string, output: number) => {
      const sampler = samplers.push({ input, output, interpolation: "LINEAR" }) - 1;
      channels.push({ sampler, target: { node, path } });
    };
    channel(nodes[fitted.order[0]], "translation", add("VEC3", 3, count));
    for (const joint of fitted.order) channel(nodes[joint], "rotation", add("VEC4", 4, count));
  }
  json.animations = [{ name: "motion", samplers, channels }];
  return offset - start;
}

function posedFrames({ posed }: Fitted): Int32Array {
  const frames = new Int32Array(posed.reduce((sum, one) => sum + one, 0));
  for (let t = 0, i = 0; t < posed.length; t++) if (posed[t] === 1) frames[i++] = t;
  return frames;
}

/** Unit quaternions of a joint; of q and −q the one nearer to the one before: not every viewer takes the shorter arc. */
function rotationKeys(fitted: Fitted, joint: number, frames: Int32Array): Float32Array {
  const keys = new Float32Array(4 * frames.length);
  const q = new Float64Array(4);
  for (let i = 0; i < frames.length; i++) {
    readRotation(fitted, frames[i], joint, q);
    const key = 4 * i;
    let square = 0;
    let dot = 0;
    for (let k = 0; k < 4; k++) {
      square += q[k] ** 2;
      if (i > 0) dot += q[k] * keys[key - 4 + k];
    }
    if (square === 0) {
      keys[key + 3] = dot < 0 ? -1 : 1;
      continue;
    }
    const scale = (dot < 0 ? -1 : 1) / Math.sqrt(square);
    for (let k = 0; k < 4; k++) keys[key + k] = scale * q[k];
  }
  return keys;
}

const padded = (length: number) => Math.ceil(length / 4) * 4;

/** Numbers as little-endian 32-bit words; typed arrays are little-endian on every machine that runs JavaScript today. */
const words = (...numbers: number[]) => bytes(Uint32Array.from(numbers));

const bytes = ({ buffer, byteOffset, byteLength }: Float32Array | Uint32Array) =>
  new Uint8Array(buffer, byteOffset, byteLength);
