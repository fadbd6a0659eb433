/** Files in the forms that VideoPose3D's authors publish, small: data sets, and a checkpoint of PyTorch's old format. */
import { mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { random } from "@marey/core/array";
import {
  cameraVector,
  denormaliseScreen,
  HUMAN36M_CAMERAS,
  human36mCameras,
  projectHuman36m,
  worldToCamera,
} from "@marey/core/model/videoPose3d";
import { leaves, type Tree } from "@marey/core/nn";
import { h36m17 } from "@marey/core/skeleton";
import { joinPieces } from "../../packages/core/src/format/pieces.js";
import { zipPieces } from "../../packages/core/src/format/zip.js";

/** A pickle's opcodes without its end. */
type Pickle = Uint8Array;

const ascii = (text: string): Pickle => Uint8Array.from(text, (letter) => letter.charCodeAt(0));
const int32 = (value: number) => new Uint8Array(Int32Array.of(value).buffer);
const bytesOf = (values: Float32Array) => new Uint8Array(values.slice().buffer);
const text = (value: string) => ascii(`V${value}\n`);
const integer = (value: number) => ascii(`I${value}\n`);
const dict = (entries: Readonly<Record<string, Pickle>>) =>
  joinPieces([
    ascii("("),
    ...Object.entries(entries).flatMap(([key, value]) => [text(key), value]),
    ascii("d"),
  ]);
const list = (items: readonly Pickle[]) => joinPieces([ascii("("), ...items, ascii("l")]);

/** A float32 array as NumPy pickles it. */
const array = (values: Float32Array, ...shape: number[]) =>
  joinPieces([
    ascii("cnumpy.core.multiarray\n_reconstruct\n(cnumpy\nndarray\n(I0\ntVb\ntR"),
    ascii(`(I1\n(${shape.map((size) => `I${size}\n`).join("")}t`),
    ascii("cnumpy\ndtype\n(Vf4\nI0\nI1\ntR(I3\nV<\nNNNI-1\nI-1\nI0\ntbI00\n"),
    ascii("B"),
    int32(4 * values.length),
    bytesOf(values),
    ascii("tb"),
  ]);

/** An `.npz` whose arrays hold one object each. */
const npz = (arrays: Readonly<Record<string, Pickle>>) =>
  joinPieces(
    zipPieces(
      Object.entries(arrays).map(([name, pickle]) => {
        const header = "{'descr': '|O', 'fortran_order': False, 'shape': (), }".padEnd(117);
        const head = ascii(`\x93NUMPY\x01\x00${String.fromCharCode(header.length + 1, 0)}${header}\n`);
        return { name: `${name}.npy`, parts: [head, ascii("\x80\x03"), pickle, ascii(".")] };
      }),
    ),
  );

const joints = h36m17.joints.length;

/** Somebody who sways about a place, metres, world, z up. */
function motion(seed: number, frames: number): Float32Array {
  const draw = random(seed);
  const positions = new Float32Array(frames * joints * 3);
  for (let j = 0; j < joints * 3; j++) {
    const [middle, swing, pace] = [
      draw.normal(0, 0.4) + (j % 3 === 2 ? 1 : 0),
      draw.normal(0, 0.2),
      draw.uniform(0.05, 0.2),
    ];
    for (let t = 0; t < frames; t++) positions[t * joints * 3 + j] = middle + swing * Math.sin(pace * t);
  }
  return positions;
}

/** Writes Human3.6M in VideoPose3D's form: three subjects, two actions of `frames` frames, four cameras. */
export function writeHuman36m(folder: string, { frames = 20 } = {}): void {
  mkdirSync(folder, { recursive: true });
  const cameras = human36mCameras();
  const moved: Record<string, Pickle> = {};
  const seen: Record<string, Pickle> = {};
  const stands: Record<string, object> = {};
  ["S1", "S5", "S9"].forEach((subject, s) => {
    const actions = ["Walking 1", "Sitting"].map((action, a) => ({
      action,
      positions: motion(10 * s + a, frames),
    }));
    moved[subject] = dict(
      Object.fromEntries(
        actions.map(({ action, positions }) => [action, array(positions, frames, joints, 3)]),
      ),
    );
    seen[subject] = dict(
      Object.fromEntries(
        actions.map(({ action, positions }) => [
          action,
          list(
            cameras.map((camera) => {
              const points = worldToCamera(positions, camera, new Float32Array(positions.length));
              const screen = projectHuman36m(
                points,
                cameraVector(camera),
                new Float32Array(frames * joints * 2),
              );
              return array(denormaliseScreen(screen, camera.width, camera.height, screen), frames, joints, 2);
            }),
          ),
        ]),
      ),
    );
    stands[subject] = Object.fromEntries(
      cameras.map(({ rotation, translation }, c) => [
        HUMAN36M_CAMERAS[c],
        {
          R: [0, 3, 6].map((row) => [...rotation.subarray(row, row + 3)]),
          t: [...translation].map((metres) => [1000 * metres]),
        },
      ]),
    );
  });
  const sides = ["left_", "right_"].map((side) =>
    list(
      h36m17.joints.flatMap((name, j) =>
        name.startsWith("left_") ? [integer(side === "left_" ? j : h36m17.mirror[j]!)] : [],
      ),
    ),
  );
  const metadata = dict({
    layout_name: text("h36m"),
    num_joints: integer(joints),
    keypoints_symmetry: list(sides),
  });
  writeFileSync(join(folder, "data_3d_h36m.npz"), npz({ positions_3d: dict(moved) }));
  writeFileSync(join(folder, "data_2d_h36m_gt.npz"), npz({ positions_2d: dict(seen), metadata }));
  writeFileSync(join(folder, "camera-parameters.json"), JSON.stringify({ extrinsics: stands }));
}

/**
 * A checkpoint as the official code saved one before PyTorch 1.6: weights under `model_pos`, `model_traj` None, and the
 * state of NumPy's generator as an object of a class that no reader knows.
 */
export function legacyCheckpoint(params: Tree): Uint8Array {
  const all = [...leaves(params)];
  const sizes = (values: readonly number[]) => `(${values.map((n) => `L${n}L\n`).join("")}t`;
  const tensor = (key: string, shape: readonly number[], count: number) => {
    const strides = shape.map((_, i) => shape.slice(i + 1).reduce((a, b) => a * b, 1));
    const storage = `(Vstorage\nctorch\nFloatStorage\nV${key}\nVcuda:0\nL${count}L\nNtQ`;
    return ascii(
      `ctorch._utils\n_rebuild_tensor_v2\n(${storage}L0L\n${sizes(shape)}${sizes(strides)}I00\nccollections\nOrderedDict\n(tRtR`,
    );
  };
  const keyOf = (i: number) => String(100 + i);
  const weights = Object.fromEntries(
    all.map(([path, { shape, data }], i) => [path, tensor(keyOf(i), shape, data.length)]),
  );
  const content = dict({
    epoch: integer(80),
    lr: ascii("F0.0001\n"),
    random_state: ascii("cnumpy.random\n__RandomState_ctor\n(VMT19937\ntR"),
    optimizer: ascii("N"),
    model_pos: dict(weights),
    model_traj: ascii("N"),
  });
  return joinPieces([
    ascii("\x80\x02\x8a\x0a\x6c\xfc\x9c\x46\xf9\x20\x6a\xa8\x50\x19.\x80\x02M\xe9\x03.\x80\x02}."),
    ascii("\x80\x02"),
    content,
    ascii(`.(${all.map((_, i) => `V${keyOf(i)}\n`).join("")}l.`),
    ...all.flatMap(([, { data }]) => [
      new Uint8Array(BigInt64Array.of(BigInt(data.length)).buffer),
      bytesOf(data),
    ]),
  ]);
}
