import { MareyError } from "@marey/core";
import {
  GRAPH_INPUT,
  GRAPH_OUTPUT,
  limbsByChannel,
  type NetSizeOptions,
  type OfficialSight,
  officialReader,
  officialSkeleton,
  PART_MODELS,
  type PartModel,
  type PartNetworks,
  type PartOptions,
  thresholdsOf,
} from "@marey/core/model/openPose";
import type { Network, Runtime } from "@marey/core/seam";
import { type Card, cardSkeleton } from "../../store/card.js";
import { openNetwork } from "../../store/openCard.js";
import { findStored } from "../../store/stored.js";
import type { MapReader, Reader } from "../read/reader.js";
import { readerOf } from "../read/readers.js";
import type { Eyes, Sight, SightMaps } from "../sight.js";
import { lender } from "./memory.js";
import { handFollower } from "./officialHands.js";
import { byteFiller } from "./shown.js";

export interface OfficialEyesOptions extends Partial<NetSizeOptions> {
  /** Name or card of a network with part affinity fields of one of OpenPose's models; the stored BODY_25 when absent. */
  model?: string;
  /** Where the networks run. */
  runtime: Runtime;
  /** Whose parser: that of OpenPose's program for processors (default) or for graphics cards. */
  parser?: "cpu" | "gpu";
  /** Find more people, and more that are none. */
  maximizePositives?: boolean;
  /** At most so many people (`number_people_max`); all when absent. */
  people?: number;
  /** Look at hands and faces with OpenPose's networks, which must be stored. */
  hands?: boolean;
  face?: boolean;
  /** How hands and faces are looked at. */
  partOptions?: Partial<PartOptions>;
  /** Steady the boxes of hands by where they were in the picture before (`hand_detector` 3). */
  followHands?: boolean;
}

/** Names under which OpenPose's networks of hands and faces are looked for, in this order. */
const handNames = ["openpose-hand", "openpose-hand-pytorch"] as const;
const faceNames = ["openpose-face", "openpose-face-pytorch"] as const;

/**
 * Eyes that do what the OpenPose program does, step by step (`officialReader`), for whoever needs its numbers: its sizes, input,
 * mean over sizes, parser, people to keep, boxes and readings of hands and face. Coordinates have OpenPose's half pixel.
 * Pictures are wanted at full size, since OpenPose sees them so.
 *
 * @throws MareyError `MODEL_OPTIONS` for networks that are none of OpenPose's models, `OPENPOSE_SIZE`, and as `openNetwork`.
 */
export async function openOfficialEyes({
  model: name = "openpose-body25",
  runtime,
  hands = false,
  face = false,
  ...options
}: OfficialEyesOptions): Promise<Eyes> {
  const { card, network } = await openNetwork(runtime, name);
  const model = requirePartModel(card);
  const parts: PartNetworks = {
    ...(hands && { hand: await openPart(runtime, handNames, 21) }),
    ...(face && { face: await openPart(runtime, faceNames, 70) }),
  };
  return officialEyes(card, network, model, { ...options, resolution: resolutionOf(card, options), parts });
}

function officialEyes(
  card: Card,
  network: Network,
  model: PartModel,
  {
    parser = "cpu",
    people = -1,
    maximizePositives = false,
    followHands = false,
    parts,
    ...options
  }: Omit<OfficialEyesOptions, "model" | "runtime" | "hands" | "face"> & { parts: PartNetworks },
): Eyes {
  const reader = readerOf(card, network);
  const skeleton = officialSkeleton(model, parts);
  const follower = followHands && parts.hand ? handFollower(model, skeleton) : undefined;
  // Each look has memory of its own: a reader reads one picture at a time.
  const lend = lender(() => {
    const own: { before?: Sight | undefined } = {};
    const read = officialReader(spokenTo(card, network, reader), {
      ...options,
      model,
      parts,
      assembly: parser === "gpu" || needsAll(model) ? "together" : "edges",
      maximizePositives,
      thresholds: thresholdsFor(card, model, maximizePositives),
      numberPeopleMax: people,
      ...(follower && { boxesOf: (person) => follower.boxesOf(person, own.before) }),
    });
    return { own, read };
  });
  return {
    skeleton,
    longerSide: Number.POSITIVE_INFINITY,
    follows: follower !== undefined,
    look: (image, { maps = false, previous } = {}) =>
      lend(async ({ own, read }) => {
        own.before = previous;
        const seen = await read(image);
        const sight: Sight = {
          people: seen.people,
          sinceFound: 0,
          ...(maps && { maps: shownMaps(seen, model) }),
        };
        return follower ? follower.seen(sight) : sight;
      }),
    close: async () => {
      await Promise.all([network.close(), parts.hand?.close(), parts.face?.close()]);
    },
  };
}

/** The models with many redundant edges were never read by the program for processors, whose parser can't use them. */
const needsAll = ({ background, name }: PartModel): boolean => !background || name === "BODY_25E";

