import { existsSync, readFileSync } from "node:fs";
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { project } from "../camera/projection.js";
import { turnRig } from "../camera/rig.js";
import { MareyError } from "../error.js";
import { readCalibrationToml, writeCalibrationToml } from "./calibrationToml.js";
import { readQualisys } from "./qualisys.js";

const folder = "../shared/data/pose2sim-single/calibration/";
const have = existsSync(folder);
const file = (name: string) => new Uint8Array(readFileSync(folder + name));
const bytes = (text: string) => new TextEncoder().encode(text);
const plain = `[cam1]
name = "left"
size = [ 1920.0, 1080.0]
matrix = [ [ 1500.0, 0.0, 960.0], [ 0.0, 1490.0, 540.0], [ 0.0, 0.0, 1.0]]
distortions = [ -0.1, 0.02, 0.001, -0.002]
rotation = [ 1.2, 0.1, -0.3]
translation = [ 0.5, 1.0, 4.0]
fisheye = false

[metadata]
adjusted = false
`;
const failure = (text: string) => {
  try {
    readCalibrationToml(bytes(text), "calib.toml");
  } catch (error) {
    expect(error).toBeInstanceOf(MareyError);
    return (error as MareyError).message;
  }
  return "no error";
};

describe("calibration TOML", () => {
  test("reads a camera in Marey's conventions", () => {
    const { cameras, up } = readCalibrationToml(bytes(plain));
    expect(up).toBe("z");
    expect(cameras).toHaveLength(1);
    expect(cameras[0]).toMatchObject({
      name: "left",
      width: 1920,
      height: 1080,
      fx: 1500,
      fy: 1490,
      cx: 960,
      cy: 540,
    });
    expect(cameras[0].distortion).toEqual([-0.1, 0.02, 0.001, -0.002]);
  });

  test("what is written comes back, and a Y-up rig projects the same", () => {
    const rig = readCalibrationToml(bytes(plain));
    const second = { ...rig.cameras[0], name: 'rechts "2"\n', distortion: [0.1, 0, 0, 0, 0.3] };
    const both = { ...rig, cameras: [...rig.cameras, second, { ...second, name: "metadata" }] };
    const again = readCalibrationToml(writeCalibrationToml(both));
    expect(again.cameras.map((camera) => camera.name)).toEqual(["left", 'rechts "2"\n', "metadata"]);
    again.cameras.forEach((camera, i) => {
      const want = both.cameras[i];
      expect({ ...camera, rotation: 0 }).toEqual({ ...want, rotation: 0 });
      camera.rotation.forEach((value, j) => {
        expect(value).toBeCloseTo(want.rotation[j], 14);
      });
    });
    const turned = readCalibrationToml(writeCalibrationToml(turnRig(both, "y")));
    const [a, b] = [project([0.3, -0.2, 1.1], turned.cameras[1]), project([0.3, -0.2, 1.1], second)];
    expect(a[0]).toBeCloseTo(b[0], 9);
    const inY = project([-0.2, 1.1, 0.3], turnRig(both, "y").cameras[1]);
    expect(inY[1]).toBeCloseTo(b[1], 9);
  });

  test("each fault is named with file, camera and remedy", () => {
    const change = (from: string | RegExp, to: string) => failure(plain.replace(from, to));
    expect(change("1500.0", "nan")).toMatch(/^calib\.toml \[cam1\]: the focal length is NaN\. \S/);
    expect(change("1500.0", "-1500.0")).toMatch(/mirror the video back/);
    expect(change("1500.0", "1e300")).toMatch(/beyond 10000000/);
    expect(change("4.0]", "40000.0]")).toMatch(/translation in metres/);
    expect(change("0.5, 1.0, 4.0", "0.5, 1.0")).toMatch(/"translation" is 2 values; it must hold 3 numbers/);
    expect(change(/matrix.*\n/, "")).toMatch(/\[cam1\]: "matrix" is missing/);
    expect(change("0.5, 1.0, 4.0", '0.5, 1.0, "4"')).toMatch(/not all numbers/);
    expect(change("fisheye = false", "fisheye = true")).toMatch(/fisheye lens is not supported yet/);
    expect(change("1.2, 0.1, -0.3", "[1,0,0],[0,1,0],[0,0,-1]")).toMatch(/mirrors the world/);
    expect(change("1.2, 0.1, -0.3", "[1,0,0],[0,2,0],[0,0,1]")).toMatch(/not orthonormal/);
    expect(change("1.2, 0.1, -0.3", "720, 0, 0")).toMatch(/radians/);
    expect(change("[ 1500.0, 0.0, 960.0]", "[ 1500.0, 0.0, 0.0]").replace(/no error/, "fine")).toBe("fine");
    expect(change("[ 0.0, 0.0, 1.0]", "[ 960.0, 540.0, 1.0]")).toMatch(/transposed/);
    expect(change("size = [ 1920.0", "size = [ -1.0")).toMatch(/size of the picture is -1/);
    expect(change("[cam1]", "[cam1")).toMatch(/not valid TOML/);
    expect(failure(plain + plain.replace("[cam1]", "[cam2]").split("[metadata]")[0])).toMatch(
      /two cameras are called "left"/,
    );
    expect(failure("[metadata]\nerror = 0.0\n")).toMatch(/describes no camera/);
    expect(() => readCalibrationToml(Uint8Array.of(0xff, 0xfe, 0x41), "x.toml")).toThrow(
      /not a text in UTF-8/,
    );
    expect(failure(`a = ${"[".repeat(100_000)}`)).toMatch(/not valid TOML/);
  });

  test("reads tables nested under cameras, with rotation matrices and numbers as names", () => {
    const nested = plain
      .replace("[cam1]", "[cameras.7]")
      .replace('name = "left"', "cam_id = 7")
      .replace("[ 1.2, 0.1, -0.3]", "[[1.0, 0.0, 0.0], [0.0, 0.0, -1.0], [0.0, 1.0, 0.0]]");
    const { cameras } = readCalibrationToml(bytes(nested));
    expect(cameras[0].name).toBe("7");
    expect([...cameras[0].rotation]).toEqual([1, 0, 0, 0, 0, -1, 0, 1, 0]);
  });
});

