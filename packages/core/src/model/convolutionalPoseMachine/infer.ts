import { mapEnlarger } from "../../codec/mapEnlarger.js";
import type { Image } from "../../image/image.js";
import type { Detection } from "../../motion/keypoints.js";
import type { Network } from "../../seam/runtime.js";
import { GRAPH_INPUT } from "../openPose/inferenceGraph.js";
import { drawAffine } from "../openPose/netInput.js";
import { CENTRE_INPUT } from "./weights.js";

/** The side of the network's input, pixels. */
export const CPM_SIDE = 368;

/** Deviation of the centre map's Gaussian, pixels. */
const CENTRE_SIGMA = 21;
/** Byte around the picture; it becomes 0. */
const BORDER = 128;
const STRIDE = 8;

/**
 * A Gaussian at the middle of the person who is meant, 1×height×width.
 *
 * @param x,y Pixels.
 */
export function centreMap(width: number, height: number, x: number, y: number): Float32Array {
  const along = (length: number, at: number) =>
    Float64Array.from({ length }, (_, i) => Math.exp(-((i - at) ** 2) / (2 * CENTRE_SIGMA ** 2)));
  const [across, down] = [along(width, x), along(height, y)];
  return Float32Array.from(
    { length: width * height },
    (_, i) => across[i % width] * down[Math.floor(i / width)],
  );
}

/** A person's box, pixels. */
export interface PersonBox {
  readonly left: number;
  readonly top: number;
  readonly width: number;
  readonly height: number;
}

/**
 * By how much the picture is scaled in each pass: the person fills 1/0.96 to 1/1.44 of the input's height, in steps of
 * the sixth root of 2.
 */
export function cpmScales({ height }: PersonBox): number[] {
  const middle = 1.2 * height;
  const count = Math.floor(6 * Math.log2(1.2 / 0.8) + 1e-9) + 1;
  return Array.from({ length: count }, (_, i) => CPM_SIDE / (0.8 * middle * 2 ** (i / 6)));
}

/**
 * The joints of one person, as the authors' program finds them: several sizes around the box's middle, belief maps enlarged
 * cubically and averaged in the picture, of each the largest pixel. It has no threshold.
 *
 * @param network `inferenceGraph` of a network with a centre map.
 * @returns Joints in pixels of the picture, in the order of the maps, without the background.
 */
export async function placeJoints(network: Network, image: Image, box: PersonBox): Promise<Detection> {
  const centre = [box.left + box.width / 2, box.top + box.height / 2] as const;
  const passes: Pass[] = [];
  for (const scale of cpmScales(box)) passes.push(await look(network, image, centre, scale));
  const parts = passes[0].maps.length / CELLS ** 2 - 1;
  const joints = new Float32Array(3 * parts);
  const enlarge = mapEnlarger(CELLS, CELLS, CPM_SIDE, CPM_SIDE);
  const enlarged = passes.map(() => new Float32Array(CPM_SIDE ** 2));
  for (let part = 0; part < parts; part++) {
    passes.forEach(({ maps }, i) => {
      enlarge(maps, enlarged[i], part * CELLS ** 2);
    });
    joints.set(largest(enlarged, passes, image, centre), 3 * part);
  }
  let sum = 0;
  for (let i = 2; i < joints.length; i += 3) sum += joints[i];
  return { score: sum / parts, joints };
}

const CELLS = CPM_SIDE / STRIDE;

/** What the network gave at one size. */
interface Pass {
  readonly maps: Float32Array;
  readonly scale: number;
}

async function look(
  network: Network,
  image: Image,
  [x, y]: readonly [number, number],
  scale: number,
): Promise<Pass> {
  const data = new Float32Array(3 * CPM_SIDE ** 2);
  const matrix = [1 / scale, 0, x - HALF / scale, 0, 1 / scale, y - HALF / scale];
  drawAffine(image, matrix, CPM_SIDE, CPM_SIDE, scale > 1 ? "cubic" : "linear", data, BORDER);
  const outputs = await network.run({
    [GRAPH_INPUT]: { type: "float32", dims: [1, 3, CPM_SIDE, CPM_SIDE], data },
    [CENTRE_INPUT]: {
      type: "float32",
      dims: [1, 1, CPM_SIDE, CPM_SIDE],
      data: centreMap(CPM_SIDE, CPM_SIDE, HALF, HALF),
    },
  });
  return { maps: outputs[network.outputs[0]].data as Float32Array, scale };
}

/** The pixel of the input that the person's middle is put on. */
const HALF = CPM_SIDE / 2;

/** The first pixel of the picture where the mean over the passes is largest: x, y, mean. Outside a crop a part has 0. */
function largest(
  maps: readonly Float32Array[],
  passes: readonly Pass[],
  { width, height }: Image,
  [cx, cy]: readonly [number, number],
): [number, number, number] {
  const reach = HALF / Math.min(...passes.map(({ scale }) => scale));
  const clamp = (value: number, size: number) => Math.max(0, Math.min(size - 1, Math.round(value)));
  let best: [number, number, number] = [clamp(cx, width), clamp(cy, height), -Infinity];
  for (let y = clamp(cy - reach, height); y <= clamp(cy + reach, height); y++)
    for (let x = clamp(cx - reach, width); x <= clamp(cx + reach, width); x++) {
      let sum = 0;
      for (let i = 0; i < maps.length; i++) {
        const { scale } = passes[i];
        sum += at(maps[i], (x - cx) * scale + HALF, (y - cy) * scale + HALF);
      }
      if (sum / maps.length > best[2]) best = [x, y, sum / maps.length];
    }
  return best;
}

/** Between four pixels of an enlarged map. */
function at(map: Float32Array, x: number, y: number): number {
  const [left, top] = [Math.floor(x), Math.floor(y)];
  if (left < 0 || top < 0 || left >= CPM_SIDE - 1 || top >= CPM_SIDE - 1) return 0;
  const [right, below] = [x - left, y - top];
  const i = top * CPM_SIDE + left;
  const upper = map[i] + right * (map[i + 1] - map[i]);
  const lower = map[i + CPM_SIDE] + right * (map[i + CPM_SIDE + 1] - map[i + CPM_SIDE]);
  return upper + below * (lower - upper);
}
