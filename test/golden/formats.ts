import { readFileSync } from "node:fs";
import { join } from "node:path";
import { readSafetensors, readTrc } from "@marey/core/format";
import type { Case, Operations } from "./fixture.js";

/** The bytes of the file that a case names. */
const fileOf = ({ folder, attributes }: Case, key = "file") =>
  new Uint8Array(readFileSync(join(folder, attributes[key])));

/** The operations of the golden group `formats` on the code of this project. */
export const formats: Operations = {
  readTrc: (fixture) => {
    const { points, times } = readTrc(fileOf(fixture), fixture.name);
    return { points, time: times };
  },
  readSafetensors: (fixture) => {
    const { tensors } = readSafetensors(fileOf(fixture), fixture.name);
    return Object.fromEntries([...tensors].map(([key, { data }]) => [key, data]));
  },
};
