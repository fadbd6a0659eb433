import type { Skeleton } from "../skeleton/skeleton.js";
import { parentsFirst } from "./kinematics.js";

/** Which side of the body a part belongs to; each has a colour. */
export type Side = "left" | "right" | "middle";

/** Triangles of the parts of one side, in the rest pose with the root joint at the origin. */
export interface FigurePart {
  side: Side;
  /** V×3, metres. */
  positions: Float32Array;
  /** V×3, unit. */
  normals: Float32Array;
  /** V: the joint that carries the vertex, alone. */
  joints: Uint16Array;
  indices: Uint32Array;
}

const SIDES = 10;
/** Metres: what looks like a limb of a stick figure, and the share of its length where the bone is short. */
const THICKEST = 0.022;
const THICKEST_SHARE = 0.13;

interface Growing {
  positions: number[];
  normals: number[];
  joints: number[];
  indices: number[];
}

/** Positions of the joints in the rest pose, J×3, the root at the origin. */
export function restPositions(layout: Skeleton, rest: ArrayLike<number>): Float32Array {
  const positions = new Float32Array(layout.joints.length * 3);
  for (const joint of parentsFirst(layout.parents)) {
    const parent = layout.parents[joint];
    if (parent < 0) continue;
    for (let k = 0; k < 3; k++) positions[joint * 3 + k] = positions[parent * 3 + k] + rest[joint * 3 + k];
  }
  return positions;
}

/**
 * A body that any viewer can show: a tapered rod per bone, carried by its upper joint, and a ball per joint.
 *
 * @param rest J×3, metres: each joint's offset from its parent.
 */
export function stickFigure(layout: Skeleton, rest: ArrayLike<number>): FigurePart[] {
  const parts = new Map<Side, Growing>();
  const part = (side: Side) => {
    const known = parts.get(side) ?? { positions: [], normals: [], joints: [], indices: [] };
    parts.set(side, known);
    return known;
  };
  const at = restPositions(layout, rest);
  const point = (joint: number): Vector => [at[joint * 3], at[joint * 3 + 1], at[joint * 3 + 2]];
  const balls = new Float32Array(layout.joints.length);
  layout.parents.forEach((parent, joint) => {
    if (parent < 0) return;
    const length = Math.hypot(...subtract(point(joint), point(parent)));
    if (length < 1e-4) return;
    const radius = Math.min(THICKEST, THICKEST_SHARE * length);
    addRod(part(sideOf(layout.joints[joint])), point(parent), point(joint), radius, 0.7 * radius, parent);
    balls[parent] = Math.max(balls[parent], 1.25 * radius);
    balls[joint] = Math.max(balls[joint], radius);
  });
  balls.forEach((radius, joint) => {
    if (radius > 0) addBall(part(sideOf(layout.joints[joint])), point(joint), radius, joint);
  });
  return [...parts].map(([side, { positions, normals, joints, indices }]) => ({
    side,
    positions: Float32Array.from(positions),
    normals: Float32Array.from(normals),
    joints: Uint16Array.from(joints),
    indices: Uint32Array.from(indices),
  }));
}

function sideOf(joint: string): Side {
  if (joint.startsWith("left")) return "left";
  return joint.startsWith("right") ? "right" : "middle";
}

type Vector = [number, number, number];

const subtract = (a: Vector, b: Vector): Vector => [a[0] - b[0], a[1] - b[1], a[2] - b[2]];
const scaled = (a: Vector, s: number): Vector => [a[0] * s, a[1] * s, a[2] * s];
const cross = (a: Vector, b: Vector): Vector => [
  a[1] * b[2] - a[2] * b[1],
  a[2] * b[0] - a[0] * b[2],
  a[0] * b[1] - a[1] * b[0],
];

function addRod(part: Growing, from: Vector, to: Vector, r0: number, r1: number, joint: number): void {
  const along = subtract(to, from);
  const axis = scaled(along, 1 / Math.hypot(...along));
  const aside = cross(axis, Math.abs(axis[1]) < 0.9 ? [0, 1, 0] : [1, 0, 0]);
  const u = scaled(aside, 1 / Math.hypot(...aside));
  const v = cross(axis, u);
  const first = part.positions.length / 3;
  for (let s = 0; s < SIDES; s++) {
    const c = Math.cos((2 * Math.PI * s) / SIDES);
    const d = Math.sin((2 * Math.PI * s) / SIDES);
    const out: Vector = [c * u[0] + d * v[0], c * u[1] + d * v[1], c * u[2] + d * v[2]];
    for (const [centre, radius] of [
      [from, r0],
      [to, r1],
    ] as const) {
      part.positions.push(
        centre[0] + radius * out[0],
        centre[1] + radius * out[1],
        centre[2] + radius * out[2],
      );
      part.normals.push(...out);
      part.joints.push(joint);
    }
    const a = first + 2 * s;
    const b = first + 2 * ((s + 1) % SIDES);
    part.indices.push(a, b, a + 1, b, b + 1, a + 1);
  }
}

/** A sphere of rings, poles up and down. */
function addBall(part: Growing, centre: Vector, radius: number, joint: number): void {
  const rings = 6;
  const first = part.positions.length / 3;
  for (let r = 0; r <= rings; r++)
    for (let s = 0; s < SIDES; s++) {
      const polar = (Math.PI * r) / rings;
      const round = (2 * Math.PI * s) / SIDES;
      const out: Vector = [
        Math.sin(polar) * Math.cos(round),
        Math.cos(polar),
        Math.sin(polar) * Math.sin(round),
      ];
      part.positions.push(...out.map((value, k) => centre[k] + radius * value));
      part.normals.push(...out);
      part.joints.push(joint);
      if (r === rings) continue;
      const a = first + r * SIDES + s;
      const b = first + r * SIDES + ((s + 1) % SIDES);
      if (r > 0) part.indices.push(a, b, a + SIDES);
      if (r < rings - 1) part.indices.push(b, b + SIDES, a + SIDES);
    }
}
