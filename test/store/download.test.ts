import { chmod, mkdir, mkdtemp, readFile, rm, stat, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import fc from "fast-check";
import { afterEach, beforeEach, expect, test } from "vitest";
import { type DownloadOptions, download } from "../../packages/marey/src/store/download.js";
import { type Answer, type FileServer, fileServer, type SendOptions, send } from "./fileServer.js";

const bytes = Uint8Array.from({ length: 100_000 }, (_, i) => (i * 7919) % 251);
const others = bytes.map((byte) => byte ^ 1);

let folder: string;
let part: string;
let server: FileServer;
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), "marey-download-"));
  part = join(folder, "cache/net.part");
  server = await fileServer();
});
afterEach(async () => {
  await server.close();
  await rm(folder, { recursive: true, force: true });
});

/** Answers by the number of the request; the last one for all further ones. */
const serve = (path: string, ...answers: (SendOptions & { content?: Uint8Array })[]) => {
  server.answers[path] = (request, response, n) => {
    const { content = bytes, ...options } = answers[Math.min(n, answers.length) - 1]!;
    send(request, response, content, options);
  };
};
const get = (options: DownloadOptions = {}, path = "/net.bin") =>
  download([`${server.url}${path}`], part, { pause: 0.01, ...options });
/** Element by element, a matcher takes half a second for so many bytes. */
const expectFetched = async (expected: Uint8Array) =>
  expect(Buffer.compare(await readFile(part), expected), "the file's bytes").toBe(0);

test("a file comes whole, with its progress", async () => {
  serve("/net.bin", { etag: '"a"' });
  const seen: [number, number | undefined][] = [];
  const url = await get({ onProgress: (done, total) => seen.push([done, total]) });
  expect(url).toBe(`${server.url}/net.bin`);
  await expectFetched(bytes);
  expect(seen[0]).toEqual([0, bytes.length]);
  expect(seen.at(-1)).toEqual([bytes.length, bytes.length]);
});

test("after the connection is cut it goes on where it was, again and again", async () => {
  serve("/net.bin", { etag: '"a"', cutAfter: 30_000 }, { etag: '"a"', cutAfter: 25_000 }, { etag: '"a"' });
  const notes: string[] = [];
  await get({ onNote: (note) => notes.push(note) });
  await expectFetched(bytes);
  expect(server.requests.slice(1)).toEqual([
    { path: "/net.bin", range: "bytes=30000-", ifRange: '"a"' },
    { path: "/net.bin", range: "bytes=55000-", ifRange: '"a"' },
  ]);
  expect(notes).toHaveLength(2);
  expect(notes[0]).toMatch(/^the connection broke \(.+\); trying again/);
});

test("a later run goes on where an earlier one stopped, wherever that was", () =>
  fc.assert(
    fc.asyncProperty(fc.integer({ min: 1, max: bytes.length }), async (stop) => {
      await rm(join(folder, "cache"), { recursive: true, force: true });
      serve("/net.bin", { modified: "Sat, 21 Nov 2026 10:00:00 GMT" });
      await get();
      await writeFile(part, bytes.subarray(0, stop));
      server.requests.length = 0;
      await get();
      await expectFetched(bytes);
      expect(server.requests[0]).toMatchObject({ range: `bytes=${stop}-` });
    }),
    { numRuns: 20 },
  ));

test("a file that has changed in between is fetched anew: never pieces of two", async () => {
  serve("/net.bin", { etag: '"a"', cutAfter: 30_000 }, { etag: '"b"', content: others });
  const notes: string[] = [];
  await get({ onNote: (note) => notes.push(note) });
  await expectFetched(others);
  expect(notes[1]).toMatch(/begins anew/);
  // A server that goes on in spite of it, with another ETag.
  await rm(join(folder, "cache"), { recursive: true });
  server.answers["/rude.bin"] = (request, response, n) => {
    if (n === 1) return send(request, response, bytes, { etag: '"a"', cutAfter: 30_000 });
    delete request.headers["if-range"];
    send(request, response, others, { etag: '"b"' });
  };
  await get({}, "/rude.bin");
  await expectFetched(others);
});

