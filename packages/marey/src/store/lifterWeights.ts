import { MareyError } from "@marey/core";
import { random } from "@marey/core/array";
import { type StoredTensor, writeSafetensors } from "@marey/core/format";
import { network, officialWeights, receptiveField } from "@marey/core/model/videoPose3d";
import { leaves, load } from "@marey/core/nn";
import { h36m17 } from "@marey/core/skeleton";
import type { ArchitectureFacts, BuiltModel } from "./architecture.js";
import { sha256Of } from "./digest.js";

/** Hz of Human3.6M's videos, which all published weights were trained on. */
const HUMAN36M_RATE = 50;

/**
 * A lifter of the official weights of VideoPose3D (Pavllo et al. 2019), of our checkpoints, or of MMPose's: the sizes are
 * read off the tensors. Numbers are kept as float32.
 *
 * @throws MareyError `WEIGHTS_MISMATCH` when these are other tensors, or those of other joints than Human3.6M's 17.
 */
export function videoPose3dLifter(
  weights: ReadonlyMap<string, StoredTensor>,
  { name, title, licence = "unknown", file }: ArchitectureFacts,
): BuiltModel {
  const tensors = officialWeights(weights, "model_pos");
  const { filterWidths, channels } = sizesOf(tensors, file);
  const joints = h36m17.joints.length;
  const empty = network.init(random(0), { filterWidths, channels, jointsIn: joints, jointsOut: joints });
  const params = load(empty, tensors, file);
  const kept = new Map<string, StoredTensor>();
  for (const [path, { shape, data }] of leaves(params))
    kept.set(path, { dtype: "F32", shape: [...shape], data });
  const bytes = writeSafetensors(kept, { format: "pt" });
  const frames = receptiveField(filterWidths);
  return {
    kind: "lifter",
    weights: bytes,
    card: {
      name,
      title: title ?? `VideoPose3D of ${frames} frames`,
      file: `${name}.safetensors`,
      sha256: sha256Of(bytes),
      filterWidths,
      channels,
      frameRate: HUMAN36M_RATE,
      skeleton: "h36m17",
      input: "screen",
      licence,
      data: "Human3.6M, as far as is known",
      training: `imported from ${file}`,
      accuracy: "not measured here",
      works: `Keypoints of one camera at ${HUMAN36M_RATE} Hz; each pose depends on ${frames} frames`,
      limits:
        "Published weights were trained on Human3.6M's four cameras and on the detector of their paper: other views and detectors cost accuracy",
    },
  };
}

/** Filter widths and channels, as the shapes of the convolutions tell them. */
function sizesOf(
  tensors: ReadonlyMap<string, StoredTensor>,
  file: string,
): { filterWidths: number[]; channels: number } {
  const shapeOf = (name: string) => tensors.get(name)?.shape;
  const [channels, features, first] = shapeOf("expand_conv.weight") ?? [];
  if (channels === undefined || features === undefined || first === undefined)
    throw new MareyError(
      "WEIGHTS_MISMATCH",
      file,
      '"expand_conv.weight" is missing or has no 3 sizes',
      "Give weights of VideoPose3D; `--key model_pos` picks the network of a checkpoint",
    );
  const joints = h36m17.joints.length;
  if (features !== 2 * joints)
    throw new MareyError(
      "WEIGHTS_MISMATCH",
      file,
      `"expand_conv.weight" takes ${features} numbers a frame, expected ${2 * joints} for ${joints} joints`,
      "Give weights that were trained on Human3.6M's 17 joints",
    );
  const filterWidths = [first];
  // Each block has two convolutions; the second joins no frames.
  for (let layer = 0; ; layer += 2) {
    const width = shapeOf(`layers_conv.${layer}.weight`)?.[2];
    if (width === undefined) return { filterWidths, channels };
    filterWidths.push(width);
  }
}
