import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { MareyError } from "@marey/core";
import { poseBvh, readBvh, readMareyJson, readTrc } from "@marey/core/format";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { convert, convertCommand } from "./convert.js";

const data = "../shared/data";
const trial = join(data, "pose2sim-single");
const trc = join(trial, "reference/p2s_head_raw.trc");
const there = existsSync(trc);
if (!there) console.log("convert: skipped, no ../shared/data");

let folder: string;
const at = (name: string) => join(folder, name);
const bytes = (path: string) => new Uint8Array(readFileSync(path));
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), "marey-convert-"));
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));

describe.skipIf(!there)("marey convert", () => {
  test("TRC → JSON → NPZ → CSV → C3D → TRC keeps every marker to a micrometre", async () => {
    const chain = [trc, at("a.json"), at("a.npz"), at("a.csv"), at("a.c3d"), at("a.trc")];
    for (let i = 1; i < chain.length; i++) await convert(chain[i - 1]!, chain[i]!, { inputUp: "y" });
    const want = readTrc(bytes(trc));
    const got = readTrc(bytes(at("a.trc")));
    expect(got.names).toEqual(want.names);
    expect(got.frameRate).toBe(60);
    expect(got.firstFrame).toBe(want.firstFrame);
    got.points.forEach((value, i) => {
      expect(Math.abs(value - want.points[i]!)).toBeLessThan(6e-6);
    });
  });

  test("markers of no layout survive TRC → C3D → JSON → TRC, all 64", async () => {
    const study = join(trial, "reference/author_filt_butterworth_LSTM.trc");
    const chain = [study, at("a.c3d"), at("a.json"), at("a.trc")];
    for (let i = 1; i < chain.length; i++) await convert(chain[i - 1]!, chain[i]!);
    const want = readTrc(bytes(study));
    const got = readTrc(bytes(at("a.trc")));
    expect(got.names).toEqual(want.names);
    expect(got.names.length).toBe(64);
    got.points.forEach((value, i) => {
      expect(Math.abs(value - want.points[i]!)).toBeLessThan(6e-6);
    });
    const file = readMareyJson(bytes(at("a.json")));
    expect(file.kind === "motion" && file.motion.skeleton.name).toBe("a");
  });

  test("markers become BVH and GLB: a skeleton is fitted and said so", async () => {
    const done = await convert(trc, at("a.bvh"));
    expect(done.fitDistance).toBeLessThan(0.05);
    const bvh = readBvh(bytes(at("a.bvh")));
    expect(bvh.frameCount).toBe(100);
    const heights = poseBvh(bvh).positions.filter((_, i) => i % 3 === 1);
    expect(Math.min(...heights)).toBeGreaterThan(-30);
    expect(Math.max(...heights)).toBeLessThan(220);
    await convert(trc, at("a.glb"));
    expect(new TextDecoder().decode(bytes(at("a.glb")).subarray(0, 4))).toBe("glTF");
    const again = await convert(at("a.bvh"), at("b.bvh"));
    expect(again.fitDistance).toBeUndefined();
    expect(readFileSync(at("b.bvh"), "utf8").length).toBeGreaterThan(1000);
  });

  test("an OpenPose folder → detections → an OpenPose folder keeps every keypoint", async () => {
    await convert(join(trial, "pose/cam01_json"), at("cam01.json"), { frameRate: 60 });
    await convert(at("cam01.json"), at("cam01"));
    await convert(at("cam01"), at("again.json"), { frameRate: 60 });
    const joints = (path: string) => {
      const file = readMareyJson(bytes(path));
      return (
        file.kind === "detections" && file.detections.frames.map((people) => people.map((one) => one.joints))
      );
    };
    expect(joints(at("again.json"))).toEqual(joints(at("cam01.json")));
    expect(readdirSync(at("cam01")).length).toBe(100);
    await expect(convert(at("cam01.json"), at("cam01"))).rejects.toThrow(/holds files already/);
    await expect(convert(at("cam01.json"), at("a.bvh"))).rejects.toThrow(/can't be written as \.bvh/);
  });

  test("a calibration is converted", async () => {
    const { kind } = await convert(join(trial, "calibration/Calib.qca.txt"), at("c.toml"));
    expect(kind).toBe("calibration");
    expect(readFileSync(at("c.toml"), "utf8")).toMatch(/rotation/);
  });

  test("several people go to a file each, or the one chosen", async () => {
    await convert(trc, at("one.json"));
    const text = readFileSync(at("one.json"), "utf8");
    const person = text.slice(text.indexOf('{"id":0'), text.lastIndexOf("]}"));
    writeFileSync(at("two.json"), text.replace(person, `${person},\n${person.replace('"id":0', '"id":4')}`));
    const { outputs } = await convert(at("two.json"), at("two.trc"));
    expect(outputs).toEqual([at("two_P0.trc"), at("two_P4.trc")]);
    expect((await convert(at("two.json"), at("four.trc"), { person: 4 })).outputs).toEqual([at("four.trc")]);
    await expect(convert(at("two.json"), at("x.trc"), { person: 7 })).rejects.toThrow(/there are: 0, 4/);
    await expect(convert(at("two.json"), at("two.trc"))).rejects.toThrow(/--force/);
    expect(readdirSync(folder).sort()).toEqual([
      "four.trc",
      "one.json",
      "two.json",
      "two_P0.trc",
      "two_P4.trc",
    ]);
  });

  test("--up turns formats that can choose; TRC stays Y up", async () => {
    await convert(trc, at("z.json"), { up: "z" });
    const file = readMareyJson(bytes(at("z.json")));
    expect(file.kind === "motion" && file.motion.up).toBe("z");
    await convert(at("z.json"), at("z.trc"));
    const [want, got] = [readTrc(bytes(trc)), readTrc(bytes(at("z.trc")))];
    got.points.forEach((value, i) => {
      expect(Math.abs(value - want.points[i]!)).toBeLessThan(6e-6);
    });
  });

  test("bad input: a MareyError that names the file, and no output", async () => {
    writeFileSync(at("cut.json"), '{"format":"marey-motion","version":1,"peo');
    writeFileSync(at("empty.trc"), "");
    writeFileSync(at("what.xyz"), "hello");
    for (const [input, output] of [
      ["cut.json", "o.trc"],
      ["empty.trc", "o.bvh"],
      ["what.xyz", "o.csv"],
      ["none.trc", "o.csv"],
    ] as const) {
      const error = await convert(at(input), at(output)).catch((e: unknown) => e);
      expect(error).toBeInstanceOf(MareyError);
      expect((error as MareyError).message).toContain(input);
    }
    await expect(convert(trc, at("o.xyz"))).rejects.toThrow(/names no motion format/);
    expect(readdirSync(folder).filter((name) => name.startsWith("o") || name.startsWith("."))).toEqual([]);
  });

  test("the command prints what it did", async () => {
    const lines: string[] = [];
    const log = console.log;
    console.log = (line: string) => lines.push(line);
    try {
      await convertCommand().parseAsync([trc, at("p.csv"), "--json"], { from: "user" });
    } finally {
      console.log = log;
    }
    expect(JSON.parse(lines[0]!)).toMatchObject({
      kind: "motion",
      people: 1,
      frames: 100,
      outputs: [at("p.csv")],
    });
  });
});
