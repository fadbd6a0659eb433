import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { MareyError } from "@marey/core";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { openFrames, type SourceOptions, writeImage } from "./index.js";

const folder = mkdtempSync(join(tmpdir(), "marey-list-"));
const file = (name: string) => join(folder, name);
afterAll(() => rmSync(folder, { recursive: true }));

beforeAll(async () => {
  mkdirSync(file("sub"));
  for (let i = 0; i < 6; i++)
    await writeImage(file(i % 2 ? `sub/${i}.png` : `${i}.png`), {
      width: 4 + i,
      height: 3,
      channels: 3,
      data: new Uint8Array((4 + i) * 9).fill(i),
    });
  writeFileSync(file("broken.png"), "no picture");
});

async function read(input: string, options?: SourceOptions) {
  const source = await openFrames(input, options);
  const seen: { index: number; time: number; value: number; name?: string }[] = [];
  for await (const { index, time, image, name } of source)
    seen.push({ index, time, value: image.data[0]!, name });
  return { source, seen };
}

const errorOf = (promise: Promise<unknown>): Promise<MareyError> =>
  promise.then(
    () => expect.unreachable("no error"),
    (error) => error,
  );

/** A list with these lines, as a source's input. */
function list(lines: string): string {
  writeFileSync(file("list.txt"), lines);
  return `@${file("list.txt")}`;
}

async function* piped(...pieces: string[]) {
  yield* pieces;
}

describe("a list in a file", () => {
  test("gives its pictures in its order, relative to its folder, however lines end, without comments", async () => {
    const { source, seen } = await read(list("# four\n4.png\r\n\n  sub/1.png \n # and\n0.png\r\n2.png"), {
      frameRate: 10,
    });
    expect(source).toMatchObject({ width: 8, height: 3, frameRate: 10 });
    expect(source.live).toBeUndefined();
    expect(seen).toEqual([
      { index: 0, time: 0, value: 4, name: file("4.png") },
      { index: 1, time: 0.1, value: 1, name: file("sub/1.png") },
      { index: 2, time: 0.2, value: 0, name: file("0.png") },
      { index: 3, time: expect.closeTo(0.3, 9), value: 2, name: file("2.png") },
    ]);
  });

  test("has a range, a step, and limits by time", async () => {
    const input = list("0.png\nsub/1.png\n2.png\nsub/3.png\n4.png\nsub/5.png\n");
    const values = async (options: SourceOptions) =>
      (await read(input, options)).seen.map(({ index }) => index);
    expect(await values({ start: 1, end: 5, step: 2 })).toEqual([1, 3]);
    expect(await values({ startTime: 0.2, endTime: 0.4, frameRate: 10 })).toEqual([2, 3]);
    expect((await errorOf(openFrames(input, { start: 9 }))).code).toBe("FRAME_RANGE");
  });

  test("a picture that is missing or broken is told by its line", async () => {
    const input = list("0.png\n\nnone.png\n2.png\nbroken.png\n4.png\n");
    const error = await errorOf(read(input));
    expect(error.code).toBe("FILE_MISSING");
    expect(error.where).toBe(`${file("list.txt")}, line 3 (none.png)`);
    const warnings: MareyError[] = [];
    const { seen } = await read(input, { skipBroken: true, onWarning: (warning) => warnings.push(warning) });
    expect(seen.map(({ index, value }) => [index, value])).toEqual([
      [0, 0],
      [2, 2],
      [4, 4],
    ]);
    expect(warnings.map(({ code }) => code)).toEqual(["FILE_MISSING", "IMAGE_UNREADABLE"]);
    expect(warnings[1]!.where).toContain("line 5 (broken.png)");
    expect(
      (await errorOf(openFrames(list("none.png"), { skipBroken: true, onWarning: () => {} }))).code,
    ).toBe("LIST_EMPTY");
  });

  test("what is no list of pictures is refused", async () => {
    expect((await errorOf(openFrames(`@${file("absent.txt")}`))).code).toBe("FILE_MISSING");
    expect((await errorOf(openFrames(`@${file("sub")}`))).code).toBe("FILE_UNREADABLE");
    expect((await errorOf(openFrames(list("\n \n")))).code).toBe("LIST_EMPTY");
    const error = await errorOf(read(list("0.png\nwalk.mp4\n")));
    expect([error.code, error.where]).toEqual(["LIST_ENTRY", expect.stringContaining("line 2 (walk.mp4)")]);
  });
});

describe("a list that comes piece by piece", () => {
  test("lines may be cut anywhere", async () => {
    const lines = `${file("0.png")}\n${file("sub/1.png")}\n${file("2.png")}`;
    const pieces = [lines.slice(0, 7), lines.slice(7, 40), lines.slice(40)];
    const { seen } = await read("-", { list: piped(...pieces) });
    expect(seen.map(({ value }) => value)).toEqual([0, 1, 2]);
  });

  test("each picture comes as soon as its line, and an endless list isn't read far ahead", async () => {
    let given = 0;
    async function* endless() {
      for (;;) {
        given++;
        yield `${file("0.png")}\n`;
        await new Promise((resolve) => setImmediate(resolve));
      }
    }
    let taken = 0;
    for await (const { index } of await openFrames("-", { list: endless() })) {
      expect(index).toBe(taken++);
      if (taken === 500) break;
    }
    expect(given).toBeLessThan(taken + 4000);
  });

  test("leaving while the next line hasn't come doesn't hang; nor does the signal", async () => {
    async function* stuck() {
      yield `${file("0.png")}\n${file("2.png")}\n`;
      await new Promise(() => {});
    }
    for await (const { index } of await openFrames("-", { list: stuck() })) if (index === 1) break;
    const signal = AbortSignal.timeout(200);
    expect((await errorOf(read("-", { list: stuck(), signal }))).name).toBe("TimeoutError");
  });
});

test("a folder with a broken picture: an error, or a warning and the others", async () => {
  expect((await errorOf(read(folder))).code).toBe("IMAGE_UNREADABLE");
  const warnings: MareyError[] = [];
  const { seen } = await read(folder, { skipBroken: true, onWarning: (warning) => warnings.push(warning) });
  expect(seen.map(({ name }) => name)).toEqual([file("0.png"), file("2.png"), file("4.png")]);
  expect(warnings.map(({ where }) => where)).toEqual([file("broken.png")]);
});
