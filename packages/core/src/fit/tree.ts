import { MareyError } from "../error.js";
import { parentsFirst } from "../format/kinematics.js";
import { convertSkeleton, type JointSource } from "../skeleton/convert.js";
import { type JointRow, type Skeleton, skeleton } from "../skeleton/skeleton.js";

/** The kinematic tree that is fitted to a layout's joints: one root, the pelvis. */
export interface Tree {
  skeleton: Skeleton;
  /** Per joint: how its measured place follows from the layout's joints; `absent` for a pivot that nobody measures. */
  sources: readonly JointSource[];
  /** Joint indices, each parent before its children. */
  order: readonly number[];
  /** Per joint: its children. */
  children: readonly (readonly number[])[];
}

/**
 * Parents to choose from, the first that the tree has; joints in an order in which parents come first. The pivots
 * `lower_back`, `neck_base` and the clavicles stand at their parent's place: they let the trunk turn against the pelvis,
 * the head against the chest and the shoulders be lifted, without a bone that nobody measures.
 */
const table: readonly (readonly [joint: string, ...parents: string[]])[] = [
  ["pelvis"],
  ["spine", "pelvis"],
  ["lower_back", "pelvis"],
  ["neck", "spine", "lower_back"],
  ["thorax", "spine", "lower_back"],
  ["upper_neck", "thorax", "neck"],
  ["neck_base", "thorax", "neck"],
  ...["head", "head_top", "nose"].map((joint): [string, ...string[]] => [joint, "upper_neck", "neck_base"]),
  ...["left", "right"].flatMap((side): [string, ...string[]][] => [
    ...["eye_inner", "eye", "eye_outer", "ear", "mouth"].map((joint): [string, ...string[]] => [
      `${side}_${joint}`,
      "upper_neck",
      "neck_base",
    ]),
    [`${side}_clavicle`, "thorax", "neck"],
    [`${side}_shoulder`, `${side}_clavicle`],
    [`${side}_elbow`, `${side}_shoulder`],
    [`${side}_wrist`, `${side}_elbow`],
    ...["pinky", "index", "thumb"].map((joint): [string, string] => [`${side}_${joint}`, `${side}_wrist`]),
    [`${side}_hip`, "pelvis"],
    [`${side}_knee`, `${side}_hip`],
    [`${side}_ankle`, `${side}_knee`],
    ...["heel", "big_toe", "small_toe"].map((joint): [string, string] => [
      `${side}_${joint}`,
      `${side}_ankle`,
    ]),
  ]),
];

/** A joint's OKS sigma where the layout has none: the skeleton record wants one; it weighs nothing here. */
const plainSigma = 0.1;

/**
 * The tree for a layout. Joints keep their names; a pelvis and a chest that the layout lacks are interpolated, pivots
 * are added where nothing is measured, and joints unknown here stay with the parent that the layout gives them.
 *
 * @throws MareyError `FIT_SKELETON` for a layout without hips and shoulders.
 */
export function treeOf(layout: Skeleton): Tree {
  const has = (joint: string) => layout.joints.includes(joint);
  const chest = has("thorax") || !has("neck") ? "thorax" : "neck";
  const pivots = new Set(["left_clavicle", "right_clavicle"]);
  if (!has("spine")) pivots.add("lower_back");
  if (!has("upper_neck")) pivots.add("neck_base");
  const wanted = (joint: string) => has(joint) || pivots.has(joint) || joint === "pelvis" || joint === chest;
  const rows: JointRow[] = [];
  const taken = new Set<string>();
  const add = (joint: string, parent: string | null) => {
    rows.push([joint, parent, layout.sigmas[layout.joints.indexOf(joint)] ?? plainSigma]);
    taken.add(joint);
  };
  for (const [joint, ...parents] of table) {
    const parent = parents.find((name) => taken.has(name));
    if (wanted(joint) && (parent !== undefined || joint === "pelvis")) add(joint, parent ?? null);
  }
  addOthers(layout, taken, add);
  const tree = skeleton(`${layout.name}_fitted`, rows);
  const sources = convertSkeleton(layout, tree);
  const absent = ["pelvis", chest].find((joint) => sources[tree.joints.indexOf(joint)].kind === "absent");
  if (absent !== undefined)
    throw new MareyError(
      "FIT_SKELETON",
      `skeleton ${layout.name}`,
      `it has no ${absent === "pelvis" ? "hips" : "shoulders"} to hang a body on`,
      "Fit a layout with hips and shoulders, such as coco17",
    );
  const children = tree.joints.map((_, joint) =>
    tree.parents.flatMap((parent, child) => (parent === joint ? [child] : [])),
  );
  return { skeleton: tree, sources, order: parentsFirst(tree.parents), children };
}

/** Joints outside the table, each under the nearest ancestor in the layout that the tree has, else the pelvis. */
function addOthers(
  layout: Skeleton,
  taken: ReadonlySet<string>,
  add: (joint: string, parent: string) => void,
) {
  for (const i of parentsFirst(layout.parents)) {
    if (taken.has(layout.joints[i])) continue;
    const parent = layout.parents[i];
    const name = parent < 0 ? "pelvis" : layout.joints[parent];
    add(layout.joints[i], taken.has(name) ? name : "pelvis");
  }
}
