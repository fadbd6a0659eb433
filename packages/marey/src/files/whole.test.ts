import { spawnSync } from "node:child_process";
import {
  existsSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  truncateSync,
  writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { pathToFileURL } from "node:url";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { fileSet, readWhole, writeWhole } from "./whole.js";

let folder: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), "marey-files-"));
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));

const text = (path: string) => readFileSync(path, "utf8");

test("a set that is given up closes the files that were being written", async () => {
  const files = fileSet();
  const file = await files.open(join(folder, "half.txt"));
  await file.write("one");
  await files.discard();
  await expect(file.write("x".repeat(1 << 17))).rejects.toThrow();
  await file.close().catch(() => undefined);
  expect(readdirSync(folder)).toEqual([]);
});

describe("writeWhole", () => {
  test("writes bytes, texts and pieces, making the folder", async () => {
    const path = join(folder, "a", "b.txt");
    await writeWhole(path, ["one ", new TextEncoder().encode("two "), "three"]);
    expect(text(path)).toBe("one two three");
    await writeWhole(path, Uint8Array.of(52), { force: true });
    await expect(writeWhole(path, "5")).rejects.toThrow(expect.objectContaining({ code: "FILE_EXISTS" }));
    expect(text(path)).toBe("4");
  });

  test("many pieces keep their order beyond a block", async () => {
    const path = join(folder, "long.txt");
    const pieces = function* () {
      for (let i = 0; i < 300_000; i++) yield `${i}\n`;
    };
    await writeWhole(path, pieces());
    expect(text(path)).toBe([...pieces()].join(""));
  });

  test("an error while the content is made leaves nothing behind", async () => {
    const pieces = function* () {
      yield "half";
      throw new RangeError("stop");
    };
    await expect(writeWhole(join(folder, "x.txt"), pieces())).rejects.toThrow("stop");
    expect(readdirSync(folder)).toEqual([]);
  });

  test("a name that is taken while the file is made is not replaced", async () => {
    const path = join(folder, "race.txt");
    const pieces = function* () {
      writeFileSync(path, "theirs");
      yield "ours";
    };
    await expect(writeWhole(path, pieces())).rejects.toThrow(/--force/);
    expect(readdirSync(folder)).toEqual(["race.txt"]);
    expect(text(path)).toBe("theirs");
  });

  test("a folder in the way is named", async () => {
    writeFileSync(join(folder, "file"), "");
    await expect(writeWhole(join(folder, "file", "x"), "1")).rejects.toThrow(/a part of the path is a file/);
    await expect(writeWhole(folder, "1", { force: true })).rejects.toThrow(
      expect.objectContaining({ code: "FILE_WRITE" }),
    );
  });

  test.skipIf(process.platform === "win32")(
    "a write that the system refuses half-way leaves nothing behind",
    () => {
      // A limit on the size of files stands in for a full disk: the same call fails in the same way.
      const script = join(folder, "write.mts");
      const module = pathToFileURL(join(import.meta.dirname, "whole.ts")).href;
      writeFileSync(
        script,
        `import { writeWhole } from ${JSON.stringify(module)};
      process.on("SIGXFSZ", () => {});
      await writeWhole(process.argv[2], new Uint8Array(1 << 20)).catch(({ code, message }) => console.log(code, message));`,
      );
      const out = join(folder, "out");
      const run = `ulimit -f 8; exec "${process.execPath}" --conditions=marey-source --import tsx "${script}" "${out}/big"`;
      const tsxHome = join(import.meta.dirname, "../../../..");
      const { stdout } = spawnSync("sh", ["-c", run], {
        encoding: "utf8",
        cwd: tsxHome,
        env: { ...process.env, TSX_DISABLE_CACHE: "1" },
      });
      expect(stdout).toMatch(/^FILE_WRITE .*larger than the system allows/);
      expect(existsSync(out)).toBe(false);
    },
  );
});

describe("fileSet", () => {
  test("nothing is seen before all is published, nothing stays of what was discarded", async () => {
    const set = fileSet();
    await set.write(join(folder, "a", "1.txt"), "one");
    await set.write(join(folder, "a", "2.txt"), "two");
    expect(readdirSync(join(folder, "a")).filter((name) => !name.startsWith("."))).toEqual([]);
    await set.publish();
    await set.discard();
    expect(readdirSync(join(folder, "a")).sort()).toEqual(["1.txt", "2.txt"]);
    await set.write(join(folder, "a", "3.txt"), "three");
    await set.write(join(folder, "b", "c", "4.txt"), "four");
    await set.discard();
    expect(readdirSync(folder)).toEqual(["a"]);
    expect(readdirSync(join(folder, "a")).sort()).toEqual(["1.txt", "2.txt"]);
  });

  test("one name that is taken keeps all back", async () => {
    const set = fileSet();
    await set.write(join(folder, "1.txt"), "one");
    await set.write(join(folder, "2.txt"), "two");
    writeFileSync(join(folder, "2.txt"), "theirs");
    await expect(set.publish()).rejects.toThrow(expect.objectContaining({ code: "FILE_EXISTS" }));
    await set.discard();
    expect(readdirSync(folder)).toEqual(["2.txt"]);
  });
});

describe("readWhole", () => {
  test("gives bytes of its own, and says what is wrong", async () => {
    const path = join(folder, "r.bin");
    writeFileSync(path, Uint8Array.of(1, 2, 3));
    expect(await readWhole(path)).toEqual(Uint8Array.of(1, 2, 3));
    await expect(readWhole(join(folder, "no"))).rejects.toThrow(/no such file/);
    await expect(readWhole(folder)).rejects.toThrow(/is a folder/);
    await expect(readWhole(join(path, "x"))).rejects.toThrow(/a part of the path is a file/);
  });

  test("a file that is too large to be read at once is refused with a remedy", async () => {
    const path = join(folder, "large.bin");
    writeFileSync(path, "");
    truncateSync(path, 2 ** 40); // takes no room on the disk
    await expect(readWhole(path)).rejects.toThrow(
      expect.objectContaining({
        code: "FILE_READ",
        message: expect.stringMatching(/large\.bin.*2 GiB.*smaller/),
      }),
    );
  });
});

test.skipIf(!existsSync("/proc"))(
  "a folder where none can be made is told, not asked for again and again",
  async () => {
    await expect(writeWhole("/proc/marey/out.json", "{}")).rejects.toMatchObject({ code: "FILE_WRITE" });
  },
);
