import { mapEnlarger } from "../../codec/mapEnlarger.js";
import type { Image } from "../../image/image.js";
import type { Affine } from "../../image/warp.js";
import type { Network } from "../../seam/runtime.js";
import { drawAffine } from "./netInput.js";
import type { PartBoxes, SquareBox } from "./partBoxes.js";

/** How hands and faces are looked at. */
export interface PartOptions {
  /** Side of the hand network's input, a multiple of 8 (`hand_net_resolution`). */
  readonly handSide: number;
  /** Side of the face network's input, a multiple of 8 (`face_net_resolution`). */
  readonly faceSide: number;
  /** Sizes at which each hand is looked at; the best is kept. 6 at best. */
  readonly handScaleNumber: number;
  /** Range of these sizes, relative to the box. */
  readonly handScaleRange: number;
}

/** OpenPose's defaults. */
export const PART_DEFAULTS: PartOptions = {
  handSide: 368,
  faceSide: 368,
  handScaleNumber: 1,
  handScaleRange: 0.4,
};

/** Networks of hands and faces (`inferenceGraph`); what is absent isn't looked for. */
export interface PartNetworks {
  readonly hand?: Network;
  readonly face?: Network;
}

/** Points of hands and face, n×3: x, y in pixels of the picture, value of the map. */
export interface SeenParts {
  readonly leftHand?: Float32Array;
  readonly rightHand?: Float32Array;
  readonly face?: Float32Array;
}

const STRIDE = 8;

/**
 * The matrix of a crop: pixels of the input → pixels of the picture. The network knows right hands only; of a left one
 * it sees the mirror image.
 */
export function partMatrix({ left, top, side }: SquareBox, inputSide: number, mirrored: boolean): Affine {
  const scale = side / inputSide;
  return mirrored ? [-scale, 0, left + side, 0, scale, top] : [scale, 0, left, 0, scale, top];
}

/** A box grown or shrunk about its middle. */
export const scaledBox = ({ left, top, side }: SquareBox, scale: number): SquareBox => ({
  left: left + (side * (1 - scale)) / 2,
  top: top + (side * (1 - scale)) / 2,
  side: side * scale,
});

/**
 * A reader of hands and faces as OpenPose has it: a crop, one network pass, and of each map, enlarged eight times, its
 * largest pixel. It has no threshold: what isn't there gets a low value.
 *
 * @returns A function of a picture and boxes; one picture at a time, since its memory is used again.
 */
export function partReader(networks: PartNetworks, options: Partial<PartOptions> = {}) {
  const { handSide, faceSide, handScaleNumber, handScaleRange } = { ...PART_DEFAULTS, ...options };
  const lookAtHand = networks.hand && cropLooker(networks.hand, handSide);
  const lookAtFace = networks.face && cropLooker(networks.face, faceSide);
  const hand = async (image: Image, box: SquareBox | undefined, mirrored: boolean) => {
    if (!lookAtHand || !box) return undefined;
    let best: { points: Float32Array; score: number } | undefined;
    for (const scale of handScales(handScaleNumber, handScaleRange)) {
      const points = await lookAtHand(image, scaledBox(box, scale), mirrored);
      const score = meanScore(points);
      if (!best || score > best.score) best = { points, score };
    }
    return best?.points;
  };
  return async (image: Image, boxes: PartBoxes): Promise<SeenParts> => {
    const leftHand = await hand(image, boxes.leftHand, true);
    const rightHand = await hand(image, boxes.rightHand, false);
    const face = lookAtFace && boxes.face ? await lookAtFace(image, boxes.face, false) : undefined;
    return { ...(leftHand && { leftHand }), ...(rightHand && { rightHand }), ...(face && { face }) };
  };
}

/** Looks at crops with a network whose input has this side; its memory is used again. */
function cropLooker(network: Network, side: number) {
  const input = new Float32Array(3 * side * side);
  const decode = partDecoder(side);
  return async (image: Image, box: SquareBox, mirrored: boolean): Promise<Float32Array> => {
    const matrix = partMatrix(box, side, mirrored);
    drawAffine(image, matrix, side, side, "linear", input);
    const outputs = await network.run({
      [network.inputs[0]]: { type: "float32", dims: [1, 3, side, side], data: input },
    });
    const { data, dims } = outputs[network.outputs[0]];
    return decode(data as Float32Array, dims[1] - 1, matrix);
  };
}

/** Sizes of a hand's box: evenly over the range about 1. */
export const handScales = (count: number, range: number): number[] =>
  count <= 1 ? [1] : Array.from({ length: count }, (_, i) => 1 - range / 2 + (range * i) / (count - 1));

function meanScore(points: Float32Array): number {
  let sum = 0;
  for (let i = 2; i < points.length; i += 3) sum += points[i];
  return sum / (points.length / 3);
}

/** A decoder of one crop's maps: the first largest pixel of each enlarged map, without refinement. */
export function partDecoder(side: number) {
  const cells = side / STRIDE;
  const enlarge = mapEnlarger(cells, cells, side, side);
  const map = new Float32Array(side * side);
  return (maps: Float32Array, parts: number, matrix: Affine): Float32Array => {
    const points = new Float32Array(3 * parts);
    for (let part = 0; part < parts; part++) {
      enlarge(maps, map, part * cells * cells);
      let best = 0;
      for (let i = 1; i < map.length; i++) if (map[i] > map[best]) best = i;
      points[3 * part] = matrix[0] * (best % side) + matrix[2];
      points[3 * part + 1] = matrix[4] * Math.floor(best / side) + matrix[5];
      points[3 * part + 2] = map[best];
    }
    return points;
  };
}
