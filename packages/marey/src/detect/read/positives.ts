import { MareyError } from "@marey/core";
import { ASSEMBLY_DEFAULTS } from "@marey/core/codec";
import { COCO_18, thresholdsOf } from "@marey/core/model/openPose";
import type { Card } from "../../store/card.js";

/**
 * A card whose decoder takes more for people than usual, and more that are none: OpenPose's thresholds for
 * `maximize_positives`, which are the same for all its models, where they are lower than the card's.
 *
 * @throws MareyError `MODEL_OPTIONS` for a network without part affinity fields.
 */
export function withMorePositives(card: Card): Card {
  const { codec } = card;
  if (codec.kind !== "part-affinity")
    throw new MareyError(
      "MODEL_OPTIONS",
      `model "${card.name}"`,
      "only networks with part affinity fields have the thresholds that --maximize-positives lowers",
      "Leave it out, or name a network with part affinity fields such as tfpose-small",
    );
  const own = { ...ASSEMBLY_DEFAULTS, ...codec.thresholds };
  const { peak, sample, share, parts, score } = thresholdsOf(COCO_18, true);
  return {
    ...card,
    codec: {
      ...codec,
      thresholds: {
        ...codec.thresholds,
        minPeak: Math.min(own.minPeak, peak),
        minSample: Math.min(own.minSample, sample),
        minShare: Math.min(own.minShare, share),
        minJoints: Math.min(own.minJoints, parts),
        minScore: Math.min(own.minScore, score),
      },
    },
  };
}
