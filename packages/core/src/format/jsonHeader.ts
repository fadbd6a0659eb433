import { z } from "zod";
import { findSkeleton } from "../skeleton/layouts.js";
import { type Skeleton, skeleton } from "../skeleton/skeleton.js";
import { invalidMareyJson } from "./jsonRows.js";

/** The version of Marey JSON that is written, and the newest that is read. */
export const VERSION = 1;

/** How finely numbers are written. */
export interface MareyJsonOptions {
  /** Metres that positions are rounded to; 0.00001 when absent. */
  metres?: number;
  /** Pixels that keypoints are rounded to; 0.01 when absent. */
  pixels?: number;
}

/** Rounds to multiples of a step, such as 0.01. */
export const rounded = (step: number) => {
  // Dividing by a whole number gives the shortest decimals; multiplying by 0.01 doesn't.
  const per = Math.round(1 / step);
  return (value: number) => Math.round(value * per) / per;
};

/** A layout as one line of JSON. */
export const layoutText = ({ name, joints, parents, edges, sigmas, mirror }: Skeleton) => {
  // Sides in the names say who is whose partner; points of a face have none.
  const isSaid = mirror.every((partner, i) => partner === i || /^(left|right)_/.test(joints[i]));
  return JSON.stringify({ name, joints, parents, edges, sigmas, ...(!isSaid && { mirror }) });
};

const whole = z.number().int();
const layoutSchema = z.object({
  name: z.string(),
  joints: z.array(z.string()).min(1),
  parents: z.array(whole),
  edges: z.array(z.tuple([whole, whole])),
  sigmas: z.array(z.number()),
  mirror: z.array(whole).optional(),
});

/** What every Marey JSON file states. */
export const header = {
  version: z.literal(VERSION),
  skeleton: layoutSchema,
  frameRate: z.number().positive(),
  firstFrame: whole,
  frameCount: whole.nonnegative(),
};

/**
 * The layout that a file states: the known one of its name and joints, else one of its own.
 *
 * @throws MareyError `MAREY_JSON_INVALID` when its lists don't fit together, `SKELETON_INVALID`.
 */
export function readLayout(stored: z.infer<typeof layoutSchema>, name: string): Skeleton {
  const { joints, parents, edges, sigmas, mirror = [] } = stored;
  const known = findSkeleton(stored.name);
  const same = (a: readonly unknown[], b: readonly unknown[]) =>
    a.length === b.length && a.every((value, i) => value === b[i]);
  if (known && same(known.joints, joints) && same(known.parents, parents)) return known;
  if (parents.length !== joints.length || sigmas.length !== joints.length)
    throw invalidMareyJson(name, "the skeleton's parents or sigmas are not as many as its joints");
  const jointName = (i: number) => joints[i] ?? `#${i}`;
  return skeleton(
    stored.name,
    joints.map((joint, i) => [joint, parents[i] < 0 ? null : jointName(parents[i]), sigmas[i]]),
    edges.map(([a, b]) => [jointName(a), jointName(b)]),
    mirror.map((partner, i) => [jointName(i), jointName(partner)]),
  );
}

/**
 * Parsed JSON as a schema describes it.
 *
 * @throws MareyError `MAREY_JSON_INVALID` naming the first field that is otherwise.
 */
export function parse<T>(schema: z.ZodType<T>, content: unknown, name: string): T {
  const result = schema.safeParse(content);
  if (result.success) return result.data;
  const [issue] = result.error.issues;
  const at = issue.path.length === 0 ? "" : `"${issue.path.join(".")}": `;
  throw invalidMareyJson(name, `${at}${issue.message.replace(/\.$/, "")}`);
}
