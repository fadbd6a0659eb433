import { readFileSync } from "node:fs";
import { join } from "node:path";
import {
  type NpyContent,
  poseAsf,
  poseBvh,
  poseGltf,
  readAmc,
  readAsf,
  readBvh,
  readC3d,
  readGlb,
  readNpy,
  readNpz,
  readSafetensors,
  readTrc,
  skinGltf,
} from "@marey/core/format";
import { checkpoints } from "./checkpoints.js";
import { type Case, numbers, type Operations } from "./fixture.js";

/** The bytes of the file that a case names. */
const fileOf = ({ folder, attributes }: Case, key = "file") =>
  new Uint8Array(readFileSync(join(folder, attributes[key])));

const numbersOf = (arrays: ReadonlyMap<string, NpyContent>) =>
  Object.fromEntries([...arrays].flatMap(([name, array]) => ("data" in array ? [[name, array.data]] : [])));

/** The operations of the golden group `formats` on the code of this project. */
export const formats: Operations = {
  ...checkpoints,
  readAsfAmc: (fixture) => {
    const asf = readAsf(fileOf(fixture, "skeleton"), `${fixture.name}.asf`);
    const { positions, rotations } = poseAsf(
      asf,
      readAmc(fileOf(fixture, "motion"), asf, `${fixture.name}.amc`),
    );
    return { positions, rotations };
  },
  readGlb: (fixture) => {
    const gltf = readGlb(fileOf(fixture), fixture.name);
    const times = fixture.inputs.times ? Array.from(numbers(fixture.inputs.times)) : [0];
    const poses = times.map((time) => poseGltf(gltf, time));
    const skinned = gltf.nodes.findIndex(({ skin }) => skin !== undefined);
    const mesh = gltf.meshes[gltf.nodes[skinned]?.mesh ?? 0];
    return {
      worldMatrices: poses.flatMap(({ world }) => Array.from(world)),
      worldPositions: poses.flatMap(({ world }) =>
        Array.from(world).filter((_, i) => i % 4 === 3 && i % 16 < 12),
      ),
      skinnedPositions: poses.flatMap((pose) => Array.from(skinGltf(gltf, pose, skinned))),
      restPositions: mesh?.primitives.flatMap(({ positions }) => Array.from(positions)) ?? [],
    };
  },
  readC3d: (fixture) => {
    const { points, valid, residual, cameras, analog } = readC3d(fileOf(fixture), fixture.name);
    return { points, valid, residual, cameras, analog: analog.data };
  },
  readNpz: (fixture) => numbersOf(readNpz(fileOf(fixture), fixture.name)),
  readNpy: (fixture) => {
    const content = readNpy(fileOf(fixture), fixture.name);
    return numbersOf(content instanceof Map ? content : new Map([["array", content]]));
  },
  readBvh: (fixture) => {
    const bvh = readBvh(fileOf(fixture), fixture.name);
    const { positions, rotations, endSites } = poseBvh(bvh, "added");
    const replaced = poseBvh(bvh, "replaced");
    return {
      positions,
      rotations,
      endSites,
      channels: bvh.channels,
      positionsAdded: positions,
      endSitesAdded: endSites,
      positionsReplaced: replaced.positions,
      endSitesReplaced: replaced.endSites,
    };
  },
  readTrc: (fixture) => {
    const { points, times } = readTrc(fileOf(fixture), fixture.name);
    return { points, time: times };
  },
  readSafetensors: (fixture) => {
    const { tensors } = readSafetensors(fileOf(fixture), fixture.name);
    return Object.fromEntries([...tensors].map(([key, { data }]) => [key, data]));
  },
};
