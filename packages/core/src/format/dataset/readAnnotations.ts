import { readJson } from "../lines.js";
import { type Annotations, invalidAnnotations } from "./annotations.js";
import { readCarFusion } from "./carFusion.js";
import { cocoFile, readCocoAnnotations } from "./cocoAnnotations.js";
import { cocoVariants } from "./cocoVariants.js";
import { readFacePoints } from "./facePoints.js";
import { readLsp } from "./lsp.js";
import { isMpii, readMpii } from "./mpii.js";

/**
 * Reads the annotations of a 2D data set, told by what the file holds: COCO, COCO-WholeBody, HALPE, Human-Art,
 * CrowdPose, AI Challenger, PoseTrack 2018, J-HMDB, hands (FreiHAND and Panoptic), faces (300W, AFLW, COFW, WFLW) and
 * anything else in COCO's format, MPII as JSON, LSP as NPZ, 300W's `.pts` and CarFusion's text. Joints that a file
 * names and no layout has become a layout of their own.
 *
 * @throws MareyError `ANNOTATIONS_INVALID` naming the entry at fault, or saying that it is no data set's file;
 *   `JSON_INVALID`, `TEXT_INVALID`, and the errors of NPZ files.
 */
export function readAnnotations(bytes: Uint8Array, name = "annotations.json"): Annotations {
  if (/\.pts$/i.test(name)) return readFacePoints(bytes, name);
  if (/\.txt$/i.test(name)) return readCarFusion(bytes, name);
  if (bytes[0] === 0x50 && bytes[1] === 0x4b) return readLsp(bytes, name);
  const content = readJson(bytes, name);
  if (isMpii(content)) return readMpii(content, name);
  const file = cocoFile(content, name);
  const variant = file && cocoVariants.find(({ isOf }) => isOf(file));
  if (variant) return readCocoAnnotations(file, name, variant);
  throw invalidAnnotations(
    name,
    "it has neither COCO's images and annotations nor MPII's joints",
    "Pass the annotation file of a data set; its results or detections are something else",
  );
}
