import { readFileSync } from "node:fs";
import { join } from "node:path";
import { ASSEMBLY_DEFAULTS, type Limb, peopleAssembler } from "@marey/core/codec";
import type { Network } from "@marey/core/seam";
import { onnxRuntime } from "marey";
import {
  type Case,
  GoldenFailure,
  goldenFolder,
  numbers,
  type Operations,
  type Outputs,
  readGroup,
  type Stored,
} from "./fixture.js";

const joints = 18;
/** Those of the card of the network, as it is embedded: its maps are faint, and its fields stand where its maps do. */
const thresholds = { minPeak: 0.05, fieldShift: 0, minScore: 0.1, minJoints: 3 };
let loaded: Promise<Network> | undefined;

function network(): Promise<Network> {
  const folders = [join(goldenFolder, ".."), join(import.meta.dirname, "../../../shared")];
  const file = folders.map((folder) => join(folder, "weights/tfpose_mobilenet_v2_small/network.onnx"));
  loaded ??= onnxRuntime.load(new Uint8Array(readFirst(file)));
  return loaded;
}

function readFirst([path, ...others]: string[]): Uint8Array {
  try {
    return readFileSync(path as string);
  } catch (error) {
    if (others.length === 0) throw error;
    return readFirst(others);
  }
}

/** Limbs in the order of the group `openpose`, whose cases state them. */
function limbsOf(): readonly Limb[] {
  const stated = readGroup("openpose")?.find(({ attributes }) => attributes.limbs)?.attributes.limbs;
  if (!stated) throw new GoldenFailure("the group openpose, which states the limbs, isn't there");
  return stated;
}

/** NHWC → NCHW. */
function channelsFirst(data: Float32Array, channels: number): Float32Array {
  const cells = data.length / channels;
  return Float32Array.from(
    { length: data.length },
    (_, i) => data[(i % cells) * channels + Math.floor(i / cells)]!,
  );
}

async function forward({ inputs, expected }: Case): Promise<Outputs> {
  const image = inputs.image_bgr as Stored;
  const [height, width] = image.shape as [number, number];
  const { inputs: names, run } = await network();
  const feed = {
    type: "float32" as const,
    dims: [1, height, width, 3],
    data: Float32Array.from(numbers(image)),
  };
  const [output] = Object.values(await run({ [names[0]!]: feed }));
  const data = output!.data as Float32Array;
  const [, rows, columns, channels] = output!.dims as [number, number, number, number];
  const maps = channelsFirst(data, channels);
  const limbs = limbsOf();
  const first = channels - 2 * limbs.length;
  const assemble = peopleAssembler({
    ...ASSEMBLY_DEFAULTS,
    ...thresholds,
    columns,
    rows,
    joints,
    limbs,
    stride: width / columns,
  });
  const { count, joints: found } = assemble(maps, maps.subarray(first * rows * columns));
  const stored = numbers(expected.people as Stored);
  requireSamePeople(found.subarray(0, 3 * joints * count), stored, {
    width,
    height,
    stride: width / columns,
  });
  // Two decoders don't place joints to the same thousandth: that they agree was checked above.
  return { output: data, people: stored };
}

/** What the group's tolerance says in words: the same count, joints within 4 pixels. */
const allowed = 4;

interface Grid {
  width: number;
  height: number;
  stride: number;
}

/** Each stored person must be one of ours, with most of its joints, those that both have within 4 pixels. */
function requireSamePeople(own: Float32Array, stored: Float64Array, grid: Grid): void {
  const size = 3 * joints;
  const people = Array.from({ length: own.length / size }, (_, i) => own.subarray(i * size, (i + 1) * size));
  if (own.length !== stored.length)
    throw new GoldenFailure(`${people.length} people, expected ${stored.length / size}`);
  for (let p = 0; p < stored.length; p += size) {
    const want = stored.subarray(p, p + size);
    const best = people
      .map((person) => agreement(person, want, grid))
      .reduce((a, b) => (b.near > a.near ? b : a));
    if (best.far > 0 || best.near < 0.8 * best.wanted)
      throw new GoldenFailure(
        `person ${p / size}: ${best.near} of ${best.wanted} joints agree, ${best.far} don't`,
      );
  }
}

/** How many joints of a stored person are where ours are, how many elsewhere, and how many there are. */
function agreement(person: Float32Array, want: Float64Array, grid: Grid) {
  let [near, far, wanted] = [0, 0, 0];
  for (let i = 0; i < want.length; i += 3) {
    if (!(want[i + 2]! > 0)) continue;
    wanted++;
    if (!(person[i + 2]! > 0)) continue;
    const distance = Math.hypot(person[i]! - want[i]!, person[i + 1]! - want[i + 1]!);
    if (distance <= (onBorder(person[i]!, person[i + 1]!, grid) ? grid.stride : allowed)) near++;
    else far++;
  }
  return { near, far, wanted };
}

/** In the outermost cells, where no neighbour tells how far off the peak is, both decoders are sure of the cell only. */
function onBorder(x: number, y: number, { width, height, stride }: Grid): boolean {
  return x < stride || y < stride || x >= width - stride || y >= height - stride;
}

/** The operations of the golden group `tfpose` on the code of this project. */
export const tfpose: Operations = { network_forward_tfpose: forward };
