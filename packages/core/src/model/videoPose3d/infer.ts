import { MareyError } from "../../error.js";
import { compile } from "../../graph/compile.js";
import { add, mul } from "../../graph/elementwise.js";
import { matmul } from "../../graph/linear.js";
import { concat, reshape, slice } from "../../graph/movement.js";
import { constant, input, type Node } from "../../graph/node.js";
import { baked } from "../../nn/tree.js";
import type { Network, Runtime, RuntimeOptions } from "../../seam/runtime.js";
import { forward, type NetworkParams, receptiveField } from "./network.js";

export interface LifterOptions extends RuntimeOptions {
  filterWidths: readonly number[];
  causal?: boolean;
  dense?: boolean;
  /**
   * Left–right partners of the joints that go in and come out: then the sequence is lifted in a mirror as well and both
   * results are averaged, as in the paper's evaluation. Without them it is lifted once.
   */
  mirrors?: { readonly keypoints: readonly number[]; readonly positions: readonly number[] };
  /** Frames lifted at once, 512 when absent: memory doesn't grow with the sequence. */
  window?: number;
}

/** A network that lifts sequences of any length. */
export interface Lifter {
  /**
   * @param keypoints T×J×2, normalised to the screen.
   * @param progress Called with the frames done.
   * @returns T×J'×3, metres, camera axes.
   * @throws MareyError `LIFT_KEYPOINTS` when these are no whole frames of the network's joints.
   */
  lift(keypoints: Float32Array, progress?: (done: number) => void): Promise<Float32Array>;
  close(): Promise<void>;
}

/**
 * Opens VideoPose3D for inference: the dilated network over windows of a sequence, its edges repeated at both ends.
 *
 * @throws MareyError `LIFT_WINDOW` for a window that is no number of frames.
 */
export function openLifter(runtime: Runtime, params: NetworkParams, options: LifterOptions): Lifter {
  const { filterWidths, causal = false, window = 512 } = options;
  if (!Number.isInteger(window) || window < 1)
    throw new MareyError(
      "LIFT_WINDOW",
      "openLifter",
      `the window is ${window} frames`,
      "Give a whole number from 1",
    );
  const pad = receptiveField(filterWidths) - 1;
  const before = causal ? pad : pad / 2;
  const width = params.expand_conv.weight.shape[1];
  const networks = new Map<number, Promise<Network>>();

  function networkFor(frames: number): Promise<Network> {
    const known = networks.get(frames);
    if (known) return known;
    const x = input("keypoints", [1, frames + pad, width / 2, 2]);
    const { model } = compile({ poses: liftGraph(params, x, options) }, "lifter");
    const loaded = runtime.load(model, { threads: options.threads, device: options.device });
    networks.set(frames, loaded);
    loaded.catch(() => networks.delete(frames));
    return loaded;
  }

  return {
    async lift(keypoints, progress) {
      const total = keypoints.length / width;
      if (!Number.isInteger(total))
        throw new MareyError(
          "LIFT_KEYPOINTS",
          "lift",
          `${keypoints.length} numbers are no whole frames of ${width / 2} joints`,
          "Give frames × joints × 2 numbers in the layout that the network was trained on",
        );
      // Few sizes, so that few graphs are made: short sequences are rounded up and repeat their last frame.
      const size = Math.min(window, Math.ceil(total / 64) * 64);
      let poses: Float32Array | undefined;
      for (let start = 0; start < total; start += size) {
        const network = await networkFor(size);
        const data = new Float32Array((size + pad) * width);
        for (let t = 0; t < size + pad; t++) {
          const from = Math.min(total - 1, Math.max(0, start + t - before));
          data.set(keypoints.subarray(from * width, (from + 1) * width), t * width);
        }
        const feeds = { keypoints: { type: "float32" as const, dims: [1, size + pad, width / 2, 2], data } };
        const results = await network.run(feeds);
        const lifted = results.poses.data as Float32Array;
        const pose = lifted.length / size;
        poses ??= new Float32Array(total * pose);
        poses.set(lifted.subarray(0, Math.min(size, total - start) * pose), start * pose);
        progress?.(Math.min(total, start + size));
      }
      return poses ?? new Float32Array(0);
    },
    async close() {
      for (const network of networks.values()) await (await network).close();
      networks.clear();
    },
  };
}

/** 1×(T + receptive field − 1)×J×2 → T×J'×3, averaged with the mirror's where partners are given. */
function liftGraph(
  params: NetworkParams,
  x: Node,
  { mirrors, filterWidths, causal, dense }: LifterOptions,
): Node {
  const weights = baked(params);
  const settings = { filterWidths, causal, variant: dense ? ("dense" as const) : ("dilated" as const) };
  if (!mirrors) return slice(forward(weights, x, settings), 0, 0, 1);
  const mirrored = reflect(x, mirrors.keypoints);
  const both = forward(weights, concat([x, mirrored], 0), settings);
  const back = reflect(slice(both, 0, 1, 2), mirrors.positions);
  return mul(add(slice(both, 0, 0, 1), back), 0.5);
}

/** …×J×D in a mirror: x negated, joints changed for their partners; one product with a signed permutation. */
function reflect(x: Node, partners: readonly number[]): Node {
  const dims = x.shape.at(-1) as number;
  const size = partners.length * dims;
  const matrix = new Float32Array(size * size);
  partners.forEach((partner, j) => {
    for (let k = 0; k < dims; k++) matrix[(partner * dims + k) * size + j * dims + k] = k === 0 ? -1 : 1;
  });
  const rows = reshape(x, [...x.shape.slice(0, -2), size]);
  return reshape(matmul(rows, constant(matrix, [size, size])), x.shape);
}
