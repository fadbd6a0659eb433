import { BODY_BOX_DEFAULTS, faceBox, handBox } from "../../codec/bodyBoxes.js";
import type { PartModel } from "./parts.js";

/** A square of a picture, pixels. */
export interface SquareBox {
  readonly left: number;
  readonly top: number;
  readonly side: number;
}

/** Where a person's hands and face are to be looked for; undefined where the body doesn't tell. */
export interface PartBoxes {
  readonly leftHand?: SquareBox;
  readonly rightHand?: SquareBox;
  readonly face?: SquareBox;
}

/** Smaller faces aren't worth a look, pixels. */
const LEAST_FACE = 40;
/** Hands of at most this area aren't, square pixels. */
const LEAST_HAND_AREA = 10;
/** From neck to head, by how much larger a face's box is, where a model has no eyes. */
const HEAD_FACTOR = 1.33;

/**
 * The squares in which OpenPose looks for a person's hands and face.
 *
 * @param body J×3 of the model's skeleton: x, y in pixels, confidence.
 */
export function partBoxes(body: Float32Array, model: PartModel): PartBoxes {
  const { boxJoints } = model;
  if (!boxJoints) return {};
  const box = new Float32Array(4);
  const square = (): SquareBox => ({ left: box[0], top: box[1], side: box[2] });
  const hand = (side: 0 | 1) => {
    handBox(body, boxJoints, side, BODY_BOX_DEFAULTS.hand, box);
    return box[2] > 1 && box[2] * box[3] > LEAST_HAND_AREA ? square() : undefined;
  };
  const [leftHand, rightHand] = [hand(0), hand(1)];
  faceBox(body, boxJoints, BODY_BOX_DEFAULTS.face, box);
  const face = box[2] > 0 ? square() : headBox(body, model);
  return {
    ...(leftHand && { leftHand }),
    ...(rightHand && { rightHand }),
    ...(face && face.side > LEAST_FACE && { face }),
  };
}

/** The face of a model without nose and eyes, around its head. */
function headBox(body: Float32Array, { boxJoints, head }: PartModel): SquareBox | undefined {
  if (head === undefined || !boxJoints) return undefined;
  const [h, n] = [3 * head, 3 * boxJoints.neck];
  if (!(body[h + 2] > BODY_BOX_DEFAULTS.face && body[n + 2] > BODY_BOX_DEFAULTS.face)) return undefined;
  const side = HEAD_FACTOR * Math.hypot(body[h] - body[n], body[h + 1] - body[n + 1]);
  return { left: body[h] - side / 2, top: body[h + 1] - side / 2, side };
}

/** What was seen of a hand in the picture before. */
export interface SeenHand {
  /** 21×3. */
  readonly joints: Float32Array;
}

/** A hand is followed when its points score this on average; those above `SURE_POINT` span its box. */
const SURE_HAND = 0.667;
const SURE_POINT = 0.25;

/**
 * The box of a hand, steadied by where it was in the picture before (OpenPose's hand detector 3): the mean with the box
 * around the points of the hand that overlaps it most.
 *
 * @param before Hands of the same side in the picture before.
 */
export function followHand(box: SquareBox, before: readonly SeenHand[]): SquareBox {
  let best: Rectangle | undefined;
  let most = 0;
  for (const { joints } of before) {
    const old = sureRectangle(joints);
    const shared = old ? overlap(rectangleOf(box), old) : 0;
    if (shared > most) [best, most] = [old, shared];
  }
  if (!best) return box;
  const side = Math.max(2 * box.side + best.width, 2 * box.side + best.height) / 2;
  const x = (box.left + box.side / 2 + best.left + best.width / 2) / 2;
  const y = (box.top + box.side / 2 + best.top + best.height / 2) / 2;
  return { left: x - side / 2, top: y - side / 2, side };
}

interface Rectangle {
  readonly left: number;
  readonly top: number;
  readonly width: number;
  readonly height: number;
}

const rectangleOf = ({ left, top, side }: SquareBox): Rectangle => ({ left, top, width: side, height: side });

function sureRectangle(joints: Float32Array): Rectangle | undefined {
  let [left, top, right, bottom, sum] = [Infinity, Infinity, -Infinity, -Infinity, 0];
  for (let i = 0; i < joints.length; i += 3) {
    sum += joints[i + 2];
    if (!(joints[i + 2] > SURE_POINT)) continue;
    left = Math.min(left, joints[i]);
    right = Math.max(right, joints[i]);
    top = Math.min(top, joints[i + 1]);
    bottom = Math.max(bottom, joints[i + 1]);
  }
  const sure = sum / (joints.length / 3) > SURE_HAND && right > left && bottom > top;
  return sure ? { left, top, width: right - left, height: bottom - top } : undefined;
}

/** The shared area as a share of the smaller one's. */
function overlap(a: Rectangle, b: Rectangle): number {
  const width = Math.min(a.left + a.width, b.left + b.width) - Math.max(a.left, b.left);
  const height = Math.min(a.top + a.height, b.top + b.height) - Math.max(a.top, b.top);
  if (!(width > 0 && height > 0)) return 0;
  return (width * height) / Math.min(a.width * a.height, b.width * b.height);
}
