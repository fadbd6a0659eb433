import { readFileSync } from "node:fs";
import { join } from "node:path";
import {
  type NpyContent,
  poseBvh,
  readBvh,
  readC3d,
  readNpy,
  readNpz,
  readSafetensors,
  readTrc,
} from "@marey/core/format";
import type { Case, Operations } from "./fixture.js";

/** The bytes of the file that a case names. */
const fileOf = ({ folder, attributes }: Case, key = "file") =>
  new Uint8Array(readFileSync(join(folder, attributes[key])));

const numbersOf = (arrays: ReadonlyMap<string, NpyContent>) =>
  Object.fromEntries([...arrays].flatMap(([name, array]) => ("data" in array ? [[name, array.data]] : [])));

/** The operations of the golden group `formats` on the code of this project. */
export const formats: Operations = {
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
