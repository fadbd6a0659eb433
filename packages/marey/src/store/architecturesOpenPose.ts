import {
  BODY_25,
  BODY_25B,
  COCO_18,
  GRAPH_OUTPUT,
  inferenceGraph,
  limbsByChannel,
  loadWeights,
  MPI_15,
  type NetworkOptions,
  network,
  type PartModel,
  thresholdsOf,
} from "@marey/core/model/openPose";
import type { z } from "zod";
import type { Architecture } from "./architecture.js";
import { cardSchema } from "./card.js";
import { openPosePicture, peopleCard } from "./peopleCard.js";

/** What is known of a network before its weights are. */
type OwnCard = Omit<z.input<typeof cardSchema>, "name" | "file" | "source"> & { title: string };

const { ARCHITECTURES } = network;

const author = "Carnegie Mellon University";
const licence = "OpenPose: academic or non-profit, not commercial";

/** A published network's name in the store. */
const calledHere = (key: keyof typeof ARCHITECTURES): string =>
  ({
    body25: "openpose-body25",
    coco18: "openpose-coco",
    mpi15: "openpose-mpi",
    mpi15Fast: "openpose-mpi-fast",
    body25b: "openpose-body25b",
    body25bFast: "openpose-body25b-fast",
    body135: "body135",
    hand21: "openpose-hand",
    face70: "openpose-face",
  })[key];

const architecture = (options: NetworkOptions, own: OwnCard): Architecture => ({
  summary: own.title,
  build: (tensors, { name, file, source, ...facts }) => ({
    kind: "network",
    onnx: inferenceGraph(loadWeights(options, tensors, file, calledHere), options, name),
    card: cardSchema.parse({ ...own, ...facts, name, file: `${name}.onnx`, source }),
  }),
});

/** A network that sees everybody in the picture. */
function people(
  options: Exclude<NetworkOptions, { kind: "belief" }>,
  model: PartModel,
  fast = false,
): Architecture {
  const { joints, name } = model.skeleton;
  // MPI's maps have many faint peaks; OpenPose demands clear ones of them, fewer of the fast network.
  const { peak } = thresholdsOf(model, false, fast);
  const maps = options.parts + (model.background ? 1 : 0) + 2 * options.limbs;
  const { input, codec } = peopleCard({
    joints,
    // By channel, so that maps that are written out keep the network's order.
    limbs: limbsByChannel(model),
    background: model.background,
    multipleOf: 16,
    longerSide: 656,
  });
  return architecture(options, {
    title: `OpenPose ${model.name}: everybody in the picture, ${joints.length} joints`,
    author,
    licence,
    input,
    outputs: [
      {
        name: GRAPH_OUTPUT,
        shape: [1, maps, null, null],
        meaning: `a map for each joint,${model.background ? " the background," : ""} then x and y of each limb's field; a cell is 8 × 8 pixels`,
      },
    ],
    codec: { ...codec, ...(model === MPI_15 && { thresholds: { minPeak: peak } }) },
    skeleton: name,
    works: "Any number of people, at a cost that hardly grows with them; 656 × 368 for video",
    limits:
      "Not for commercial use; slow without a graphics card; people lower than about 50 pixels are missed",
  });
}

function part(options: NetworkOptions, skeleton: string, title: string, finder: string): Architecture {
  return architecture(options, {
    title,
    author,
    licence,
    input: { ...openPosePicture, height: 368, width: 368 },
    outputs: [
      {
        name: GRAPH_OUTPUT,
        shape: [1, options.parts + 1, 46, 46],
        meaning: "a map for each point, the background",
      },
    ],
    codec: { kind: "heatmap", maps: GRAPH_OUTPUT, layout: "NCHW", middle: true },
    crop: { margin: 1, finder },
    skeleton,
    works: "One part in a square crop",
    limits: "Not for commercial use; gives all points even where there is none",
  });
}

const hand = part(
  ARCHITECTURES.hand21,
  "hand21",
  "OpenPose hand: 21 points of a right hand in a square crop; mirror left ones",
  "handdetect",
);
const face = part(ARCHITECTURES.face70, "face70", "OpenPose face: 70 points in a square crop", "blazeface");
const coco = people(ARCHITECTURES.coco18, COCO_18);
const mpi = people(ARCHITECTURES.mpi15, MPI_15);

/** OpenPose's networks by the names that `marey models import --network` takes. */
export const openPoseArchitectures: Readonly<Record<string, Architecture>> = {
  "openpose-body25": people(ARCHITECTURES.body25, BODY_25),
  "openpose-coco": coco,
  "openpose-coco18": coco,
  "openpose-mpi": mpi,
  "openpose-mpi15": mpi,
  "openpose-mpi-fast": people(ARCHITECTURES.mpi15Fast, MPI_15, true),
  "openpose-body25b": people(ARCHITECTURES.body25b, BODY_25B),
  "openpose-body25b-fast": people(ARCHITECTURES.body25bFast, BODY_25B),
  "openpose-hand": hand,
  "openpose-face": face,
};
