import { handRows } from "./hand.js";
import { type JointRow, type Skeleton, skeleton } from "./skeleton.js";

/** What a body is extended by. */
export interface BodyParts {
  face?: Skeleton;
  /** Both hands, 21 points each. */
  hands?: boolean;
}

/** Where the joints of body, face and hands stand in a layout; a part that it lacks has none. */
export interface PartIndices {
  body: number[];
  /** In the order of the face's own layout. */
  face: number[];
  /** Root, then thumb to little finger; the root is the wrist in layouts whose hands have no root of their own. */
  leftHand: number[];
  rightHand: number[];
}

/** Pairs of joints by name. */
export type Names = (readonly [string, string])[];

/** A layout's joints by their names, as `skeleton` takes them. */
export function tables({ joints, parents, edges, mirror, sigmas }: Skeleton) {
  return {
    rows: joints.map((joint, i): JointRow => [joint, joints[parents[i]] ?? null, sigmas[i]]),
    edges: edges.map(([a, b]): Names[number] => [joints[a], joints[b]]),
    mirror: mirror.flatMap((partner, i): Names => (partner > i ? [[joints[i], joints[partner]]] : [])),
  };
}

/** A line from each row's joint to its parent. */
export const linesOf = (rows: readonly JointRow[]): Names =>
  rows.flatMap(([joint, parent]): Names => (parent === null ? [] : [[parent, joint]]));

/** The first of these joints that a layout has. */
const firstOf = ({ joints }: Skeleton, names: readonly string[]): string | null =>
  names.find((name) => joints.includes(name)) ?? null;

/** A face's rows, hung on the body's head. */
export function faceRows(face: Skeleton, body: Skeleton): JointRow[] {
  const head = firstOf(body, ["nose", "head", "head_top", "upper_neck", "neck"]);
  return tables(face).rows.map(([joint, parent, sigma]) => [joint, parent ?? head, sigma]);
}

/**
 * A body with face and hands as one layout: the body's joints, then those of the face, the left hand (`left_hand_root`,
 * `left_thumb1`, …) and the right hand, as COCO-WholeBody and OpenPose's files order them. Its name is the parts' names
 * joined, such as `body25+face70+hands`.
 */
export function withParts(body: Skeleton, { face, hands }: BodyParts): Skeleton {
  const own = tables(body);
  const added = face ? tables(face) : { edges: [], mirror: [] };
  const left = hands ? handRows("left_", firstOf(body, ["left_wrist"])) : [];
  const right = hands ? handRows("right_", firstOf(body, ["right_wrist"])) : [];
  const fingers = [...linesOf(left.slice(1)), ...linesOf(right.slice(1))];
  return skeleton(
    [body.name, ...(face ? [face.name] : []), ...(hands ? ["hands"] : [])].join("+"),
    [...own.rows, ...(face ? faceRows(face, body) : []), ...left, ...right],
    [...own.edges, ...added.edges, ...fingers],
    [...own.mirror, ...added.mirror],
  );
}

/** Body, face and hands of a layout, told by the joints' names. */
export function partsOf({ joints }: Skeleton): PartIndices {
  const indexOf = new Map(joints.map((joint, i) => [joint, i]));
  const hand = (side: "left_" | "right_"): number[] => {
    const found = handRows(side).map(([joint]) => indexOf.get(joint));
    if (found[1] === undefined) return [];
    found[0] ??= indexOf.get(`${side}wrist`);
    return found.every((i) => i !== undefined) ? found : [];
  };
  const leftHand = hand("left_");
  const rightHand = hand("right_");
  // A layout that is nothing but a face is its own body.
  const face = joints.flatMap((joint, i) => (/^face_\d+$/.test(joint) ? [i] : []));
  const isFace = face.length === joints.length;
  const apart = new Set([...(isFace ? [] : face), ...leftHand, ...rightHand]);
  const body = joints.flatMap((joint, i) => (apart.has(i) && !joint.endsWith("_wrist") ? [] : [i]));
  return { body, face: isFace ? [] : face, leftHand, rightHand };
}
