import { spawn } from "node:child_process";
import { createHash } from "node:crypto";
import { chmod, mkdir, mkdtemp, readdir, readFile, rm, stat, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { writeSafetensors, zipPieces } from "@marey/core/format";
import { node, valueInfo, writeOnnx } from "@marey/core/graph";
import { afterEach, beforeEach, expect, test, vi } from "vitest";
import { openProgress, type Progress } from "../../packages/marey/src/progress.js";
import { catalogue } from "../../packages/marey/src/store/catalogue.js";
import type { CatalogueEntry } from "../../packages/marey/src/store/catalogueEntry.js";
import { listModels } from "../../packages/marey/src/store/models.js";
import { type PullOptions, pull } from "../../packages/marey/src/store/pull.js";
import { readRecord } from "../../packages/marey/src/store/pullRecord.js";
import { removeModel } from "../../packages/marey/src/store/remove.js";
import { findStored, storedNetwork } from "../../packages/marey/src/store/stored.js";
import { type FileServer, fileServer, type SendOptions, send } from "./fileServer.js";

const weights = writeSafetensors(
  new Map([["layer.weight", { dtype: "F32", shape: [5000], data: new Float32Array(5000).fill(0.5) }]]),
);
const other = writeSafetensors(
  new Map([["layer.weight", { dtype: "F32", shape: [5000], data: new Float32Array(5000).fill(0.25) }]]),
);
/** A network that gives a picture back as bins of both axes. */
const onnx = writeOnnx({
  name: "net",
  inputs: [valueInfo("input", "float32", [1, 3, "h", "w"])],
  outputs: [
    valueInfo("simcc_x", "float32", [1, 3, "h", "w"]),
    valueInfo("simcc_y", "float32", [1, 3, "h", "w"]),
  ],
  initialisers: [],
  nodes: [node("Relu", ["input"], ["simcc_x"]), node("Neg", ["input"], ["simcc_y"])],
});
const sha256 = (bytes: Uint8Array) => createHash("sha256").update(bytes).digest("hex");
const md5 = (bytes: Uint8Array) => createHash("md5").update(bytes).digest("hex");

let folder: string;
let server: FileServer;
let entry: CatalogueEntry;
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), "marey-pull-"));
  vi.stubEnv("MAREY_MODELS", "");
  vi.stubEnv("XDG_DATA_HOME", join(folder, "data"));
  vi.stubEnv("XDG_CACHE_HOME", join(folder, "cache"));
  server = await fileServer();
  entry = {
    name: "tiny",
    title: "Tiny weights",
    author: "Nobody",
    urls: [`${server.url}/models/tiny.bin`],
    size: weights.length,
    digest: { sha256: sha256(weights) },
    licence: { name: "Test-1.0", commercial: false, note: "For tests", url: "http://127.0.0.1/licence" },
    format: "PyTorch",
    importer: { kind: "weights" },
  };
  serve("/models/tiny.bin", weights);
});
afterEach(async () => {
  vi.unstubAllEnvs();
  await server.close();
  await rm(folder, { recursive: true, force: true });
});

const serve = (path: string, bytes: Uint8Array, options: SendOptions = {}) => {
  server.answers[path] = (request, response) =>
    send(request, response, bytes, { etag: `"${md5(bytes)}"`, ...options });
};
const models = () => join(folder, "data/marey/models");
const cache = () => join(folder, "cache/marey/models");
const blobs = () => readdir(join(cache(), "blobs")).catch(() => [] as string[]);
const accept = vi.fn(async () => true);
const get = (options: Partial<PullOptions> = {}, which = entry) =>
  pull(which, { accept, progress: openProgress({ silent: true }), pause: 0.01, ...options });
const refuses = (work: Promise<unknown>, code: string, what = /./) =>
  expect(work).rejects.toMatchObject({ code, message: expect.stringMatching(what) });

