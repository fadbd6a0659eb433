import { MareyError } from "@marey/core";
import type { Network, Runtime } from "@marey/core/seam";
import type { Card } from "../../store/card.js";
import { cards, loadNetwork } from "../../store/index.js";
import { openNetwork } from "../../store/openCard.js";
import { withMorePositives } from "../read/positives.js";
import { givesJoints } from "../read/readers.js";
import type { Eyes } from "../sight.js";
import { bodyEyes } from "./bodies.js";
import { cropEyes } from "./crops.js";
import { finderEyes } from "./finder.js";
import { faceEyes, handEyes } from "./partsAlone.js";
import { type LooksOptions, pictureEyes, pictureLooker } from "./pictureEyes.js";
import { placerEyes } from "./placerEyes.js";
import { withStills } from "./stillEyes.js";

/** Methods by name, with the networks that they run. */
export const eyeModels = {
  default: {
    networks: ["movenet-multipose", "movenet-thunder"],
    stills: "nanodet",
    summary: "multi-pose finds people (with NanoDet in single pictures), thunder places their joints",
    make: (networks: Network[], boxes: Opening) => moveNetEyes(networks, boxes, "movenet-thunder", 256),
  },
  fast: {
    networks: ["movenet-multipose"],
    summary: "multi-pose alone, longer side 256, 30 looks a second",
    make: ([finder]: Network[]) => finderEyes(finder as Network, 256, 1 / 30),
  },
  "movenet-multipose": {
    networks: ["movenet-multipose"],
    summary: "multi-pose alone, longer side 512: more and smaller people",
    make: ([finder]: Network[]) => finderEyes(finder as Network, 512),
  },
  "movenet-lightning": {
    networks: ["movenet-multipose", "movenet-lightning"],
    stills: "nanodet",
    summary: "as default, with the lighter network on the crops",
    make: (networks: Network[], boxes: Opening) => moveNetEyes(networks, boxes, "movenet-lightning", 192),
  },
  "blazepose-full": {
    networks: ["movenet-multipose", "blazepose-full"],
    summary: "multi-pose finds people, BlazePose places 33 joints",
    make: ([finder, placer]: Network[]) => bodyEyes(finder as Network, placer as Network),
  },
  "blazepose-lite": {
    networks: ["movenet-multipose", "blazepose-lite"],
    summary: "as blazepose-full, with the lighter network",
    make: ([finder, placer]: Network[]) => bodyEyes(finder as Network, placer as Network),
  },
  hands: {
    networks: ["handdetect", "handlandmark-full"],
    summary: "hands without bodies, as in close-ups: 21 joints each",
    make: ([palm, hand]: Network[]) => handEyes([palm as Network, hand as Network]),
  },
  faces: {
    networks: ["blazeface", "facemesh", "iris"],
    summary: "faces without bodies: 70 points each",
    make: ([finder, mesh, iris]: Network[]) => faceEyes([finder as Network, mesh as Network, iris]),
  },
} satisfies Record<string, EyeModel>;

/** Methods that see bodies. */
export const bodyModels = Object.keys(eyeModels).filter((name) => name !== "hands" && name !== "faces");

/** Loads a network. */
type Opening = () => Promise<Network>;

interface EyeModel {
  networks: string[];
  /** Network that only pictures that stand alone need: videos never load it. */
  stills?: string;
  summary: string;
  make(networks: Network[], stills: Opening): unknown;
}

type EyeModelName = keyof typeof eyeModels;

/** MoveNet's networks for everybody and for one person at work together. */
function moveNetEyes(networks: Network[], boxes: Opening, placed: string, side: number) {
  const [finder, placer] = networks as [Network, Network];
  return withStills(cropEyes(finder, placer, side), placed, { finder, placer, boxes });
}

export interface EyeOptions extends LooksOptions {
  /**
   * Name of a method (`eyeModels`), of a network, embedded or in the models folder, or the path of a network's card;
   * `default` when absent.
   */
  model?: string;
  /** Name or card of the network that finds people, for networks that look at one person at a time; the card's when absent. */
  finder?: string;
  /** Find more people, and more that are none: lower thresholds, of networks with part affinity fields only. */
  maximizePositives?: boolean;
  /** Where the networks run. */
  runtime: Runtime;
}