test("a server that knows no ranges sends all of it again", async () => {
  serve("/net.bin", { etag: '"a"', ranges: false, cutAfter: 30_000 }, { etag: '"a"', ranges: false });
  await get();
  await expectFetched(bytes);
});

test("without ETag or date, a part is continued only where a digest will tell", async () => {
  serve("/net.bin", { cutAfter: 30_000 }, {});
  await get();
  expect(server.requests[1]).toEqual({ path: "/net.bin" });
  await rm(join(folder, "cache"), { recursive: true });
  serve("/sure.bin", { cutAfter: 30_000 }, {});
  await get({ checked: true }, "/sure.bin");
  expect(server.requests.at(-1)).toEqual({ path: "/sure.bin", range: "bytes=30000-" });
  // A weak ETag speaks of the meaning, not of bytes.
  await rm(join(folder, "cache"), { recursive: true });
  serve("/weak.bin", { etag: 'W/"a"', cutAfter: 30_000 }, { etag: 'W/"a"' });
  await get({}, "/weak.bin");
  expect(server.requests.at(-1)).toEqual({ path: "/weak.bin" });
});

test("a part that is whole already is recognised, one that is too long is thrown away", async () => {
  serve("/net.bin", { etag: '"a"' });
  await get();
  await get();
  expect(server.requests[1]).toMatchObject({ range: `bytes=${bytes.length}-` });
  await expectFetched(bytes);
  await writeFile(part, new Uint8Array(bytes.length + 5));
  await get();
  await expectFetched(bytes);
});

test("a stalled server is asked again, a slow one is waited for", async () => {
  serve("/net.bin", { etag: '"a"', silentAfter: 40_000 }, { etag: '"a"' });
  const notes: string[] = [];
  await get({ patience: 0.2, onNote: (note) => notes.push(note) });
  await expectFetched(bytes);
  expect(notes).toEqual(["the server sent nothing for 0.2 s; trying again in 0.01 s"]);
  await rm(join(folder, "cache"), { recursive: true });
  serve("/slow.bin", { slow: 5 });
  await get({ patience: 0.2 }, "/slow.bin");
  await expectFetched(bytes);
  expect(server.requests.filter(({ path }) => path === "/slow.bin")).toHaveLength(1);
  // One that never answers.
  server.answers["/mute.bin"] = () => {};
  await expect(get({ patience: 0.05 }, "/mute.bin")).rejects.toMatchObject({
    code: "DOWNLOAD_FAILED",
    what: "the server sent nothing for 0.05 s, 5 times in a row",
  });
});

