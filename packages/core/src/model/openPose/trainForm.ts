import type { Limb } from "../../codec/partAffinity.js";
import { MareyError } from "../../error.js";
import type { Skeleton } from "../../skeleton/skeleton.js";
import type { DenseStage, NetworkOptions } from "./network.js";
import { BODY_25, COCO_18, limbsByChannel, MPI_15 } from "./parts.js";

/** A network to train: joints, limbs in the order of the field channels, and the network's sizes. */
export interface TrainingForm {
  readonly skeleton: Skeleton;
  readonly limbs: readonly Limb[];
  readonly options: NetworkOptions;
}

/** Sizes of a network; 1, 4, 2 and 5 are BODY_25's, 1 and 6 those of the networks of 2017. */
export interface FormSizes {
  /** Share of the published channels. */
  readonly width: number;
  /** Stages of fields; of fields and parts side by side in the networks of 2017. */
  readonly fieldStages: number;
  /** Stages of parts after them; not in the networks of 2017. */
  readonly partStages: number;
  /** Dense triples in each stage; not in the networks of 2017. */
  readonly triples: number;
}

const models = { body25: BODY_25, coco18: COCO_18, mpi15: MPI_15 } as const;
const channels = [64, 96, 128, 256, 512];

/**
 * A network in the form of a published one, of other sizes and, when a skeleton is given, for other joints: its edges
 * become the limbs.
 *
 * @param name `body25` (2019), `coco18` or `mpi15` (2017).
 * @throws MareyError `RECIPE_SETTING` for another name.
 */
export function trainingForm(name: string, sizes: FormSizes, own?: Skeleton): TrainingForm {
  if (!Object.hasOwn(models, name))
    throw new MareyError(
      "RECIPE_SETTING",
      `network=${name}`,
      `there are ${Object.keys(models).join(", ")}`,
      "Name one of these",
    );
  const model = models[name as keyof typeof models];
  const skeleton = own ?? model.skeleton;
  const limbs = own ? own.edges : limbsByChannel(model);
  const { width, fieldStages, partStages, triples } = sizes;
  const common = {
    parts: skeleton.joints.length,
    limbs: limbs.length,
    widths: Object.fromEntries(
      channels.map((published) => [published, Math.max(1, Math.round(published * width))]),
    ),
  };
  const stages = (count: number): DenseStage[] =>
    Array.from({ length: count }, (_, i) => ({
      triples,
      width: i === 0 ? 96 : 128,
      wide: i === 0 ? 256 : 512,
    }));
  const options: NetworkOptions =
    name === "body25"
      ? { kind: "dense", ...common, fieldStages: stages(fieldStages), partStages: stages(partStages) }
      : { kind: "paired", ...common, stages: fieldStages };
  return { skeleton, limbs, options };
}
