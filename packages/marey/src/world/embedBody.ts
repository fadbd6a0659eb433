/**
 * Makes packages/core/data/open-body.npz of the open body's sources (default ../shared/data/open-body):
 * `npx tsx --conditions=marey-source packages/marey/src/world/embedBody.ts [FOLDER]`. The file is kept with the sources of
 * Marey, so this is no step of the build.
 */
import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { packOpenBody, readBody } from "@marey/core/body";
import { npzArray, readNpz } from "@marey/core/format";
import { writeWhole } from "../files/whole.js";
import { openBodyPath } from "./openBodyFile.js";

const folder = process.argv[2] ?? "../shared/data/open-body";
const bytes = (file: string) => readFile(join(folder, file));
const json = async (file: string) => JSON.parse((await bytes(file)).toString("utf8"));

const [full, lite, fingers] = await Promise.all(
  ["open_body", "open_body_lite", "open_body_hands"].map((name) => bytes(`${name}.npz`)),
);
const packed = packOpenBody({
  full: readBody(full!, "open_body"),
  lite: readBody(lite!, "open_body_lite"),
  liteVertices: Array.from(npzArray(readNpz(lite!), "full_index", [-1], "open_body_lite").data, Number),
  fingers: readBody(full!, "open_body_hands", { over: fingers!, correctives: false }),
  keypoints: await json("keypoints.json"),
  shapes: await json("shapes.json"),
});
await writeWhole(openBodyPath, packed, { force: true });
console.log(`${openBodyPath}: ${packed.length} bytes`);
