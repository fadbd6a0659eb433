import type { Skeleton } from "../skeleton/skeleton.js";
import { type Colour, drawDisc, drawLine } from "./draw.js";
import type { Canvas } from "./planes.js";
import type { Size } from "./resize.js";
import { limbStroke, type Stroke, strokeOf } from "./stroke.js";
import { drawLabel } from "./text.js";

/** How a person is drawn. */
export interface PersonPaint {
  /** The person's own colour: the trunk and the label. */
  colour?: Colour;
  /** Joints with less confidence are drawn faintly, with less than a quarter of it not at all; 0.3 when absent. */
  threshold?: number;
  /** The same for hands and faces; 0.2 and 0.4 when absent. */
  handThreshold?: number;
  faceThreshold?: number;
  /** 0..1; 1 when absent. */
  opacity?: number;
  /** Joint states (`JointState`), J; whatever isn't `visible` is drawn faintly. */
  state?: ArrayLike<number>;
  /** Written above the head. Over several people, `drawPeople` keeps labels on top. */
  label?: string;
}

const shade: Colour = [12, 14, 20];
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
 * Draws a person's limbs and joints in place: the left side orange, the right side blue, what lies between in the
 * person's colour; fingers and the face finer, in colours of their own; what is uncertain or hidden faintly. Widths follow
 * the picture's size and the person's.
 *
 * @param joints J×3: x, y in pixels, confidence 0..1; joints that are NaN are left out.
 */
export function drawPerson(
  image: Canvas,
  joints: ArrayLike<number>,
  skeleton: Skeleton,
  paint: PersonPaint = {},
): void {
  drawPeople(image, [{ ...paint, joints }], skeleton);
}

/** Draws several people in place, as `drawPerson`, with their labels over all of them. */
export function drawPeople(
  image: Canvas,
  people: readonly (PersonPaint & { joints: ArrayLike<number> })[],
  skeleton: Skeleton,
): void {
  const strokes = skeleton.joints.map(strokeOf);
  for (const { joints, ...paint } of people) drawBody(image, joints, skeleton.edges, strokes, paint);
  for (const { joints, ...paint } of people) drawName(image, joints, strokes, paint);
}

function drawBody(
  image: Canvas,
  joints: ArrayLike<number>,
  edges: Skeleton["edges"],
  strokes: readonly Stroke[],
  paint: PersonPaint,
): void {
  const { colour = personColour(0), opacity = 1 } = paint;
  const strength = strengths(joints, strokes, paint);
  const width = limbWidth(image, joints, strength);
  const at = (j: number) => [joints[3 * j], joints[3 * j + 1]] as const;
  const limbs = edges
    .map(([a, b]) => ({
      a,
      b,
      ...limbStroke(strokes[a], strokes[b]),
      seen: Math.min(strength[a], strength[b]),
    }))
    .filter(({ seen }) => seen > 0);
  const lineWidth = (size: number) => Math.max(Math.min(0.9, width), width * size);
  // A dark rim below everything keeps the lines apart from bright and busy backgrounds.
  const rim = Math.max(0.8, width * 0.3);
  const rimOf = (part: Stroke["part"]) => (part === "body" ? rim : 0.3 * rim);
  for (const { a, b, size, part, seen } of limbs)
    drawLine(image, at(a), at(b), lineWidth(size) + 2 * rimOf(part), {
      colour: shade,
      opacity: seen * 0.45 * opacity,
    });
  for (const { a, b, size, seen, colour: own = colour } of limbs)
    drawLine(image, at(a), at(b), lineWidth(size) * (seen < 1 ? 0.7 : 1), {
      colour: own,
      opacity: seen * opacity,
    });
  strength.forEach((seen, j) => {
    if (seen === 0) return;
    const { size, part, colour: own = colour } = strokes[j];
    const radius = lineWidth(size) * 0.95;
    const dot = (r: number, c: Colour, share: number) =>
      drawDisc(image, at(j), r, { colour: c, opacity: seen * share * opacity });
    dot(radius + rimOf(part) * 0.6, shade, 0.8);
    dot(radius, own, 1);
    if (part === "body") dot(radius * 0.5, [255, 255, 255], 0.85);
  });
}

function drawName(
  image: Canvas,
  joints: ArrayLike<number>,
  strokes: readonly Stroke[],
  paint: PersonPaint,
): void {
  const { colour = personColour(0), label } = paint;
  if (label === undefined) return;
  const strength = strengths(joints, strokes, paint);
  if (!strength.some((s) => s > 0)) return;
  const size = Math.max(6, Math.sqrt(image.width * image.height) * 0.014);
  drawLabel(image, label, crown(joints, strength), size, { colour, opacity: 0.9 });
}

/** How clearly each joint is drawn. */
function strengths(
  joints: ArrayLike<number>,
  strokes: readonly Stroke[],
  { threshold = 0.3, handThreshold = 0.2, faceThreshold = 0.4, state }: PersonPaint,
): number[] {
  const least = { body: threshold, hand: handThreshold, face: faceThreshold };
  return strokes.map(({ part }, j) => strengthOf(joints, j, least[part], state));
}

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
function limbWidth({ width, height }: Size, joints: ArrayLike<number>, strength: readonly number[]): number {
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