test("a model is fetched, checked, kept under its digest and its name, and remembered", async () => {
  const pulled = await get();
  expect(pulled).toMatchObject({
    name: "tiny",
    from: "publisher",
    sha256: sha256(weights),
    trust: "published",
  });
  expect(await blobs()).toEqual([sha256(weights)]);
  expect(Buffer.compare(await readFile(join(cache(), "blobs", sha256(weights))), weights)).toBe(0);
  expect(await readdir(join(cache(), "parts"))).toEqual([]);
  expect(await findStored("tiny")).toMatchObject({
    kind: "weights",
    card: { title: "Tiny weights", licence: "Test-1.0", source: { file: entry.urls[0] } },
  });
  expect(await readRecord("tiny")).toMatchObject({
    licence: "Test-1.0",
    file: { url: entry.urls[0], size: weights.length, sha256: sha256(weights), trust: "published" },
  });
  expect((await listModels()).find(({ name }) => name === "tiny")).toMatchObject({ state: "stored" });
  // Again: nothing is asked, nothing is fetched.
  accept.mockClear();
  expect(await get()).toMatchObject({ from: "stored" });
  expect(accept).not.toHaveBeenCalled();
  expect(server.requests).toHaveLength(1);
});

test("nothing is fetched before its licence is accepted, which is asked once", async () => {
  await refuses(get({ accept: async () => false }), "LICENCE_REFUSED", /Test-1.0, not for commercial use/);
  expect(server.requests).toEqual([]);
  expect(await readRecord("tiny")).toBeUndefined();
  accept.mockClear();
  delete server.answers["/models/tiny.bin"];
  await refuses(get(), "DOWNLOAD_STATUS");
  serve("/models/tiny.bin", weights);
  await get();
  expect(accept).toHaveBeenCalledTimes(1);
  // Another licence is another question.
  await get({ force: true }, { ...entry, licence: { ...entry.licence, name: "Test-2.0" } });
  expect(accept).toHaveBeenCalledTimes(2);
});

test.each([
  ["SHA-256", { sha256: sha256(other) }],
  ["MD5", { md5: md5(other) }],
  ["SHA-256", { sha256Prefix: sha256(other).slice(0, 8) }],
])("a file with another %s is thrown away", async (digest, known) => {
  const wrong = { ...entry, digest: known };
  await refuses(get({}, wrong), "DOWNLOAD_DIGEST", new RegExp(`its ${digest} is`));
  expect(await blobs()).toEqual([]);
  expect(await readdir(join(cache(), "parts"))).toEqual([]);
  expect(await findStored("tiny")).toBeUndefined();
  serve("/models/tiny.bin", other);
  expect(await get({}, wrong)).toMatchObject({ sha256: sha256(other), trust: "published" });
});

test("without a published digest the first file is trusted, and another refused afterwards", async () => {
  const { size: _, ...unknown } = { ...entry, digest: {} };
  expect(await get({}, unknown)).toMatchObject({ trust: "first use" });
  await rm(join(cache(), "blobs"), { recursive: true });
  serve("/models/tiny.bin", other);
  await refuses(get({ force: true }, unknown), "DOWNLOAD_DIGEST", /but the file that came on \d{4}-/);
  await removeModel("tiny");
  expect(await get({}, unknown)).toMatchObject({ sha256: sha256(other), trust: "first use" });
});

test("pieces of two downloads that don't fit are thrown away, and the file is fetched anew", async () => {
  await mkdir(join(cache(), "parts"), { recursive: true });
  await writeFile(
    join(cache(), "parts/tiny.part"),
    other.subarray(0, 5000).map((byte) => byte ^ 1),
  );
  const lines: string[] = [];
  const progress: Progress = { ...openProgress({ silent: true }), log: (line) => lines.push(line) };
  expect(await get({ progress })).toMatchObject({ sha256: sha256(weights) });
  expect(server.requests.map(({ range }) => range)).toEqual(["bytes=5000-", undefined]);
  expect(lines).toContainEqual(expect.stringMatching(/going on at 0 MB/));
  expect(lines).toContainEqual(expect.stringMatching(/fetching it anew/));
});