test("a server that goes away in the middle is waited for until it is back", async () => {
  serve("/net.bin", { etag: '"a"', cutAfter: 30_000 });
  const notes: string[] = [];
  let again: Promise<FileServer> | undefined;
  const onNote = (note: string) => {
    notes.push(note);
    if (notes.length === 1) void server.close();
    const answer: Answer = (request, response) => send(request, response, bytes, { etag: '"a"' });
    if (notes.length === 2) again = fileServer({ "/net.bin": answer }, Number(new URL(server.url).port));
  };
  await get({ onNote, pause: 0.2 });
  await expectFetched(bytes);
  expect(notes[1]).toMatch(/can't be reached \(ECONNREFUSED\); trying again in 0\.4 s/);
  expect((await again)?.requests).toEqual([{ path: "/net.bin", range: "bytes=30000-", ifRange: '"a"' }]);
  await (await again)?.close();
});

test("a file of unknown length ends where the server says, and no later than it may", async () => {
  serve("/net.bin", { chunked: true });
  await get();
  await expectFetched(bytes);
  await rm(join(folder, "cache"), { recursive: true });
  await expect(get({ size: 99_999 })).rejects.toMatchObject({ code: "DOWNLOAD_SIZE" });
});

test("a wrong size is refused before a byte is fetched", async () => {
  serve("/net.bin", {});
  await expect(get({ size: 7 })).rejects.toMatchObject({
    code: "DOWNLOAD_SIZE",
    what: "the server's file has 100000 bytes, expected 7",
  });
  await expect(stat(part)).rejects.toThrow();
});

test("statuses: what isn't there, what isn't for everybody, and what may pass", async () => {
  server.answers["/private"] = (_, response) => response.writeHead(403).end("no");
  server.answers["/busy"] = (request, response, n) =>
    n < 3 ? response.writeHead(503).end() : send(request, response, bytes);
  server.answers["/broken"] = (_, response) => response.writeHead(500).end();
  await expect(get({}, "/nothing")).rejects.toMatchObject({
    code: "DOWNLOAD_STATUS",
    what: expect.stringMatching(/404/),
  });
  await expect(get({}, "/private")).rejects.toMatchObject({
    code: "DOWNLOAD_STATUS",
    what: expect.stringMatching(/403/),
  });
  await get({}, "/busy");
  await expectFetched(bytes);
  await expect(get({}, "/broken")).rejects.toMatchObject({
    code: "DOWNLOAD_FAILED",
    what: expect.stringMatching(/500, 5 times/),
  });
});

test("redirects are followed, circles and what leads nowhere aren't", async () => {
  const to = (location: string) => (_: unknown, response: import("node:http").ServerResponse) =>
    void response.writeHead(302, { location }).end("moved");
  serve("/net.bin", { etag: '"a"', cutAfter: 30_000 }, { etag: '"a"' });
  Object.assign(server.answers, { "/old": to("older"), "/older": to(`${server.url}/net.bin`) });
  expect(await get({}, "/old")).toBe(`${server.url}/net.bin`);
  await expectFetched(bytes);
  expect(server.requests.at(-1)).toMatchObject({ range: "bytes=30000-" });
  Object.assign(server.answers, { "/a": to("/b"), "/b": to("/a"), "/file": to("file:///etc/passwd") });
  for (let i = 0; i < 12; i++) server.answers[`/far${i}`] = to(`/far${i + 1}`);
  server.answers["/nowhere"] = (_, response) => response.writeHead(302).end();
  for (const [path, what] of [
    ["/a", /circle/],
    ["/far0", /more than 10/],
    ["/file", /no web address/],
    ["/nowhere", /nowhere/],
  ] as const)
    await expect(get({}, path)).rejects.toMatchObject({
      code: "DOWNLOAD_REDIRECT",
      what: expect.stringMatching(what),
    });
});

test("the next address is asked when one doesn't have the file or can't be reached", async () => {
  serve("/net.bin", {});
  const closed = await fileServer();
  await closed.close();
  const addresses = [`${closed.url}/net.bin`, `${server.url}/nothing`, `${server.url}/net.bin`];
  expect(await download(addresses, part)).toBe(addresses[2]);
  await expect(download(addresses.slice(0, 2), part)).rejects.toMatchObject({
    code: "DOWNLOAD_FAILED",
    what: expect.stringMatching(/ECONNREFUSED.*nothing: the server answers 404/),
  });
});

test("Ctrl-C stops at once and keeps what has come", async () => {
  serve("/net.bin", { etag: '"a"', silentAfter: 40_000 });
  const controller = new AbortController();
  const work = get({
    signal: controller.signal,
    onProgress: (done) => done >= 40_000 && controller.abort(new Error("interrupted")),
  });
  await expect(work).rejects.toThrow("interrupted");
  await expectFetched(bytes.subarray(0, 40_000));
  serve("/net.bin", { etag: '"a"' });
  await get();
  await expectFetched(bytes);
  expect(server.requests).toHaveLength(2);
});

test("a disk that can't be written is named, and nothing hangs", async () => {
  serve("/net.bin", {});
  await writeFile(join(folder, "cache"), "a file in the way");
  await expect(get()).rejects.toMatchObject({ code: "FILE_WRITE" });
  await rm(join(folder, "cache"));
  await mkdir(join(folder, "cache/net.part"), { recursive: true });
  await expect(get()).rejects.toMatchObject({ code: "FILE_WRITE" });
  if (process.getuid?.() === 0) return; // root may write everywhere
  await rm(join(folder, "cache/net.part"), { recursive: true });
  await chmod(join(folder, "cache"), 0o500);
  await expect(get()).rejects.toMatchObject({ code: "FILE_WRITE" });
  await chmod(join(folder, "cache"), 0o700);
});
