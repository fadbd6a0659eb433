import { mkdtemp, readdir, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { readOnnx } from "@marey/core/graph";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { onnxRuntime } from "../run/index.js";
import { cardSchema, readCard } from "./card.js";
import { cards } from "./cards.js";
import { convertNetwork, importerDigest } from "./convert.js";
import { findCard, networkBytes } from "./networks.js";

let folder: string;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), "marey-networks-"));
});
afterAll(() => rm(folder, { recursive: true }));

describe("cards", () => {
  test("of the embedded networks obey their schema and have different names and files", () => {
    for (const card of cards) expect(cardSchema.parse(card)).toEqual(card);
    expect(new Set(cards.map(({ name }) => name)).size).toBe(cards.length);
    expect(new Set(cards.map(({ file }) => file)).size).toBe(cards.length);
  });

  test("with a wrong field are refused with its name", () => {
    const card = findCard("movenet-thunder");
    expect(() => readCard({ ...card, input: { ...card.input, layout: "HWC" } }, "my.json")).toThrow(
      /^my\.json: input\.layout: /,
    );
    expect(() => readCard({ ...card, file: "../x.onnx" }, "my.json")).toThrow(/file/);
    expect(() => readCard("card", "my.json")).toThrow(/^my\.json: the card/);
  });

  test("an unknown name is answered with the known ones", () => {
    expect(() => findCard("movenet")).toThrow(/movenet-multipose, movenet-lightning/);
  });
});

describe("embedding", () => {
  test("a missing file says what makes it", async () => {
    await expect(networkBytes("movenet-lightning", folder)).rejects.toMatchObject({
      code: "NETWORK_MISSING",
      remedy: expect.stringContaining("npm run build"),
    });
  });

  test("makes what the card promises, once, and anew when it is damaged or the importer changes", async () => {
    const card = findCard("blazepose-lite");
    const importer = await importerDigest();
    expect(await convertNetwork(card, folder, importer)).toBe(true);
    expect(await convertNetwork(card, folder, importer)).toBe(false);
    expect(await convertNetwork(card, folder, "another importer")).toBe(true);
    const bytes = await networkBytes(card.name, folder);
    await writeFile(join(folder, card.file), bytes.subarray(0, 1000));
    expect(await convertNetwork(card, folder, importer)).toBe(true);
    expect((await readdir(folder)).filter((name) => name.startsWith("blazepose"))).toEqual([card.file]);

    const network = await onnxRuntime.load(await networkBytes(card.name, folder));
    expect(network.inputs).toEqual([card.input.name]);
    const dims = [1, card.input.height!, card.input.width!, 3];
    const data = new Float32Array(256 * 256 * 3);
    const results = await network.run({ [card.input.name]: { type: "float32", dims, data } });
    const shapes = Object.entries(results).map(([name, { dims: shape }]) => [name, [...shape]]);
    expect(Object.fromEntries(shapes)).toEqual(
      Object.fromEntries(card.outputs.map(({ name, shape }) => [name, shape])),
    );
    await network.close();
  });

  test("the file says whose network it is", async () => {
    const metadata = readOnnx(await networkBytes("blazepose-lite", folder)).metadataProps;
    expect(Object.fromEntries(metadata.map(({ key, value }) => [key, value]))).toMatchObject({
      author: "Google",
      licence: "Apache-2.0",
    });
  });

  test("weights other than the card's are refused, and nothing is written", async () => {
    const card = findCard("movenet-lightning");
    const sha256 = { ...card.source.sha256, "models/movenet-lightning.bin": "0".repeat(64) };
    const forged = { ...card, source: { ...card.source, sha256 } };
    await expect(convertNetwork(forged, folder, "")).rejects.toMatchObject({ code: "NETWORK_SOURCE" });
    const elsewhere = { ...card, source: { ...card.source, package: "no-such-package" } };
    await expect(convertNetwork(elsewhere, folder, "")).rejects.toMatchObject({ code: "NETWORK_SOURCE" });
    expect(await readdir(folder)).not.toContain(card.file);
  });
});