describe.skipIf(!have)("the calibration of pose2sim-single (skipped where ../shared is absent)", () => {
  test("Qualisys agrees with Pose2Sim's conversion in all but the distortion", () => {
    const mine = readQualisys(file("Calib.qca.txt"), "Calib.qca.txt");
    const theirs = readCalibrationToml(file("Calib_qualisys.toml"), "Calib_qualisys.toml");
    expect(mine.up).toBe(theirs.up);
    expect(mine.cameras).toHaveLength(4);
    mine.cameras.forEach((camera, i) => {
      const other = theirs.cameras[i];
      expect([camera.name, camera.width, camera.height]).toEqual([other.name, other.width, other.height]);
      for (const key of ["fx", "fy", "cx", "cy"] as const) expect(camera[key]).toBeCloseTo(other[key], 9);
      camera.rotation.forEach((value, j) => {
        expect(Math.abs(value - other.rotation[j])).toBeLessThan(1e-7);
      });
      camera.translation.forEach((value, j) => {
        expect(Math.abs(value - other.translation[j])).toBeLessThan(1e-7);
      });
      camera.distortion.forEach((value, j) => {
        expect(value / 64).toBeCloseTo(other.distortion[j], 12);
      });
    });
  });

  test("mutated files give a rig of finite numbers or a MareyError", () => {
    const inputs = [
      { read: readQualisys, bytes: file("Calib.qca.txt") },
      { read: readCalibrationToml, bytes: file("Calib_qualisys.toml") },
    ];
    const piece = fc.constantFrom(
      "",
      "nan",
      "-",
      "1e999",
      '"',
      "<",
      "[",
      "]",
      "=",
      "\0",
      "\u00e9",
      "0x",
      "99999999999",
      "</camera>",
      "inf",
    );
    const edit = fc.record({
      at: fc.double({ min: 0, max: 1, noNaN: true }),
      cut: fc.integer({ min: 0, max: 40 }),
      piece,
      byte: fc.nat(255),
      raw: fc.boolean(),
    });
    fc.assert(
      fc.property(
        fc.constantFrom(...inputs),
        fc.array(edit, { minLength: 1, maxLength: 5 }),
        fc.option(fc.double({ min: 0, max: 1, noNaN: true })),
        (input, edits, end) => {
          let data = input.bytes;
          for (const { at, cut, piece, byte, raw } of edits) {
            const start = Math.floor(at * data.length);
            const put = raw ? Uint8Array.of(byte) : bytes(piece);
            data = new Uint8Array([...data.subarray(0, start), ...put, ...data.subarray(start + cut)]);
          }
          if (end !== null) data = data.subarray(0, Math.floor(end * data.length));
          try {
            for (const camera of input.read(data, "mutated").cameras) {
              const { fx, fy, cx, cy, width, height, distortion, rotation, translation } = camera;
              const all = [fx, fy, cx, cy, width, height, ...distortion, ...rotation, ...translation];
              expect(all.every(Number.isFinite)).toBe(true);
            }
          } catch (error) {
            if (!(error instanceof MareyError)) throw error;
            expect(error.where).toContain("mutated");
          }
        },
      ),
      { numRuns: 1500 },
    );
  });

  test("reads Caliscope's file of a real session", () => {
    const path = "../shared/data/samples/caliscope/4_cam_recording/camera_array.toml";
    const { cameras } = readCalibrationToml(new Uint8Array(readFileSync(path)), path);
    expect(cameras.map((camera) => [camera.name, camera.width, camera.distortion.length])).toEqual(
      ["0", "1", "2", "3"].map((name) => [name, 1280, 5]),
    );
  });

  test("a Qualisys file without video cameras, or with a hole, says so", () => {
    const text = new TextDecoder().decode(file("Calib.qca.txt"));
    const read = (change: (text: string) => string) => () => readQualisys(bytes(change(text)), "a.qca.txt");
    expect(read((t) => t.replaceAll('model="none"', 'model="Miqus M3"'))).toThrow(
      /none of its cameras takes video/,
    );
    expect(read((t) => t.replace(/ focalLengthU="[^"]*"/, ""))).toThrow(
      /a\.qca\.txt, camera "cam01": the attribute "focalLengthU"/,
    );
    expect(read((t) => t.replaceAll('serial="cam02"', 'serial="cam01"'))).toThrow(
      /two cameras are called "cam01"/,
    );
    expect(read((t) => t.slice(0, 900))).toThrow(/not valid XML/);
    expect(read(() => "")).toThrow(MareyError);
  });
});
