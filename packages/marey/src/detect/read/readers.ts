import type { Network } from "@marey/core/seam";
import { type Card, cardSkeleton } from "../../store/card.js";
import { anchorReader } from "./anchorReader.js";
import { heatmapReader } from "./heatmapReader.js";
import { jointReader, landmarkReader } from "./jointReader.js";
import { offsetReader } from "./offsetReader.js";
import { partAffinityReader } from "./partAffinityReader.js";
import { disagreement, type Reader, type Reading } from "./reader.js";
import { boxReader, distributionReader, peopleReader } from "./rowReader.js";
import { simccReader } from "./simccReader.js";

/** Kinds of decoders that place one person's joints in a crop or a picture. */
const ofOnePerson = ["heatmap", "simcc", "joints", "landmarks"];
/** Those that only find. */
const withoutJoints = ["boxes", "distributions", "anchors"];

/** Whether a card's network gives joints. */
export const givesJoints = ({ codec }: Card): boolean => !withoutJoints.includes(codec.kind);

/**
 * The reader of a card's outputs.
 *
 * @param network Its network, whose names of inputs and outputs must be those of the card.
 * @throws MareyError `CARD_DISAGREES` naming the field, `CARD_INVALID` where the card contradicts itself.
 */
export function readerOf(card: Card, network: Pick<Network, "inputs" | "outputs">): Reader {
  if (card.crop && !ofOnePerson.includes(card.codec.kind))
    throw disagreement(
      card,
      "crop",
      `the codec "${card.codec.kind}" reads whole pictures`,
      "Leave the crop out of the card",
    );
  const reader = makeReader({ card, skeleton: cardSkeleton(card) });
  if (network.inputs.length !== 1 || network.inputs[0] !== card.input.name)
    throw disagreement(
      card,
      "input.name",
      `"${card.input.name}", but the network's inputs are ${network.inputs.join(", ")}`,
      network.inputs.length === 1
        ? `Write "${network.inputs[0]}"`
        : "Export the network with one input, the picture",
    );
  const missing = reader.outputs.find((name) => !network.outputs.includes(name));
  if (missing !== undefined)
    throw disagreement(
      card,
      "codec",
      `it reads an output "${missing}", but the network's outputs are ${network.outputs.join(", ")}`,
      "Name the network's outputs in the codec",
    );
  return reader;
}

function makeReader(reading: Reading): Reader {
  const { codec } = reading.card;
  switch (codec.kind) {
    case "part-affinity":
      return partAffinityReader(reading, codec);
    case "heatmap":
      return heatmapReader(reading, codec);
    case "offsets":
      return offsetReader(reading, codec);
    case "simcc":
      return simccReader(reading, codec);
    case "joints":
      return jointReader(reading, codec);
    case "landmarks":
      return landmarkReader(reading, codec);
    case "people":
      return peopleReader(reading, codec);
    case "boxes":
      return boxReader(reading, codec);
    case "distributions":
      return distributionReader(reading, codec);
    case "anchors":
      return anchorReader(reading, codec);
  }
}