test("offline: what is in the cache is enough, and no server is asked for the rest", async () => {
  await refuses(get({ offline: true }), "OFFLINE");
  await get();
  await rm(models(), { recursive: true });
  expect(await get({ offline: true })).toMatchObject({ from: "cache" });
  expect(server.requests).toHaveLength(1);
  // A file that the disk has damaged is no file.
  await rm(models(), { recursive: true });
  await writeFile(join(cache(), "blobs", sha256(weights)), other);
  await refuses(get({ offline: true }), "OFFLINE");
  expect(await get()).toMatchObject({ from: "publisher" });
});

test("a mirror is asked alone: by SHA-256, then by the file's name", async () => {
  serve(`/mirror/${sha256(weights)}`, weights);
  const away = { ...entry, urls: ["http://127.0.0.1:9/models/tiny.bin"] as [string] };
  expect(await get({ mirror: `${server.url}/mirror` }, away)).toMatchObject({ from: "mirror" });
  await removeModel("tiny");
  delete server.answers[`/mirror/${sha256(weights)}`];
  serve("/mirror/tiny.bin", weights);
  await get({ mirror: `${server.url}/mirror/` }, away);
  await removeModel("tiny");
  delete server.answers["/mirror/tiny.bin"];
  await refuses(get({ mirror: `${server.url}/mirror` }, entry), "DOWNLOAD_STATUS", /404/);
  expect(server.requests.every(({ path }) => path.startsWith("/mirror/"))).toBe(true);
});

test("a folder serves as a mirror, offline too, and is checked like any other", async () => {
  const stick = join(folder, "stick");
  await mkdir(stick);
  await refuses(get({ mirror: stick, offline: true }), "DOWNLOAD_STATUS", /no tiny\.bin/);
  await writeFile(join(stick, "tiny.bin"), other);
  await refuses(
    get({ mirror: stick, offline: true }, { ...entry, digest: { md5: md5(weights) } }),
    "DOWNLOAD_DIGEST",
  );
  await writeFile(join(stick, "tiny.bin"), weights);
  expect(await get({ mirror: stick, offline: true })).toMatchObject({ from: "mirror" });
  await removeModel("tiny");
  await get({ mirror: `file://${stick}`, offline: true });
  expect(server.requests).toEqual([]);
});

test("two pulls at once fetch once; one that died holds nobody up", async () => {
  serve("/models/tiny.bin", weights, { slow: 10 });
  const lines: string[] = [];
  const progress: Progress = { ...openProgress({ silent: true }), log: (line) => lines.push(line) };
  const [first, second] = await Promise.all([get(), get({ progress })]);
  expect([first.from, second.from].sort()).toEqual(["publisher", "stored"]);
  expect(server.requests).toHaveLength(1);
  await removeModel("tiny");
  const dead = spawn(process.execPath, ["-e", ""]);
  await new Promise((resolve) => dead.on("exit", resolve));
  const { hostname } = await import("node:os");
  await writeFile(join(cache(), "parts/tiny.lock"), `${dead.pid} ${hostname()} x`);
  expect(await get()).toMatchObject({ from: "publisher" });
  expect(await readdir(join(cache(), "parts"))).toEqual([]);
});

test("whoever waits for another can be interrupted", async () => {
  serve("/models/tiny.bin", weights, { silentAfter: 100 });
  const one = new AbortController();
  const two = new AbortController();
  const first = get({ signal: one.signal });
  await vi.waitFor(() => expect(server.requests).toHaveLength(1));
  const log = vi.fn(() => two.abort(new Error("interrupted")));
  await expect(
    get({ signal: two.signal, progress: { ...openProgress({ silent: true }), log } }),
  ).rejects.toThrow();
  expect(log).toHaveBeenCalledWith(`tiny: process ${process.pid} is fetching it; waiting`);
  one.abort(new Error("interrupted"));
  await expect(first).rejects.toThrow("interrupted");
  expect(await readdir(join(cache(), "parts"))).toEqual(["tiny.part", "tiny.part.json"]);
});

