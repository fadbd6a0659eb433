import { encodeConfidenceMaps, PART_AFFINITY_DEFAULTS, partAffinityEncoder } from "@marey/core/codec";
import { add, compile, constant, input, mul, reduceSum } from "@marey/core/graph";
import {
  COCO_18,
  limbsByChannel,
  netSizes,
  OFFICIAL_SHIFT,
  officialReader,
  officialSkeleton,
} from "@marey/core/model/openPose";
import { partsOf } from "@marey/core/skeleton";
import { onnxRuntime } from "marey";
import { expect, test } from "vitest";

const picture = { width: 400, height: 300, channels: 3, data: new Uint8Array(400 * 300 * 3).fill(90) };

/** A network that sees the same in every picture. */
function knowing(maps: Float32Array, width: number, height: number) {
  const channels = (maps.length / (width * height)) * 64;
  const image = input("image", [1, 3, height, width]);
  const known = constant(maps, [1, channels, height / 8, width / 8]);
  return onnxRuntime.load(compile({ net_output: add(known, mul(reduceSum(image), 0)) }).model);
}

const standing = [
  [200, 60], [200, 95], [175, 95], [165, 135], [160, 175], [225, 95], [235, 135], [240, 175], [185, 170], [183, 215],
  [182, 260], [215, 170], [217, 215], [218, 260], [194, 54], [206, 54], [188, 58], [212, 58],
] as const; // biome-ignore format: a table

function bodyMaps(width: number, height: number, scale: number) {
  const [columns, rows] = [width / 8, height / 8];
  const people = Float32Array.from(standing.flatMap(([x, y]) => [x * scale, y * scale, 1]));
  const grid = { joints: 18, columns, rows, stride: 8 };
  const maps = new Float32Array(57 * columns * rows);
  const heat = { ...grid, sigma: 7, cutoff: 4.6052, combine: "max" } as const;
  encodeConfidenceMaps(people, heat, maps.subarray(0, 19 * columns * rows));
  const fields = { ...PART_AFFINITY_DEFAULTS, ...grid, limbs: limbsByChannel(COCO_18) };
  partAffinityEncoder(fields)(people, maps.subarray(19 * columns * rows));
  return maps;
}

test("a picture goes through body, hands and face to one person of 130 joints", async () => {
  const resolution = [-1, 240] as const;
  const { sizes } = netSizes(picture, { resolution });
  const { width, height, scale } = sizes[0]!;
  const body = await knowing(bodyMaps(width, height, scale), width, height);
  const cells = 46;
  const centred = (points: number) => {
    const maps = new Float32Array((points + 1) * cells * cells);
    const people = Float32Array.from({ length: 3 * points }, (_, i) => (i % 3 === 2 ? 1 : 184));
    const grid = { joints: points, columns: cells, rows: cells, stride: 8 };
    encodeConfidenceMaps(people, { ...grid, sigma: 7, cutoff: 4.6052, combine: "max" }, maps);
    return knowing(maps, 368, 368);
  };
  const parts = { hand: await centred(21), face: await centred(70) };
  const read = officialReader(body, { model: COCO_18, resolution, parts, assembly: "edges" });
  const { people, candidates, channels, columns } = await read(picture);
  expect([people.length, channels, columns]).toEqual([1, 57, width]);
  expect(candidates.map(({ length }) => length)).toEqual(new Array(18).fill(3));
  const { joints } = people[0]!;
  const skeleton = officialSkeleton(COCO_18, parts);
  expect(skeleton.name).toBe("coco18+face70+hands");
  expect(joints.length).toBe(3 * 130);
  standing.forEach(([x, y], j) => {
    const apart = [joints[3 * j]! - OFFICIAL_SHIFT - x, joints[3 * j + 1]! - OFFICIAL_SHIFT - y];
    expect(Math.hypot(...apart)).toBeLessThan(2);
  });
  const { leftHand, rightHand, face } = partsOf(skeleton);
  // All points lie in the middle of the box: a third of the forearm beyond the wrist.
  const middle = (list: readonly number[], x: number, y: number) => {
    for (const j of list) expect(Math.hypot(joints[3 * j]! - x, joints[3 * j + 1]! - y)).toBeLessThan(4);
  };
  middle(leftHand, 240 + 0.33 * 5, 175 + 0.33 * 40);
  middle(rightHand, 160 - 0.33 * 5, 175 + 0.33 * 40);
  expect(face.length).toBe(70);
  expect(joints[3 * face[0]!]).toBeCloseTo(200, -1);
  // A second picture uses the memory of the first.
  expect((await read(picture)).people[0]!.joints).toEqual(joints);
  for (const network of [body, parts.hand, parts.face]) await network.close();
});

test("weights of another model are refused by their maps", async () => {
  const network = await knowing(new Float32Array(22 * 30 * 42), 336, 240);
  const read = officialReader(network, { model: COCO_18, resolution: [336, 240] });
  await expect(read(picture)).rejects.toThrow(/COCO_18.*\[1,22,30,42\].*at least 57 channels/);
  await network.close();
});
