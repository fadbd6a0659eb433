import { ASSEMBLY_DEFAULTS, peopleAssembler } from "../../codec/assembly.js";
import type { Limb } from "../../codec/partAffinity.js";
import type { Image } from "../../image/image.js";
import { type CocoStats, cocoEvaluate } from "../../metric/cocoEvaluate.js";
import type { CocoDetection } from "../../metric/cocoSimilarity.js";
import type { Runtime, RuntimeOptions } from "../../seam/runtime.js";
import { convertPose, convertSkeleton } from "../../skeleton/convert.js";
import type { Skeleton } from "../../skeleton/skeleton.js";
import { wholeView } from "./augment.js";
import { cutPicture } from "./crop.js";
import { GRAPH_INPUT, GRAPH_OUTPUT, inferenceGraph } from "./inferenceGraph.js";
import type { NetworkOptions, NetworkParams } from "./network.js";
import type { TrainingSet } from "./trainingSet.js";

/** How a network in training is asked. */
export interface ScoreOptions extends RuntimeOptions {
  readonly network: NetworkOptions;
  readonly skeleton: Skeleton;
  readonly limbs: readonly Limb[];
  readonly stride: number;
  /** Pictures are shown whole, as large as a square of this side holds them. */
  readonly size: number;
}

/** Average precision and recall of a network in training on pictures of a set. */
export interface Score {
  /** As pycocotools names them: AP, AP50, AR … */
  readonly stats: CocoStats;
  /** People found. */
  readonly detections: readonly CocoDetection[];
}

/**
 * Measures a network: whole pictures at one scale, people read from the maps by `peopleAssembler`, compared with the
 * annotations in the layout of their file.
 *
 * @param indices Which pictures of the set.
 * @param read Gives the picture at an index, RGB.
 */
export async function scoreNetwork(
  runtime: Runtime,
  params: NetworkParams,
  { pictures, layout, truth }: TrainingSet,
  indices: readonly number[],
  read: (index: number) => Promise<Image>,
  { network, skeleton, limbs, stride, size, ...options }: ScoreOptions,
): Promise<Score> {
  const loaded = await runtime.load(inferenceGraph(params, network), options);
  const side = size / stride;
  const joints = skeleton.joints.length;
  const grid = { columns: side, rows: side, stride, joints, limbs, skeleton };
  const assemble = peopleAssembler({ ...ASSEMBLY_DEFAULTS, ...grid });
  const sources = convertSkeleton(skeleton, layout);
  const bytes = new Uint8Array(size * size * 3);
  const values = new Float32Array(bytes.length);
  const heatmaps = joints + (network.background === false ? 0 : 1);
  const detections: CocoDetection[] = [];
  for (const index of indices) {
    const view = wholeView(pictures[index], size);
    cutPicture(await read(index), view, size, bytes, values, 0);
    const fed = { [GRAPH_INPUT]: { type: "float32" as const, dims: [1, 3, size, size], data: values } };
    const output = (await loaded.run(fed))[GRAPH_OUTPUT].data as Float32Array;
    const found = assemble(output, output.subarray(heatmaps * side * side));
    for (let p = 0; p < found.count; p++) {
      const person = found.joints.slice(p * joints * 3, (p + 1) * joints * 3);
      const keypoints = new Float32Array(layout.joints.length * 3);
      convertPose(sources, toPicture(person, view.matrix), 3, true, keypoints);
      detections.push({
        image_id: pictures[index].id,
        category_id: 1,
        score: found.scores[p],
        keypoints: Array.from(keypoints, (value) => (Number.isNaN(value) ? 0 : value)),
      });
    }
  }
  await loaded.close();
  const imageIds = indices.map((index) => pictures[index].id);
  const { stats } = cocoEvaluate(truth, detections, { sigmas: layout.sigmas, imageIds });
  return { stats, detections };
}

/** From crop pixels, in place. */
function toPicture(joints: Float32Array, m: ArrayLike<number>): Float32Array {
  for (let i = 0; i < joints.length; i += 3) {
    const [x, y] = [joints[i], joints[i + 1]];
    joints[i] = m[0] * x + m[1] * y + m[2];
    joints[i + 1] = m[3] * x + m[4] * y + m[5];
  }
  return joints;
}