test("a network comes in an archive, with its card", async () => {
  const zip = Buffer.concat([...zipPieces([{ name: "net/end2end.onnx", parts: [onnx] }, { name: "net/deploy.json", parts: [Buffer.from("{}")] }])]); // biome-ignore format: one line
  const { importer } = catalogue.find(({ name }) => name === "rtmpose-m")!;
  const { size: _, ...network } = { ...entry, format: "zip" as const, digest: {}, importer, unpack: { ending: ".onnx", sha256: sha256(onnx) } }; // biome-ignore format: one line
  serve("/models/tiny.bin", zip);
  await get({}, network);
  const { card, bytes } = (await storedNetwork("tiny"))!;
  expect(Buffer.compare(bytes, onnx)).toBe(0);
  expect(card).toMatchObject({
    name: "tiny",
    licence: "Test-1.0",
    skeleton: "coco17",
    codec: { kind: "simcc" },
  });
  expect(card.source.url).toBe(entry.urls[0]);

  const changed = Buffer.concat([...zipPieces([{ name: "end2end.onnx", parts: [weights] }])]);
  await removeModel("tiny");
  serve("/models/tiny.bin", changed);
  await refuses(get({}, network), "DOWNLOAD_DIGEST", /file "end2end\.onnx": its SHA-256/);
  serve("/models/tiny.bin", Buffer.concat([...zipPieces([{ name: "readme", parts: [weights] }])]));
  await refuses(get({}, network), "ZIP_CONTENT", /0 files/);
  serve("/models/tiny.bin", Buffer.from("<html>moved</html>"));
  await refuses(get({}, network), "ZIP_INVALID");
  // Nothing of that was trusted.
  expect(await blobs()).toEqual([]);
  serve("/models/tiny.bin", zip);
  expect(await get({}, network)).toMatchObject({ sha256: sha256(zip) });
});

test("a card that speaks of outputs that the network lacks is refused, and the file stays in the cache", async () => {
  const { importer } = catalogue.find(({ name }) => name === "rtmo-m")!;
  serve("/models/tiny.bin", onnx);
  const wrong = { ...entry, size: onnx.length, digest: { sha256: sha256(onnx) }, importer };
  await refuses(get({}, wrong), "CARD_DISAGREES", /"dets".*simcc_x, simcc_y/);
  expect(await findStored("tiny")).toBeUndefined();
  expect(await blobs()).toEqual([sha256(onnx)]);
  await refuses(get({}, wrong), "CARD_DISAGREES");
  expect(server.requests).toHaveLength(1);
});

test("removal frees the download unless another model has the same", async () => {
  await get();
  await get({}, { ...entry, name: "twin" });
  expect(server.requests).toHaveLength(1);
  expect(await removeModel("tiny")).toMatchObject({ name: "tiny", freed: 0 });
  expect(await blobs()).toHaveLength(1);
  expect(await findStored("tiny")).toBeUndefined();
  expect(await removeModel("twin")).toMatchObject({ freed: weights.length });
  expect(await blobs()).toEqual([]);
  expect(await readdir(models())).toEqual(["manifest"]);
  await refuses(removeModel("twin"), "NETWORK_UNKNOWN");
  await refuses(removeModel("movenet-thunder"), "MODEL_EMBEDDED");
  await refuses(removeModel("../../etc"), "NETWORK_UNKNOWN");
});

test("places that can't be written are named", async () => {
  await writeFile(join(folder, "cache"), "a file in the way");
  await refuses(get(), "FILE_WRITE");
  await rm(join(folder, "cache"));
  await rm(join(folder, "data"), { recursive: true });
  await writeFile(join(folder, "data"), "a file in the way");
  await refuses(get(), "FILE_READ", /a part of the path is a file/);
  if (process.getuid?.() === 0) return; // root may write everywhere
  await rm(join(folder, "data"));
  await mkdir(join(folder, "cache"), { mode: 0o500 });
  await refuses(get(), "FILE_WRITE", /permission/);
  await chmod(join(folder, "cache"), 0o700);
});

test("what can't fit on the disk isn't begun", async () => {
  await refuses(get({}, { ...entry, size: 2 ** 52 }), "DISK_SPACE", /are free/);
  expect(server.requests).toEqual([]);
  expect(await stat(join(cache(), "parts/tiny.part")).catch(() => "none")).toBe("none");
});
