import type { Skeleton } from "../skeleton/skeleton.js";
import { type Colour, drawDisc, drawLine } from "./draw.js";
import type { Image } from "./image.js";
import { drawLabel } from "./text.js";

/** How a person is drawn. */
export interface PersonPaint {
  /** The person's own colour: the trunk and the label. */
  colour?: Colour;
  /** Joints with less confidence are drawn faintly, with less than a quarter of it not at all; 0.3 when absent. */
  threshold?: number;
  /** Joint states (`JointState`), J; whatever isn't `visible` is drawn faintly. */
  state?: ArrayLike<number>;
  /** Written above the head. Over several people, `drawPeople` keeps labels on top. */
  label?: string;
}

const left: Colour = [52, 172, 255];
const right: Colour = [255, 140, 46];
const shade: Colour = [12, 14, 20];
/** Joints that stand close together. */
const small = /(^|_)(nose|eye|ear|mouth|finger|thumb|pinky|index|toe|heel)/;
const visible = 1; // JointState.visible; motion lies above image

/** A colour that differs well from that of other ids: hues in steps of the golden ratio. */
export function personColour(id: number): Colour {
  const hue = (0.36 + id * 0.618033988749895) % 1;
  const channel = (shift: number) => {
    const k = (shift + hue * 12) % 12; // hue, saturation and lightness to RGB, CSS Color 4, section 7.1
    return Math.round(255 * (0.62 - 0.34 * Math.max(-1, Math.min(k - 3, 9 - k, 1))));
  };
  return [channel(0), channel(8), channel(4)];
}

/**
 * Draws a person's limbs and joints in place: the left side blue, the right side orange, what lies between in the
 * person's colour; what is uncertain or hidden faintly. Widths follow the picture's size and the person's.
 *
 * @param joints J×3: x, y in pixels, confidence 0..1; joints that are NaN are left out.
 */
export function drawPerson(
  image: Image,
  joints: ArrayLike<number>,
  skeleton: Skeleton,
  paint: PersonPaint = {},
): void {
  drawPeople(image, [{ ...paint, joints }], skeleton);
}

/** Draws several people in place, as `drawPerson`, with their labels over all of them. */
export function drawPeople(
  image: Image,
  people: readonly (PersonPaint & { joints: ArrayLike<number> })[],
  skeleton: Skeleton,
): void {
  for (const { joints, ...paint } of people) drawBody(image, joints, skeleton, paint);
  for (const { joints, ...paint } of people) drawName(image, joints, skeleton, paint);
}

function drawBody(
  image: Image,
  joints: ArrayLike<number>,
  skeleton: Skeleton,
  { colour = personColour(0), threshold = 0.3, state }: PersonPaint,
): void {
  const strength = skeleton.joints.map((_, j) => strengthOf(joints, j, threshold, state));
  const width = limbWidth(image, joints, strength);
  const at = (j: number) => [joints[3 * j], joints[3 * j + 1]] as const;
  const size = (j: number) => (small.test(skeleton.joints[j]) ? 0.6 : 1);
  const hue = (...names: string[]) => {
    const all = (side: string) => names.length > 0 && names.every((name) => name.startsWith(side));
    return all("left_") ? left : all("right_") ? right : colour;
  };
  const limbs = skeleton.edges
    .map(([a, b]) => ({
      a,
      b,
      opacity: Math.min(strength[a], strength[b]),
      width: width * Math.min(size(a), size(b)),
      colour: hue(...[a, b].map((j) => skeleton.joints[j]).filter(isSided)),
    }))
    .filter(({ opacity }) => opacity > 0);
  // A dark rim below everything keeps the lines apart from bright and busy backgrounds.
  const rim = Math.max(0.8, width * 0.3);
  for (const { a, b, opacity, width: w } of limbs)
    drawLine(image, at(a), at(b), w + 2 * rim, { colour: shade, opacity: opacity * 0.45 });
  for (const { a, b, opacity, width: w, colour: own } of limbs)
    drawLine(image, at(a), at(b), w * (opacity < 1 ? 0.7 : 1), { colour: own, opacity });
  strength.forEach((opacity, j) => {
    if (opacity === 0) return;
    const radius = width * 0.95 * size(j);
    const own = hue(skeleton.joints[j]);
    drawDisc(image, at(j), radius + rim * 0.6, { colour: shade, opacity: opacity * 0.8 });
    drawDisc(image, at(j), radius, { colour: own, opacity });
    drawDisc(image, at(j), radius * 0.5, { colour: [255, 255, 255], opacity: opacity * 0.85 });
  });
}

function drawName(
  image: Image,
  joints: ArrayLike<number>,
  skeleton: Skeleton,
  { colour = personColour(0), threshold = 0.3, state, label }: PersonPaint,
): void {
  const strength = skeleton.joints.map((_, j) => strengthOf(joints, j, threshold, state));
  if (label === undefined || !strength.some((s) => s > 0)) return;
  const size = Math.max(6, Math.sqrt(image.width * image.height) * 0.014);
  drawLabel(image, label, crown(joints, strength), size, { colour, opacity: 0.9 });
}

const isSided = (name: string) => name.startsWith("left_") || name.startsWith("right_");

/** 1 for a joint that is certain, less for one to be hinted at, 0 for none. */
function strengthOf(
  joints: ArrayLike<number>,
  j: number,
  threshold: number,
  state?: ArrayLike<number>,
): number {
  const confidence = joints[3 * j + 2];
  if (!Number.isFinite(joints[3 * j] + joints[3 * j + 1]) || !(confidence > threshold / 4)) return 0;
  return confidence >= threshold && (state === undefined || state[j] === visible) ? 1 : 0.4;
}

/** The corners of what is drawn: left, top, right, bottom. */
function extent(joints: ArrayLike<number>, strength: readonly number[]): [number, number, number, number] {
  const seen = strength.flatMap((s, j) => (s > 0 ? [j] : []));
  const x = seen.map((j) => joints[3 * j]);
  const y = seen.map((j) => joints[3 * j + 1]);
  return [Math.min(...x), Math.min(...y), Math.max(...x), Math.max(...y)];
}

/** In a picture of 1080p about 6 pixels, in a small one 1 to 2; less on people far away. */
function limbWidth({ width, height }: Image, joints: ArrayLike<number>, strength: readonly number[]): number {
  const [l, t, r, b] = extent(joints, strength);
  return Math.max(1.2, Math.min(Math.sqrt(width * height) * 0.0046, Math.hypot(r - l, b - t) * 0.022));
}

/** Above the topmost joint by the height of a forehead. */
function crown(joints: ArrayLike<number>, strength: readonly number[]): [number, number] {
  const top = strength.reduce(
    (best, s, j) => (s > 0 && !(joints[3 * j + 1] >= joints[3 * best + 1]) ? j : best),
    strength.findIndex((s) => s > 0),
  );
  const [l, t, r, b] = extent(joints, strength);
  return [joints[3 * top], joints[3 * top + 1] - 0.08 * Math.hypot(r - l, b - t)];
}