/**
 * Opens eyes by the name of a method or of a network, or by a card. A method stands before a network of the same name, unless a
 * finder, mirrored pictures or scales are asked for: those are matters of networks.
 *
 * @throws MareyError `MODEL_UNKNOWN` with the names that there are, `CARD_INVALID`, `CARD_DISAGREES`, `MODEL_JOINTLESS` for a
 *   network that only finds, and as `loadNetwork`.
 */
export async function openEyes({ model = "default", runtime, ...options }: EyeOptions): Promise<Eyes> {
  const { finder, size, flip = false, scales = [], maximizePositives = false } = options;
  const unscaled = size === undefined && scales.every((scale) => scale === 1);
  const plain = finder === undefined && unscaled && !flip && !maximizePositives;
  if (isEyeModel(model) && (plain || !cards.some(({ name }) => name === model))) {
    const { networks, stills, make }: EyeModel = eyeModels[model];
    if (!plain)
      throw new MareyError(
        "MODEL_OPTIONS",
        `model "${model}"`,
        "its finder, its sizes, its thresholds and how often it looks are its own",
        `Leave finder, size, flip, scales and lower thresholds out, or name a network: ${cards
          .filter(givesJoints)
          .map(({ name }) => name)
          .join(", ")}`,
      );
    // Each of these eyes knows its own people; whoever opens them by name hands them back as they come.
    const load = (name: string) => loadNetwork(runtime, name);
    return make(await Promise.all(networks.map(load)), () => load(stills as string)) as Eyes;
  }
  return cardEyes(model, runtime, options);
}

/** Scales at which a picture that stands alone is searched. */
const closerLooks = [0.5, 1];

/** Eyes by a network's card, with a finder's where joints are placed in crops. */
async function cardEyes(
  model: string,
  runtime: Runtime,
  { finder, size, maximizePositives, ...looks }: Omit<EyeOptions, "model" | "runtime">,
): Promise<Eyes> {
  const { card: given, network } = await openNetwork(runtime, model, undefined, Object.keys(eyeModels));
  const shown = size ? sized(given, size) : given;
  const card = maximizePositives ? withMorePositives(shown) : shown;
  if (!givesJoints(card))
    throw new MareyError(
      "MODEL_JOINTLESS",
      `model "${model}"`,
      "the network finds people but places no joints",
      `Give it as the finder of another: --model movenet-thunder --finder ${model}`,
    );
  if (!card.crop) {
    if (finder !== undefined)
      throw new MareyError(
        "MODEL_OPTIONS",
        `model "${model}"`,
        "the network looks at the whole picture and needs no finder",
        "Leave the finder out",
      );
    return pictureEyes(card, network, looks);
  }
  const found = await openNetwork(runtime, finder ?? card.crop.finder);
  if (found.card.crop)
    throw new MareyError(
      "MODEL_OPTIONS",
      `finder "${found.card.name}"`,
      "it needs a finder itself: it looks at one person at a time",
      `Take one that looks at whole pictures: ${cards
        .filter(({ crop }) => !crop)
        .map(({ name }) => name)
        .join(", ")}`,
    );
  const see = (options: LooksOptions = {}) => pictureLooker(found.card, found.network, options);
  // Small people are found in a large picture, those who fill it in a small one.
  const closer = found.card.input.width === null ? see({ scales: closerLooks }) : undefined;
  return placerEyes(card, network, { finder: see(), ...(closer && { closer }) }, looks);
}

/** A card with another size of the input. @throws MareyError `MODEL_OPTIONS` where the network's size isn't free. */
function sized(card: Card, [width, height]: NonNullable<LooksOptions["size"]>): Card {
  const { input } = card;
  const step = input.multipleOf ?? 1;
  const wrong = [width, height].find((side) => side !== null && !(side > 0 && side % step === 0));
  if (input.width === null && input.height === null && wrong === undefined)
    return { ...card, input: { ...input, width, height } };
  throw new MareyError(
    "MODEL_OPTIONS",
    `model "${card.name}"`,
    wrong === undefined
      ? `the network takes ${input.width} × ${input.height} pixels and no other size`
      : `it takes whole multiples of ${step} pixels, not ${wrong}`,
    wrong === undefined ? "Leave the size out" : `Give a multiple of ${step}`,
  );
}

function isEyeModel(name: string): name is EyeModelName {
  return Object.hasOwn(eyeModels, name);
}
