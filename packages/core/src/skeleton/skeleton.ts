import { MareyError } from "../error.js";

/** A joint layout as data. Joint names are the field's, in snake case (`left_wrist`), and unique. */
export interface Skeleton {
  readonly name: string;
  readonly joints: readonly string[];
  /** Index of each joint's parent in the kinematic tree; −1 for a root. A parent may stand after its child. */
  readonly parents: readonly number[];
  /** Limbs to draw, pairs of joint indices. */
  readonly edges: readonly (readonly [number, number])[];
  /** Index of each joint's left–right partner, or its own. */
  readonly mirror: readonly number[];
  /** Per-joint OKS constants, COCO's convention (standard deviation relative to √area). */
  readonly sigmas: readonly number[];
}

/** A joint as a skeleton file states it: `[name, parent's name or null, OKS sigma]`. */
export type JointRow = readonly [name: string, parent: string | null, sigma: number];

/**
 * Builds a skeleton from rows; edges follow from the parents unless given as pairs of names. Left–right partners follow
 * from the names (`left_x`, `right_x`); `mirror` adds pairs whose names don't say it, as points of a face.
 *
 * @throws MareyError `SKELETON_INVALID` for a repeated name, an unknown parent, edge or partner, a joint with two
 *   partners, a cycle, or a sigma ≤ 0.
 */
export function skeleton(
  name: string,
  rows: readonly JointRow[],
  edges?: readonly (readonly [string, string])[],
  mirror: readonly (readonly [string, string])[] = [],
): Skeleton {
  const joints = rows.map(([joint]) => joint);
  const index = new Map(joints.map((joint, i) => [joint, i]));
  const invalid = (what: string) =>
    new MareyError("SKELETON_INVALID", `skeleton ${name}`, what, "Correct the joint table");
  if (index.size !== joints.length) throw invalid("a joint name is repeated");
  const find = (joint: string) => {
    const i = index.get(joint);
    if (i === undefined) throw invalid(`"${joint}" is not one of its joints`);
    return i;
  };
  for (const [joint, , sigma] of rows) if (!(sigma > 0)) throw invalid(`the sigma of "${joint}" is ${sigma}`);
  const parents = rows.map(([, parent]) => (parent === null ? -1 : find(parent)));
  parents.forEach((_, i) => {
    let steps = 0;
    for (let p = i; p >= 0; p = parents[p])
      if (steps++ > joints.length) throw invalid("its parents form a cycle");
  });
  const partners = joints.map((joint, i) => index.get(mirrored(joint)) ?? i);
  for (const [a, b] of mirror) {
    partners[find(a)] = find(b);
    partners[find(b)] = find(a);
  }
  partners.forEach((partner, i) => {
    if (partners[partner] !== i) throw invalid(`the left–right partner of "${joints[i]}" is another's`);
  });
  return {
    name,
    joints,
    parents,
    edges: edges
      ? edges.map(([a, b]) => [find(a), find(b)] as const)
      : parents.flatMap((parent, i) => (parent < 0 ? [] : [[parent, i] as const])),
    mirror: partners,
    sigmas: rows.map(([, , sigma]) => sigma),
  };
}

function mirrored(joint: string): string {
  if (joint.startsWith("left_")) return `right_${joint.slice(5)}`;
  if (joint.startsWith("right_")) return `left_${joint.slice(6)}`;
  return joint;
}
