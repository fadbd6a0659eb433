import { mkdtemp, readdir, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { readNpz, readSafetensors, type StoredTensor, writeSafetensors } from "@marey/core/format";
import { afterAll, beforeAll, beforeEach, expect, test } from "vitest";
import { exportWeights, importWeights, openWeights } from "./imported.js";
import { removeModel } from "./remove.js";
import { findStored, listStored } from "./stored.js";

let folder: string;
const before = process.env.MAREY_MODELS;
const at = (name: string) => join(folder, name);
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), "marey-imported-"));
  process.env.MAREY_MODELS = at("models");
  await writeFile(at("net.pickle"), pickle);
  await writeFile(at("evil.pt"), bytes("\x80\x02cposix\nsystem\n(Vecho unsafe\ntR."));
});
beforeEach(() => rm(at("models"), { recursive: true, force: true }));
afterAll(async () => {
  if (before === undefined) delete process.env.MAREY_MODELS;
  else process.env.MAREY_MODELS = before;
  await rm(folder, { recursive: true });
});

const bytes = (text: string) => Uint8Array.from(text, (character) => character.charCodeAt(0));
const array = (values: Float32Array) => {
  const hex = [...new Uint8Array(values.buffer)]
    .map((byte) => `\\x${byte.toString(16).padStart(2, "0")}`)
    .join("");
  const dtype = "cnumpy\ndtype\n(S'f4'\ntR(I3\nS'<'\nNNNI-1\nI-1\nI0\ntb";
  return `cnumpy.core.multiarray\n_reconstruct\n(tR(I1\n(I${values.length}\nt${dtype}I00\nS'${hex}'\ntb`;
};
/** { epoch: 3, model_pos: { module.w, module.b }, model_traj: None }, in a pickle of arrays. */
const pickle = bytes(
  `\x80\x02(Vepoch\nI3\nVmodel_pos\n(Vmodule.w\n${array(Float32Array.of(1, -2, 0.5))}Vmodule.b\n${array(Float32Array.of(70000))}dVmodel_traj\nNd.`,
);
const weights = new Map<string, StoredTensor>([
  ["w", { dtype: "F32", shape: [3], data: Float32Array.of(1, -2, 0.5) }],
  ["b", { dtype: "F32", shape: [1], data: Float32Array.of(70000) }],
]);

test("weights are kept as safetensors with a card that says where they came from", async () => {
  const info = await importWeights(at("net.pickle"), "lifter", { key: "model_pos" });
  expect(info).toMatchObject({
    format: "safetensors",
    parameters: 4,
    tensors: [{ name: "w" }, { name: "b" }],
  });
  const [model] = await listStored();
  expect(model).toEqual({ kind: "weights", name: "lifter", file: info.file, card: info.card });
  expect(model).toEqual(await findStored("lifter"));
  expect(info.card!.source).toMatchObject({ file: at("net.pickle"), format: "pickle", key: "model_pos" });
  expect((await openWeights("lifter")).values).toEqual(weights);
});

test("nothing is replaced, and nothing is kept of a file that is refused", async () => {
  await importWeights(at("net.pickle"), "lifter");
  await expect(importWeights(at("net.pickle"), "lifter")).rejects.toMatchObject({ code: "FILE_EXISTS" });
  await importWeights(at("net.pickle"), "lifter", { force: true });
  await expect(importWeights(at("evil.pt"), "evil")).rejects.toMatchObject({
    code: "PICKLE_UNSAFE",
    message: expect.stringContaining("posix.system"),
  });
  await expect(importWeights(at("net.pickle"), "traj", { key: "model_traj" })).rejects.toMatchObject({
    code: "STATE_DICT",
  });
  for (const name of ["../up", "A", "", "movenet-thunder", "a.onnx"])
    await expect(importWeights(at("net.pickle"), name)).rejects.toMatchObject({ code: "MODEL_NAME" });
  expect((await readdir(at("models"))).sort()).toEqual(["lifter.json", "lifter.safetensors"]);
});

test("weights go out as safetensors, as float16, and as npz, from a name or a file", async () => {
  await importWeights(at("net.pickle"), "lifter");
  await exportWeights("lifter", at("out.safetensors"));
  expect(readSafetensors(await readFile(at("out.safetensors"))).tensors).toEqual(weights);
  await exportWeights(at("net.pickle"), at("out.npz"), { key: "model_pos" });
  expect(readNpz(await readFile(at("out.npz"))).get("w")).toMatchObject({
    dtype: "<f4",
    data: weights.get("w")!.data,
  });

  const small = writeSafetensors(new Map([["w", weights.get("w")!], ["n", { dtype: "I64", shape: [], data: BigInt64Array.of(9n) }]])); // biome-ignore format: one line
  await writeFile(at("small.safetensors"), small);
  await exportWeights(at("small.safetensors"), at("half.safetensors"), { float16: true });
  const { tensors } = readSafetensors(await readFile(at("half.safetensors")));
  expect(tensors.get("w")).toEqual({ ...weights.get("w"), dtype: "F16" });
  expect(tensors.get("n")?.dtype).toBe("I64");
});

test("an export that can't be made says why", async () => {
  const refuses = (promise: Promise<unknown>, code: string) =>
    expect(promise).rejects.toMatchObject({ code });
  await refuses(exportWeights(at("net.pickle"), at("x.pt")), "FORMAT_UNKNOWN");
  await refuses(exportWeights(at("net.pickle"), at("x.npz"), { float16: true }), "FORMAT_UNKNOWN");
  await refuses(exportWeights("nobody", at("x.npz")), "NETWORK_UNKNOWN");
  await refuses(exportWeights(at("net.pickle"), at("x.safetensors"), { float16: true }), "TENSOR_VALUES");
  await refuses(exportWeights(at("net.pickle"), at("net.pickle.npz"), { key: "epoch" }), "STATE_DICT");
  await writeFile(at("there.npz"), "mine");
  await refuses(exportWeights(at("net.pickle"), at("there.npz")), "FILE_EXISTS");
  expect(await readFile(at("there.npz"), "utf8")).toBe("mine");
});

test("a damaged card is named", async () => {
  await importWeights(at("net.pickle"), "lifter");
  await writeFile(join(at("models"), "lifter.json"), "{}");
  await expect(openWeights("lifter")).rejects.toMatchObject({ code: "CARD_INVALID" });
  await importWeights(at("net.pickle"), "whole");
  expect(await listStored()).toMatchObject([{ kind: "damaged", name: "lifter" }, { name: "whole" }]);
  await removeModel("lifter");
  expect((await readdir(at("models"))).sort()).toEqual(["whole.json", "whole.safetensors"]);
});
