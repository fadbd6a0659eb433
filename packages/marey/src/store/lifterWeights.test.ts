import { mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { random } from "@marey/core/array";
import { type StoredTensor, writeSafetensors } from "@marey/core/format";
import { network } from "@marey/core/model/videoPose3d";
import { leaves } from "@marey/core/nn";
import { afterAll, beforeAll, expect, test, vi } from "vitest";
import { openDefaultLifter } from "../lift/lifter.js";
import { onnxRuntime } from "../run/index.js";
import { importArchitecture } from "./importNetwork.js";
import { videoPose3dLifter } from "./lifterWeights.js";
import { removeModel } from "./remove.js";
import { storedLifter } from "./stored.js";

let folder: string;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), "marey-lifter-"));
  vi.stubEnv("MAREY_MODELS", join(folder, "models"));
});
afterAll(async () => {
  vi.unstubAllEnvs();
  await rm(folder, { recursive: true });
});

const widths = [3, 1, 5];
/** Weights of a small network under the names of a checkpoint, with values that float16 can't hold. */
const tensors = (joints = 17): Map<string, StoredTensor> => {
  const params = network.init(random(4), {
    filterWidths: widths,
    channels: 8,
    jointsIn: joints,
    jointsOut: joints,
  });
  return new Map(
    [...leaves(params)].map(([name, { shape, data }]) => [name, { dtype: "F32", shape: [...shape], data }]),
  );
};
const facts = { name: "lifter", source: { sha256: {} }, file: "net.bin" };

test("sizes are read off the tensors, and the numbers stay as they are", async () => {
  const file = join(folder, "net.bin");
  await writeFile(file, writeSafetensors(tensors()));
  expect(await importArchitecture(file, "small", "videopose3d", { licence: "CC-BY-NC-4.0" })).toMatchObject({
    kind: "lifter",
  });
  const card = (await storedLifter("small"))!;
  const opened = await openDefaultLifter(onnxRuntime, { folder: card });
  expect(opened.card).toMatchObject({
    filterWidths: widths,
    channels: 8,
    frameRate: 50,
    licence: "CC-BY-NC-4.0",
  });
  const keypoints = Float32Array.from({ length: 40 * 34 }, (_, i) => Math.sin(i));
  const lifted = await opened.lifter.lift(keypoints);
  await opened.lifter.close();
  expect(lifted).toHaveLength(40 * 51);
  expect(lifted.every(Number.isFinite)).toBe(true);
});

test("a card can't name a file outside its folder, to be read or removed", async () => {
  const file = join(folder, "net.bin");
  await writeFile(file, writeSafetensors(tensors()));
  await importArchitecture(file, "far", "videopose3d");
  const path = join(folder, "models/far.json");
  const card = JSON.parse(await readFile(path, "utf8"));
  await writeFile(path, JSON.stringify({ ...card, file: "../net.bin" }));
  await expect(storedLifter("far")).rejects.toMatchObject({ code: "CARD_INVALID" });
  await removeModel("far");
  expect((await readFile(file)).length).toBeGreaterThan(0);
});

test("weights of other joints, other networks and with missing layers are refused", () => {
  const refuses = (weights: ReadonlyMap<string, StoredTensor>, what: RegExp) =>
    expect(() => videoPose3dLifter(weights, facts)).toThrow(
      expect.objectContaining({ code: "WEIGHTS_MISMATCH", message: expect.stringMatching(what) }),
    );
  refuses(tensors(15), /takes 30 numbers a frame, expected 34/);
  refuses(new Map(), /"expand_conv\.weight" is missing/);
  const cut = tensors();
  cut.delete("layers_bn.1.weight");
  refuses(cut, /"layers_bn\.1\.weight" is missing/);
});

test("a name of another kind of model is told, and one that isn't pulled yet", async () => {
  const { importWeights } = await import("./imported.js");
  await importWeights(join(folder, "net.bin"), "bare");
  await expect(storedLifter("bare")).rejects.toMatchObject({ code: "MODEL_KIND" });
  await expect(storedLifter("videopose3d-h36m")).rejects.toMatchObject({
    code: "NETWORK_UNKNOWN",
    remedy: "Fetch it with `marey models pull videopose3d-h36m`",
  });
  expect(await storedLifter("some/folder")).toBeUndefined();
});