/** OpenPose's; the threshold of peaks is the card's where it states one: two of MPI's networks differ in it. */
function thresholdsFor({ codec }: Card, model: PartModel, maximizePositives: boolean) {
  const own = thresholdsOf(model, maximizePositives);
  const stated = codec.kind === "part-affinity" ? codec.thresholds.minPeak : undefined;
  return maximizePositives || stated === undefined ? own : { ...own, peak: stated };
}

/** What OpenPose's program calls heat maps: at the size of the input, in memory of their own. */
const shownMaps = (
  { maps, channels, columns, rows, candidates }: OfficialSight,
  { skeleton, background }: PartModel,
): SightMaps => ({
  data: maps.slice(),
  channels,
  columns,
  rows,
  joints: skeleton.joints.length,
  background,
  candidates: candidates.map((list) => list.slice()),
});

/** OpenPose's model that a card's network is: by its joints, its background, and its limbs in the order of their fields. */
function requirePartModel(card: Card): PartModel {
  const { codec } = card;
  const skeleton = cardSkeleton(card);
  const found = Object.values(PART_MODELS).find((model) => {
    if (codec.kind !== "part-affinity" || model.skeleton.name !== skeleton?.name) return false;
    const { joints } = model.skeleton;
    const limbs = limbsByChannel(model).map(([a, b]) => `${joints[a]} ${joints[b]}`);
    const own = codec.limbs.map((limb) => limb.joints.join(" "));
    return model.background === codec.background && limbs.join() === own.join();
  });
  if (found) return found;
  throw refused(
    card.name,
    "it is none of OpenPose's models, so there is no reading of OpenPose's for it",
    `Name a network of ${Object.keys(PART_MODELS).join(", ")}, such as openpose-body25, or leave --official out`,
  );
}

/** The size of the network's input: a network of a fixed size has but one. */
function resolutionOf(
  { name, input: { width, height, multipleOf = 1 } }: Card,
  { resolution }: Partial<NetSizeOptions>,
): NetSizeOptions["resolution"] {
  if (16 % multipleOf !== 0)
    throw refused(
      name,
      `it takes multiples of ${multipleOf} pixels, OpenPose's sizes are multiples of 16`,
      "Leave --official out",
    );
  const asked = resolution ?? [width ?? -1, height ?? 368];
  const fits = [width, height].every((side, i) => side === null || side === asked[i]);
  if (fits) return asked;
  throw refused(
    name,
    `it takes ${width ?? "any"} × ${height ?? "any"} pixels, not ${asked.join(" × ")}`,
    "Leave --net-resolution out",
  );
}

const refused = (name: string, what: string, remedy: string) =>
  new MareyError("MODEL_OPTIONS", `model "${name}"`, what, remedy);

/** A network of hands or faces, under the first of the names that is stored. */
async function openPart(
  runtime: Runtime,
  names: readonly [string, ...string[]],
  count: number,
): Promise<Network> {
  let stored: string = names[0];
  for (const name of [...names].reverse()) if (await findStored(name)) stored = name;
  const { card, network } = await openNetwork(runtime, stored);
  if (card.codec.kind === "heatmap" && cardSkeleton(card)?.joints.length === count) return network;
  throw refused(
    stored,
    `under this name a network of ${count} points is expected`,
    `Remove it, and import OpenPose's: marey models pull ${names[0]}`,
  );
}

/**
 * A card's network as OpenPose's reading speaks to it: in goes a picture as OpenPose's networks see it, out come maps of joints,
 * background and fields. Networks with other inputs, such as those on MobileNet, get what their cards say.
 */
function spokenTo(card: Card, network: Network, reader: Reader): Network {
  const { collect } = reader.maps as MapReader;
  const { input } = card;
  const fill = byteFiller(input);
  const Values = { float32: Float32Array, int32: Int32Array, uint8: Uint8Array }[input.type];
  let pixels = new Uint8Array(0);
  let values = new Values(0);
  return {
    inputs: [GRAPH_INPUT],
    outputs: [GRAPH_OUTPUT],
    async run(feeds) {
      const { dims, data } = feeds[GRAPH_INPUT] as { dims: readonly number[]; data: ArrayLike<number> };
      const [, , height = 0, width = 0] = dims;
      if (pixels.length !== data.length) {
        pixels = new Uint8Array(data.length);
        values = new Values(data.length);
      }
      toBytes(data, pixels);
      fill(pixels, values);
      const shape = input.layout === "NHWC" ? [1, height, width, 3] : [1, 3, height, width];
      const feed = { type: input.type, dims: shape, data: values };
      const {
        data: maps,
        channels,
        rows,
        columns,
      } = collect(await network.run({ [input.name]: feed }, reader.outputs));
      return { [GRAPH_OUTPUT]: { type: "float32", dims: [1, channels, rows, columns], data: maps } };
    },
    close: () => network.close(),
  };
}

/** Planes of blue, green, red as byte / 256 − 0.5 → bytes of red, green, blue pixel by pixel. */
function toBytes(planes: ArrayLike<number>, pixels: Uint8Array): void {
  const area = pixels.length / 3;
  for (let c = 0; c < 3; c++)
    for (let i = 0, p = 2 - c; i < area; i++, p += 3)
      pixels[p] = Math.round(256 * ((planes[c * area + i] as number) + 0.5));
}
