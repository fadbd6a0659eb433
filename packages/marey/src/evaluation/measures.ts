import { MareyError } from "@marey/core";
import type { Annotations } from "@marey/core/format";
import {
  type CocoDetection,
  type CocoEvaluation,
  type CocoTruth,
  cocoEvaluate,
  crowdPoseEvaluate,
  type KeypointPairs,
  meanKeypointError,
  pck,
  pckAuc,
  pckh,
  pcp,
} from "@marey/core/metric";
import { partsOf } from "@marey/core/skeleton";
import type { Compared } from "./compared.js";

/** A figure of an evaluation. */
export interface Figure {
  name: string;
  value: number;
  /** `share`: 0..1; `percent`: 0..100; pixels. */
  unit: "share" | "percent" | "px";
}

interface Measured {
  figures: Figure[];
  /** Of measures that have it: precision and recall at all thresholds. */
  curves?: CocoEvaluation;
}

/** A measure's meaning and how it is taken. */
export interface Measure {
  summary: string;
  measure(compared: Compared): Measured;
}

const share = (name: string, value = Number.NaN): Figure => ({ name, value, unit: "share" });
const percent = (name: string, value = Number.NaN): Figure => ({ name, value, unit: "percent" });

/** Measures by name. */
export const measures = {
  oks: { summary: "AP and AR by object keypoint similarity, as pycocotools", measure: oks },
  crowdpose: {
    summary: "as oks, by CrowdPose's rules: area from the box, easy to crowded pictures",
    measure: crowd,
  },
  wholebody: { summary: "as oks, for body, feet, face, hands and all together", measure: wholeBody },
  pckh: { summary: "joints within half of the head's size (MPII)", measure: headShares },
  pck: { summary: "joints within a share of the person's box, or of the torso (LSP)", measure: shares },
  pcp: { summary: "limbs of which both ends are within half of the limb's length", measure: limbShares },
  nme: {
    summary: "mean error over the distance of the outer corners of the eyes, or the face's size (AFLW)",
    measure: faces,
  },
  epe: { summary: "mean error and area under the curve of errors up to 30 pixels (hands)", measure: hands },
} satisfies Record<string, Measure>;

export type MeasureName = keyof typeof measures;

const usual: Record<string, MeasureName> = {
  crowdpose: "crowdpose",
  wholebody: "wholebody",
  mpii: "pckh",
  lsp: "pck",
  jhmdb: "pck",
  hand: "epe",
  interhand: "epe",
  "300w": "nme",
  aflw: "nme",
  cofw: "nme",
  wflw: "nme",
};

/** What a data set's own papers measure; OKS where there is nothing of its own. */
export const usualMeasure = ({ dataset }: Annotations): MeasureName => usual[dataset] ?? "oks";

/** A data set and detections as pycocotools take them, of some of the joints. */
function cocoForm({ truth, poses, found, areaOf }: Compared, joints?: readonly number[]) {
  const chosen = joints ?? [...truth.skeleton.joints.keys()];
  const flat = (pose: ArrayLike<number>) =>
    chosen.flatMap((j) => {
      const [x = 0, y = 0, v = 0] = [pose[3 * j], pose[3 * j + 1], pose[3 * j + 2]];
      // A joint without a place stands at the corner, where such files put it.
      return Number.isFinite(x + y) ? [x, y, v] : [0, 0, 0];
    });
  const coco: CocoTruth = {
    images: truth.images.map(({ id, crowdIndex }) => ({
      id,
      ...(crowdIndex !== undefined && { crowdIndex }),
    })),
    categories: [{ id: 1 }],
    annotations: truth.people.map((person) => {
      const [left, top, right, bottom] = person.box ?? [0, 0, 0, 0];
      return {
        id: person.id,
        image_id: truth.images[person.image]?.id ?? -1,
        category_id: 1,
        iscrowd: person.crowd ? 1 : 0,
        bbox: [left, top, right - left, bottom - top],
        area: areaOf(person),
        keypoints: flat(person.joints),
      };
    }),
  };
  const detections = found.map(
    ({ image, score }, i): CocoDetection => ({
      image_id: truth.images[image]?.id ?? -1,
      category_id: 1,
      score,
      keypoints: flat(poses[i] ?? []),
    }),
  );
  const sigmas = chosen.map((j) => truth.skeleton.sigmas[j] ?? Number.NaN);
  return { coco, detections, sigmas };
}

