import { MareyError } from "@marey/core";
import { inferenceGraph, loadWeights } from "@marey/core/model/simpleBaseline";
import { coco17, mpii16, type Skeleton } from "@marey/core/skeleton";
import type { Architecture } from "./architecture.js";
import { cardSchema } from "./card.js";
import { poserCard } from "./poserCard.js";

/** A network for crops of one size; joints, layers and channels are read off the weights. */
const simpleBaseline = (width: number, height: number): Architecture => ({
  summary: `Simple Baselines (Xiao et al. 2018) of any depth, crops of ${width}×${height}: the joints of one person`,
  build(tensors, { name, file, source, ...facts }) {
    const { params, options } = loadWeights(tensors, file);
    const { joints, depth } = options;
    const skeleton = skeletonOf(joints, file);
    // MMPose's checkpoints call the backbone so; they were trained on RGB, the authors' on BGR.
    const isOfMmpose = [...tensors.keys()].some((path) => path.startsWith("backbone."));
    const input = [width, height] as const;
    return {
      kind: "network",
      onnx: inferenceGraph(params, input, name),
      card: cardSchema.parse({
        title: `Simple Baselines, ResNet-${depth}: ${joints} joints of one person`,
        ...facts,
        name,
        file: `${name}.onnx`,
        source,
        ...poserCard({ joints, input, coding: "quarter", colour: isOfMmpose ? "RGB" : "BGR" }),
        skeleton: skeleton.name,
        works: "One person in a crop, at a cost that grows with the number of people",
        limits: "Two people in one crop give one mixed pose; slow without a graphics card",
      }),
    };
  },
});

function skeletonOf(joints: number, file: string): Skeleton {
  const found = [coco17, mpii16].find((layout) => layout.joints.length === joints);
  if (found) return found;
  throw new MareyError(
    "WEIGHTS_MISMATCH",
    file,
    `the network gives ${joints} joints, and nothing says which`,
    "Weights of COCO's 17 or MPII's 16 joints are taken; write the network as ONNX and import it with a card",
  );
}

/** By the names that `marey models import --network` takes. */
export const simpleBaselineArchitectures: Readonly<Record<string, Architecture>> = {
  "simple-baseline": simpleBaseline(192, 256),
  "simple-baseline-384": simpleBaseline(288, 384),
  "simple-baseline-mpii": simpleBaseline(256, 256),
};
