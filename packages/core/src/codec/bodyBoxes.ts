/** Where the joints that place hands and face stand in a skeleton. */
export interface BoxJoints {
  neck: number;
  nose: number;
  shoulders: readonly [number, number];
  elbows: readonly [number, number];
  wrists: readonly [number, number];
  eyes: readonly [number, number];
  ears: readonly [number, number];
}

/** Of BODY_25; pairs are left, right. */
export const body25BoxJoints: BoxJoints = {
  neck: 1,
  nose: 0,
  shoulders: [5, 2],
  elbows: [6, 3],
  wrists: [7, 4],
  eyes: [16, 15],
  ears: [18, 17],
};

/** Confidence above which OpenPose uses a joint to place a hand or the face. */
export const BODY_BOX_DEFAULTS = { hand: 0.03, face: 0.25 } as const;

/**
 * The square around a hand, from its arm, as OpenPose cuts it out: a third of the forearm beyond the wrist.
 *
 * @param body J×3: x, y in pixels, confidence.
 * @param side 0 left, 1 right.
 * @param out x, y (top left), width, height from `to` on, in pixels; zeros when the arm isn't seen whole.
 */
export function handBox(
  body: Float32Array,
  joints: BoxJoints,
  side: 0 | 1,
  threshold: number,
  out: Float32Array,
  to = 0,
): void {
  const [wrist, elbow, shoulder] = [joints.wrists[side], joints.elbows[side], joints.shoulders[side]];
  const seen = isSeen(body, wrist, threshold) && isSeen(body, elbow, threshold);
  if (!seen || !isSeen(body, shoulder, threshold)) {
    out.fill(0, to, to + 4);
    return;
  }
  const forearm = distance(body, wrist, elbow);
  const x = body[wrist * 3] + 0.33 * (body[wrist * 3] - body[elbow * 3]);
  const y = body[wrist * 3 + 1] + 0.33 * (body[wrist * 3 + 1] - body[elbow * 3 + 1]);
  writeSquare(x, y, 1.5 * Math.max(forearm, 0.9 * distance(body, elbow, shoulder)), out, to);
}

/**
 * The square around a face, from the joints of the head, as OpenPose cuts it out: the mean of what neck and nose, both
 * eyes and both ears suggest. Parameters as in `handBox`.
 */
export function faceBox(
  body: Float32Array,
  joints: BoxJoints,
  threshold: number,
  out: Float32Array,
  to = 0,
): void {
  const { neck, nose } = joints;
  let [x, y, size, terms] = [0, 0, 0, 0];
  const suggest = (a: number, b: number, c: number, side: number) => {
    x += (body[a * 3] + body[b * 3] + (c < 0 ? 0 : body[c * 3])) / (c < 0 ? 2 : 3);
    y += (body[a * 3 + 1] + body[b * 3 + 1] + (c < 0 ? 0 : body[c * 3 + 1])) / (c < 0 ? 2 : 3);
    size += side;
    terms++;
  };
  if (isSeen(body, neck, threshold) && isSeen(body, nose, threshold)) {
    const height = distance(body, neck, nose);
    const side = profileSide(body, joints, threshold);
    if (side < 0) suggest(neck, nose, -1, 2 * height);
    else {
      const [eye, ear] = [joints.eyes[side], joints.ears[side]];
      suggest(nose, eye, ear, 0.85 * (distance(body, nose, eye) + distance(body, nose, ear) + height));
    }
  }
  for (const [[a, b], factor] of [[joints.eyes, 3] as const, [joints.ears, 2] as const])
    if (isSeen(body, a, threshold) && isSeen(body, b, threshold))
      suggest(a, b, -1, factor * distance(body, a, b));
  if (terms === 0) out.fill(0, to, to + 4);
  else writeSquare(x / terms, y / terms, size / terms, out, to);
}

/** The side of which eye and ear are seen while nothing of the other side is; −1 when it is no such profile. */
function profileSide(body: Float32Array, { eyes, ears }: BoxJoints, threshold: number): number {
  const [leftEye, rightEye] = [isSeen(body, eyes[0], threshold), isSeen(body, eyes[1], threshold)];
  const [leftEar, rightEar] = [isSeen(body, ears[0], threshold), isSeen(body, ears[1], threshold)];
  if (leftEye !== leftEar || rightEye !== rightEar || leftEye === rightEye) return -1;
  return leftEye ? 0 : 1;
}

function writeSquare(x: number, y: number, side: number, out: Float32Array, to: number): void {
  out[to] = x - side / 2;
  out[to + 1] = y - side / 2;
  out[to + 2] = side;
  out[to + 3] = side;
}

const isSeen = (body: Float32Array, joint: number, threshold: number) => body[joint * 3 + 2] > threshold;

const distance = (body: Float32Array, a: number, b: number) =>
  Math.hypot(body[a * 3] - body[b * 3], body[a * 3 + 1] - body[b * 3 + 1]);