/** pycocotools' names of its figures. */
const cocoNames: Record<string, string> = {
  AP50: "AP .5",
  AP75: "AP .75",
  APm: "AP (M)",
  APl: "AP (L)",
  AR50: "AR .5",
  AR75: "AR .75",
  ARm: "AR (M)",
  ARl: "AR (L)",
  APeasy: "AP (easy)",
  APmedium: "AP (medium)",
  APhard: "AP (hard)",
};

const cocoFigures = ({ stats }: CocoEvaluation): Figure[] =>
  Object.entries(stats).map(([name, value]) => share(cocoNames[name] ?? name, value));

function oks(compared: Compared): Measured {
  const { coco, detections, sigmas } = cocoForm(compared, compared.shared);
  const curves = cocoEvaluate(coco, detections, { sigmas });
  return { figures: cocoFigures(curves), curves };
}

function crowd(compared: Compared): Measured {
  const { coco, detections, sigmas } = cocoForm(compared, compared.shared);
  const curves = crowdPoseEvaluate(coco, detections, { sigmas });
  return { figures: cocoFigures(curves), curves };
}

/** COCO-WholeBody's six evaluations; somebody without a labelled point of a part doesn't count for it. */
function wholeBody(compared: Compared): Measured {
  const { joints } = compared.truth.skeleton;
  const { body, face, leftHand, rightHand } = partsOf(compared.truth.skeleton);
  const isFoot = (j: number) => /toe$|heel$/.test(joints[j] ?? "");
  const parts: [string, number[]][] = [
    ["body", body.filter((j) => !isFoot(j))],
    ["foot", body.filter(isFoot)],
    ["face", face],
    ["left hand", leftHand],
    ["right hand", rightHand],
  ];
  const within = new Set(compared.shared);
  const all = cocoForm(compared, compared.shared);
  const curves = cocoEvaluate(all.coco, all.detections, { sigmas: all.sigmas });
  const figures = parts.flatMap(([name, indices]) => {
    const chosen = indices.filter((j) => within.has(j));
    if (chosen.length === 0) return [];
    const { coco, detections, sigmas } = cocoForm(compared, chosen);
    const { stats } = cocoEvaluate(coco, detections, { sigmas });
    return [share(`AP ${name}`, stats.AP), share(`AR ${name}`, stats.AR)];
  });
  return {
    figures: [...figures, share("AP whole", curves.stats.AP), share("AR whole", curves.stats.AR)],
    curves,
  };
}

/** Labelled people and who found them, joint by joint; whoever wasn't found has NaN. */
function pairsOf({ truth, labelled, partners, known }: Compared): KeypointPairs {
  const J = truth.skeleton.joints.length;
  const predicted = new Float64Array(labelled.length * J * 2).fill(Number.NaN);
  const target = new Float64Array(labelled.length * J * 2);
  const visible = new Uint8Array(labelled.length * J);
  labelled.forEach(({ joints }, n) => {
    const pose = known[partners[n] ?? -1];
    for (let j = 0; j < J; j++) {
      const at = 2 * (n * J + j);
      visible[n * J + j] = (joints[3 * j + 2] ?? 0) > 0 ? 1 : 0;
      target.set([joints[3 * j] ?? 0, joints[3 * j + 1] ?? 0], at);
      if (pose) predicted.set([pose[3 * j] ?? Number.NaN, pose[3 * j + 1] ?? Number.NaN], at);
    }
  });
  return { predicted, truth: target, visible, joints: J };
}

/** One size per person, for x and y alike. */
const twice = (sizes: readonly number[]) => Float64Array.from(sizes.flatMap((size) => [size, size]));

function headShares(compared: Compared): Measured {
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

function shares(compared: Compared): Measured {
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

function limbShares(compared: Compared): Measured {
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

function faces(compared: Compared): Measured {
  const { labelled, truth, partners } = compared;
  const corners = eyeCorners[truth.skeleton.name];
  const sizes = corners
    ? labelled.map(({ joints }) => distanceOf(joints, ...corners))
    : requireSizes(compared, "nme", "neither eyes nor a size of the face");
  const found = partners.filter((partner) => partner >= 0).length / labelled.length;
  const error = meanKeypointError(pairsOf(compared), twice(sizes));
  return { figures: [percent("NME", 100 * error), percent("faces found", 100 * found)] };
}

function hands(compared: Compared): Measured {
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
