import type { Annotations } from "@marey/core/format";
import {
  type CocoDetection,
  type CocoEvaluation,
  type CocoTruth,
  cocoEvaluate,
  crowdPoseEvaluate,
} from "@marey/core/metric";
import { partsOf } from "@marey/core/skeleton";
import type { Compared } from "./compared.js";
import { type Figure, type Measured, share } from "./figure.js";
import { faces, hands, headShares, limbShares, shares } from "./pairMeasures.js";

/** A measure's meaning and how it is taken. */
export interface Measure {
  summary: string;
  measure(compared: Compared): Measured;
}

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
