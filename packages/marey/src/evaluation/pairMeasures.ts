import { MareyError } from "@marey/core";
import { type KeypointPairs, meanKeypointError, pck, pckAuc, pckh, pcp } from "@marey/core/metric";
import type { Compared } from "./compared.js";
import { type Measured, percent, share } from "./figure.js";

/** Labelled people and who found them, joint by joint; whoever wasn't found has NaN. Joints that aren't compared don't count. */
function pairsOf({ truth, labelled, partners, known, shared }: Compared): KeypointPairs {
  const J = truth.skeleton.joints.length;
  const within = new Set(shared);
  const predicted = new Float64Array(labelled.length * J * 2).fill(Number.NaN);
  const target = new Float64Array(labelled.length * J * 2);
  const visible = new Uint8Array(labelled.length * J);
  labelled.forEach(({ joints }, n) => {
    const pose = known[partners[n] ?? -1];
    for (let j = 0; j < J; j++) {
      const at = 2 * (n * J + j);
      visible[n * J + j] = within.has(j) && (joints[3 * j + 2] ?? 0) > 0 ? 1 : 0;
      target.set([joints[3 * j] ?? 0, joints[3 * j + 1] ?? 0], at);
      if (pose) predicted.set([pose[3 * j] ?? Number.NaN, pose[3 * j + 1] ?? Number.NaN], at);
    }
  });
  return { predicted, truth: target, visible, joints: J };
}

/** One size per person, for x and y alike. */
const twice = (sizes: readonly number[]) => Float64Array.from(sizes.flatMap((size) => [size, size]));

/** PCKh (Andriluka et al. 2014) at 0.5 and 0.1. @throws MareyError `EVAL_METRIC` without sizes of heads. */
export function headShares(compared: Compared): Measured {
  const sizes = requireSizes(compared, "pckh", "no head size");
  const excluded = ["pelvis", "thorax"].map((joint) => compared.truth.skeleton.joints.indexOf(joint));
  // The size is 0.6 of a head's diagonal already.
  const heads = Float64Array.from(sizes.flatMap((size) => [size, 0]));
  const pairs = withSizes(pairsOf(compared), sizes);
  const at = (limit: number) => pckh(pairs, heads, limit, { headBias: 1, excluded }).mean;
  return { figures: [percent("PCKh@0.5", at(0.5)), percent("PCKh@0.1", at(0.1))] };
}

/** Joints of people without a size don't count. */
const withSizes = (pairs: KeypointPairs, sizes: readonly number[]): KeypointPairs => ({
  ...pairs,
  visible: Array.from(pairs.visible, (v, i) => ((sizes[Math.floor(i / pairs.joints)] ?? 0) > 0 ? v : 0)),
});

/** PCK at 0.2, 0.1 and 0.05 of the box, of LSP the torso; of J-HMDB both. @throws MareyError `EVAL_METRIC` without torsos. */
export function shares(compared: Compared): Measured {
  const isLsp = compared.truth.dataset === "lsp";
  const boxes = compared.labelled.map(({ box }) =>
    box ? Math.max(box[2] - box[0], box[3] - box[1]) : Number.NaN,
  );
  const sizes = isLsp ? requireSizes(compared, "pck", "no torso") : boxes;
  const pairs = pairsOf(compared);
  const figures = [0.2, 0.1, 0.05].map((limit) =>
    share(`PCK@${limit}${isLsp ? " (torso)" : ""}`, pck(pairs, twice(sizes), limit).average),
  );
  const torsos = compared.truth.dataset === "jhmdb" ? torsoSizes(compared) : [];
  // J-HMDB's other figure relates errors to the torso.
  if (torsos.length > 0) figures.push(share("PCK@0.2 (torso)", pck(pairs, twice(torsos), 0.2).average));
  return { figures };
}

/** Left shoulder to right hip, as J-HMDB's evaluation takes it. */
function torsoSizes({ truth, labelled }: Compared): number[] {
  const [a, b] = ["left_shoulder", "right_hip"].map((joint) => truth.skeleton.joints.indexOf(joint));
  return labelled.map(({ joints }) => distanceOf(joints, a ?? -1, b ?? -1));
}

const distanceOf = (joints: Float64Array, a: number, b: number) =>
  Math.hypot(
    (joints[3 * a] ?? Number.NaN) - (joints[3 * b] ?? Number.NaN),
    (joints[3 * a + 1] ?? Number.NaN) - (joints[3 * b + 1] ?? Number.NaN),
  );

/** LSP's ten parts, as far as the layout has their ends. */
const limbs: [string, string, string][] = [
  ["torso", "neck", "left_hip"],
  ["head", "neck", "head_top"],
  ...(["left", "right"] as const).flatMap((side): [string, string, string][] => [
    [`${side} upper leg`, `${side}_hip`, `${side}_knee`],
    [`${side} lower leg`, `${side}_knee`, `${side}_ankle`],
    [`${side} upper arm`, `${side}_shoulder`, `${side}_elbow`],
    [`${side} forearm`, `${side}_elbow`, `${side}_wrist`],
  ]),
];

/** PCP at 0.5, strict, of LSP's ten parts, as far as the layout has them. */
export function limbShares(compared: Compared): Measured {
  const index = (joint: string) => compared.truth.skeleton.joints.indexOf(joint);
  const known = limbs.filter(([, a, b]) => index(a) >= 0 && index(b) >= 0);
  const { strict } = pcp(
    pairsOf(compared),
    known.map(([, a, b]) => [index(a), index(b)] as const),
  );
  const shown = known.flatMap(([name], l) => (Number.isFinite(strict[l]) ? [percent(name, strict[l])] : []));
  const mean = shown.reduce((sum, { value }) => sum + value, 0) / shown.length;
  return { figures: [percent("PCP@0.5", mean), ...shown] };
}

/** Outer corners of the eyes. */
const eyeCorners: Record<string, [number, number]> = { face68: [36, 45], cofw29: [8, 9], wflw98: [60, 72] };

/** NME of the faces that were found, and their share. @throws MareyError `EVAL_METRIC` without eyes or sizes. */
export function faces(compared: Compared): Measured {
  const { labelled, truth, partners } = compared;
  const corners = eyeCorners[truth.skeleton.name];
  const sizes = corners
    ? labelled.map(({ joints }) => distanceOf(joints, ...corners))
    : requireSizes(compared, "nme", "neither eyes nor a size of the face");
  const found = partners.filter((partner) => partner >= 0).length / labelled.length;
  const error = meanKeypointError(pairsOf(compared), twice(sizes));
  return { figures: [percent("NME", 100 * error), percent("faces found", 100 * found)] };
}

/** PCK@0.2 of the box, AUC to 30 pixels and the mean error (EPE) of hands. */
export function hands(compared: Compared): Measured {
  const pairs = pairsOf(compared);
  const boxes = compared.labelled.map(({ box }) =>
    box ? Math.max(box[2] - box[0], box[3] - box[1]) : Number.NaN,
  );
  return {
    figures: [
      share("PCK@0.2", pck(pairs, twice(boxes), 0.2).average),
      share("AUC to 30 px", pckAuc(pairs, 30)),
      { name: "mean error", value: meanKeypointError(pairs), unit: "px" },
    ],
  };
}

function requireSizes({ labelled, truth }: Compared, measure: string, what: string): number[] {
  const sizes = labelled.map(({ size }) => size ?? Number.NaN);
  if (sizes.some((size) => size > 0)) return sizes;
  throw new MareyError(
    "EVAL_METRIC",
    `metric ${measure}`,
    `the annotations (${truth.dataset}) have ${what}`,
    "Choose another with --metric",
  );
}
