import { MareyError } from "../../error.js";
import type { Image } from "../../image/image.js";
import type { Detection } from "../../motion/keypoints.js";
import type { Network } from "../../seam/runtime.js";
import { face70 } from "../../skeleton/index.js";
import { withParts } from "../../skeleton/parts.js";
import type { Skeleton } from "../../skeleton/skeleton.js";
import { mapAverager } from "./averageMaps.js";
import { type PartNetworks, type PartOptions, partReader, type SeenParts } from "./inferParts.js";
import { keepTopPeople } from "./keepTop.js";
import { drawNetInput } from "./netInput.js";
import { type NetSize, type NetSizeOptions, netSizes } from "./netSize.js";
import { type OfficialParserOptions, officialParser } from "./officialParser.js";
import { type PartBoxes, partBoxes } from "./partBoxes.js";
import type { PartModel } from "./parts.js";

/** How OpenPose reads a picture, by its own flags' names where they have one. */
export interface OfficialOptions
  extends Partial<NetSizeOptions>,
    Pick<OfficialParserOptions, "assembly" | "maximizePositives" | "thresholds"> {
  readonly model: PartModel;
  /** Most people, −1 for all (`number_people_max`). */
  readonly numberPeopleMax?: number;
  /** Networks of hands and faces. */
  readonly parts?: PartNetworks;
  readonly partOptions?: Partial<PartOptions>;
  /** Boxes to look in instead of those that the body gives (`hand_detector`, `face_detector` 2 and 3). */
  readonly boxesOf?: (person: Detection, place: number) => PartBoxes;
}

/** What was read of a picture. */
export interface OfficialSight {
  /** Joints in pixels of the picture with OpenPose's half pixel: body, then face and hands where they were asked for. */
  readonly people: Detection[];
  /** channels×rows×columns at the size of the first input, averaged over all sizes. Overwritten by the next picture. */
  readonly maps: Float32Array;
  readonly columns: number;
  readonly rows: number;
  readonly channels: number;
  /** By part: x, y in pixels of the picture, value. */
  readonly candidates: readonly Float32Array[];
}

/** Pixels of a network's input from cell to cell. */
const STRIDE = 8;

/** The joints that an official reader gives. */
export const officialSkeleton = ({ skeleton }: PartModel, parts: PartNetworks = {}): Skeleton =>
  withParts(skeleton, { ...(parts.face && { face: face70 }), hands: parts.hand !== undefined });

/**
 * A reader of pictures that does what the OpenPose program does, step by step: sizes, input, mean over sizes, enlarged maps,
 * its parser, its boxes and readings of hands and face. For its numbers; Marey's own way is faster and finds more.
 *
 * @param network Of the model (`inferenceGraph`).
 * @returns A function of a picture; one at a time, since memory is used again.
 */
export function officialReader(network: Network, options: OfficialOptions) {
  const { model, numberPeopleMax = -1, parts = {}, boxesOf } = options;
  const look = netLooker(network);
  const readParts = partReader(parts, options.partOptions);
  const skeleton = officialSkeleton(model, parts);
  let prepared: ReturnType<typeof prepare> | undefined;
  return async (image: Image): Promise<OfficialSight> => {
    const { sizes, toPicture } = netSizes(image, options);
    const seen: Float32Array[] = [];
    for (const size of sizes) seen.push(await look(image, size, model));
    prepared = fitting(prepared, sizes) ?? prepare(sizes, seen[0], options);
    const { average, parse, maps, channels } = prepared;
    average(seen, maps);
    const { width: columns, height: rows } = sizes[0];
    const first = model.skeleton.joints.length + (model.background ? 1 : 0);
    const found = parse(maps, maps.subarray(first * columns * rows), toPicture);
    const bodies = Array.from({ length: found.count }, (_, p): Detection => {
      const length = 3 * model.skeleton.joints.length;
      return { score: found.scores[p], joints: found.joints.slice(p * length, (p + 1) * length) };
    });
    const people: Detection[] = [];
    for (const [place, body] of keepTopPeople(bodies, numberPeopleMax).entries()) {
      const boxes = boxesOf?.(body, place) ?? partBoxes(body.joints, model);
      people.push(joined(body, await readParts(image, boxes), skeleton, parts));
    }
    return { people, maps, columns, rows, channels, candidates: found.candidates };
  };
}

/** What a size of pictures needs; kept while that stays. */
function prepare(sizes: readonly NetSize[], seen: Float32Array, options: OfficialOptions) {
  const { width, height } = sizes[0];
  const channels = seen.length / ((width / STRIDE) * (height / STRIDE));
  return {
    sizes,
    channels,
    maps: new Float32Array(channels * width * height),
    average: mapAverager({ sizes, stride: STRIDE, channels }),
    parse: officialParser({ ...options, columns: width, rows: height }),
  };
}

const fitting = (prepared: ReturnType<typeof prepare> | undefined, sizes: readonly NetSize[]) =>
  prepared?.sizes.length === sizes.length &&
  sizes.every(({ width, height, scale }, i) => {
    const kept = prepared.sizes[i];
    return kept.width === width && kept.height === height && kept.scale === scale;
  })
    ? prepared
    : undefined;

/** Runs the network on a picture at one size. */
function netLooker(network: Network) {
  let input = new Float32Array(0);
  return async (image: Image, size: NetSize, model: PartModel): Promise<Float32Array> => {
    const { width, height } = size;
    const count = 3 * width * height;
    if (input.length !== count) input = new Float32Array(count);
    drawNetInput(image, size, input);
    const outputs = await network.run({
      [network.inputs[0]]: { type: "float32", dims: [1, 3, height, width], data: input },
    });
    const { data, dims } = outputs[network.outputs[0]];
    requireChannels(dims, model, size);
    return data as Float32Array;
  };
}

function requireChannels(dims: readonly number[], model: PartModel, { width, height }: NetSize): void {
  const last = Math.max(...model.edges.map(({ channel }) => channel + 2));
  const least = model.skeleton.joints.length + (model.background ? 1 : 0) + last;
  if (dims[1] >= least && dims[2] === height / STRIDE && dims[3] === width / STRIDE) return;
  throw new MareyError(
    "NETWORK_OUTPUT",
    `network of ${model.name}`,
    `it gave maps of [${dims}], expected at least ${least} channels of ${height / STRIDE} × ${width / STRIDE} cells`,
    "Name the model whose weights these are",
  );
}

/** Body, face, left and right hand as one person. */
function joined(body: Detection, seen: SeenParts, skeleton: Skeleton, parts: PartNetworks): Detection {
  if (!parts.hand && !parts.face) return body;
  const joints = new Float32Array(3 * skeleton.joints.length).fill(NaN);
  for (let i = 2; i < joints.length; i += 3) joints[i] = 0;
  joints.set(body.joints);
  let at = body.joints.length;
  const place = (points: Float32Array | undefined, count: number) => {
    if (points) joints.set(points, at);
    at += 3 * count;
  };
  if (parts.face) place(seen.face, face70.joints.length);
  if (parts.hand) {
    place(seen.leftHand, 21);
    place(seen.rightHand, 21);
  }
  return { ...body, joints };
}
