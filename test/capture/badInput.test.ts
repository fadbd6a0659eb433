import {
  copyFileSync,
  cpSync,
  mkdirSync,
  readFileSync,
  renameSync,
  rmSync,
  symlinkSync,
  truncateSync,
  writeFileSync,
} from "node:fs";
import { join } from "node:path";
import { MareyError } from "@marey/core";
import { afterAll, describe, expect, test } from "vitest";
import { type SmallSession, sessionMaker } from "./smallSession.js";

const { root, remove, session: make } = sessionMaker();
afterAll(remove);

type Settings = Parameters<SmallSession["capture"]>[0];

/** What is wrong; what a test does to a good session; the code and what the message must say. */
type Case = [
  name: string,
  damage: (session: SmallSession) => unknown,
  code: string,
  says: RegExp | ((session: SmallSession) => string),
];

const edit = (path: string, change: (text: string) => string) =>
  writeFileSync(path, change(readFileSync(path, "utf8")));
const editCalibration =
  (change: (text: string) => string) =>
  ({ calibration }: SmallSession) =>
    edit(calibration, change);
const config = (text: string | Uint8Array) => (session: SmallSession) =>
  writeFileSync(join(session.folder, "Config.toml"), text);
const frame = (text: string | Uint8Array) => (session: SmallSession) =>
  writeFileSync(session.frame(1, 3), text);
const thatFrame = (session: SmallSession) => session.frame(1, 3);
const person = (values: unknown) => JSON.stringify({ people: [{ pose_keypoints_2d: values }] });

const cameras: Case[] = [
  [
    "a camera is missing in the calibration",
    editCalibration((text) => text.replace(/\[cam03\][\s\S]*(?=\[cam04\])/, "")),
    "CAMERA_MISSING",
    /3 cameras \(cam01, cam02, cam04\).*4 views/,
  ],
  [
    "a view has no camera of its name, and there are more views",
    (s) => cpSync(s.pose(0), s.pose(0).replace("cam01", "cam09"), { recursive: true }),
    "CAMERA_MISSING",
    /4 cameras .*5 views/,
  ],
  [
    "one view only",
    (s) => {
      for (const v of [0, 1, 2]) rmSync(s.pose(v), { recursive: true });
    },
    "CAMERA_MISSING",
    /only one view \(cam04\)/,
  ],
  [
    "a view has the place of another camera",
    (s) => {
      edit(s.calibration, (text) => text.replace(/\[cam02\][\s\S]*(?=\[cam03\])/, ""));
      rmSync(s.pose(3), { recursive: true });
    },
    "CAMERA_MISSING",
    /cam02/,
  ],
  [
    "two cameras have one name",
    editCalibration((text) => text.replace('name = "cam02"', 'name = "cam01"')),
    "CALIBRATION_NAME",
    /Calib\.toml.*"cam01"/,
  ],
  [
    "two cameras have one key",
    editCalibration((text) => text.replace("[cam02]", "[cam01]")),
    "CALIBRATION_TOML",
    /Calib\.toml/,
  ],
  [
    "NaN in a matrix",
    editCalibration((text) => text.replace(/matrix = \[ \[ [\d.]+/, "matrix = [ [ nan")),
    "CALIBRATION_VALUE",
    /\[cam01\].*NaN/,
  ],
  [
    "NaN in a translation",
    editCalibration((text) => text.replace(/translation = \[ [-\d.e]+/, "translation = [ nan")),
    "CALIBRATION_VALUE",
    /\[cam01\].*NaN/,
  ],
  [
    "infinity in a rotation",
    editCalibration((text) => text.replace(/rotation = \[ [-\d.e]+/, "rotation = [ inf")),
    "CALIBRATION_ROTATION",
    /\[cam01\].*Infinity/,
  ],
  [
    "millimetres",
    editCalibration((text) => text.replace(/translation = \[ [-\d.e]+/, "translation = [ 123456.7")),
    "CALIBRATION_VALUE",
    /metres/,
  ],
  [
    "a focal length below 0",
    editCalibration((text) => text.replace(/matrix = \[ \[ /, "matrix = [ [ -")),
    "CALIBRATION_VALUE",
    /mirrored/,
  ],
  ["an empty calibration", (s) => truncateSync(s.calibration), "CALIBRATION_EMPTY", /Calib\.toml.*no camera/],
  [
    "a binary calibration",
    (s) =>
      writeFileSync(
        s.calibration,
        Uint8Array.from({ length: 999 }, (_, i) => (i * 37) % 256),
      ),
    "TEXT_INVALID",
    /Calib\.toml/,
  ],
  [
    "a truncated calibration",
    editCalibration((text) => text.slice(0, text.indexOf("translation") + 20)),
    "CALIBRATION_TOML",
    /Calib\.toml/,
  ],
  [
    "a calibration in JSON",
    (s) => writeFileSync(s.calibration, '{"cam01": {}}'),
    "CALIBRATION_TOML",
    /Calib\.toml/,
  ],
  [
    "a calibration in XML that isn't Qualisys's",
    (s) => writeFileSync(s.calibration, "<opencv_storage/>"),
    "CALIBRATION_EMPTY",
    /Calib\.toml/,
  ],
  [
    "a TOML that is no calibration",
    (s) => writeFileSync(s.calibration, "[project]\nframe_rate = 30\n"),
    "CALIBRATION_VALUE",
    /\[project\]/,
  ],
  [
    "a text in Latin-1",
    (s) => writeFileSync(s.calibration, Buffer.from('[cam01]\nname = "Vidéo"', "latin1")),
    "TEXT_INVALID",
    /UTF-8/,
  ],
  [
    "a calibration that is a folder",
    (s) => {
      rmSync(s.calibration);
      mkdirSync(s.calibration);
    },
    "CALIBRATION_MISSING",
    /no calibration/,
  ],
  [
    "a calibration that is named but isn't there",
    (s) => ({ calibration: join(s.folder, "no.toml") }),
    "FILE_READ",
    /no\.toml.*no such file/,
  ],
  ["a folder is named as the calibration", (s) => ({ calibration: s.folder }), "FILE_READ", /is a folder/],
  ["no calibration", (s) => rmSync(s.calibration), "CALIBRATION_MISSING", /--calibration/],
];

const detections: Case[] = [
  ["a frame is cut short", (s) => truncateSync(s.frame(1, 3), 200), "JSON_INVALID", thatFrame],
  ["a frame is empty", (s) => truncateSync(s.frame(1, 3)), "JSON_INVALID", thatFrame],
  ["a frame is binary", frame(Uint8Array.of(0xff, 0xfe, 0, 1)), "TEXT_INVALID", thatFrame],
  ["a frame is a list", frame("[]"), "OPENPOSE_INVALID", thatFrame],
  ["a frame is null", frame("null"), "OPENPOSE_INVALID", thatFrame],
  ["people are no list", frame('{"people": {"a": 1}}'), "OPENPOSE_INVALID", thatFrame],
  ["a person is a number", frame('{"people": [7]}'), "OPENPOSE_INVALID", thatFrame],
  ["keypoints are texts", frame(person(Array(75).fill("1"))), "OPENPOSE_INVALID", thatFrame],
  ["keypoints are no multiple of 3", frame(person(Array(74).fill(1))), "OPENPOSE_INVALID", thatFrame],
  ["another number of keypoints", frame(person(Array(51).fill(1))), "OPENPOSE_INVALID", thatFrame],
  ["COCO annotations", frame('{"images": [], "annotations": []}'), "OPENPOSE_INVALID", thatFrame],
  [
    "a frame is a folder",
    (s) => {
      const f = s.frame(1, 3);
      rmSync(f);
      mkdirSync(f);
    },
    "FILE_READ",
    thatFrame,
  ],
  [
    "a frame is a link to nothing",
    (s) => {
      const f = s.frame(1, 3);
      rmSync(f);
      symlinkSync(join(root, "nothing"), f);
    },
    "FILE_READ",
    thatFrame,
  ],
  [
    "a frame is there twice",
    (s) => copyFileSync(s.frame(1, 3), join(s.pose(1), "cam02_3_keypoints.json")),
    "OPENPOSE_INVALID",
    /same frame number/,
  ],
  [
    "file names are dates",
    (s) => renameSync(s.frame(1, 3), join(s.pose(1), "cam02_20240131120000.json")),
    "OPENPOSE_INVALID",
    /cam02_json.*20240131120000/,
  ],
  ["a view ends early", (s) => rmSync(s.frame(1, 11)), "FRAME_COUNT", /cam02 0–10.*--shortest/],
  ["a view begins late", (s) => rmSync(s.frame(1, 0)), "FRAME_COUNT", /cam02 1–11/],
  [
    "a view has no frames",
    (s) => {
      rmSync(s.pose(1), { recursive: true });
      mkdirSync(s.pose(1));
    },
    "OPENPOSE_INVALID",
    /cam02_json.*no OpenPose files/,
  ],
  [
    "a view's numbers are others altogether",
    (s) => {
      for (let t = 11; t >= 0; t--) renameSync(s.frame(1, t), join(s.pose(1), `cam02_${t + 700}.json`));
    },
    "FRAME_COUNT",
    /cam02 700–711.*no frame number is in all/,
  ],
];

const settings: Case[] = [
  [
    "the session isn't there",
    (s) => rmSync(s.folder, { recursive: true }),
    "SESSION_MISSING",
    (s) => s.folder,
  ],
  [
    "the session is a file",
    (s) => {
      rmSync(s.folder, { recursive: true });
      writeFileSync(s.folder, "");
    },
    "SESSION_MISSING",
    /is a file/,
  ],
  [
    "the session is empty",
    (s) => {
      rmSync(s.folder, { recursive: true });
      mkdirSync(s.folder);
    },
    "SESSION_EMPTY",
    /neither videos/,
  ],
  ["the frames begin beyond the end", () => ({ start: 50 }), "FRAME_RANGE", /cam01.*0 to 11/],
  ["the frames end before they begin", () => ({ start: 5, end: 5 }), "FRAME_RANGE", /./],
  ["a format that there isn't", () => ({ formats: ["trc", "docx"] }), "FORMAT_UNKNOWN", /"docx".*trc, bvh/],
  ["no format", () => ({ formats: [""] }), "FORMAT_UNKNOWN", /""/],
  ["a frame rate that is none", () => ({ frameRate: Number.NaN }), "OPTION", /--frame-rate/],
  ["a frame rate below 0", () => ({ frameRate: -5 }), "OPTION", /--frame-rate/],
  [
    "a cut-off at half the frame rate",
    () => ({ frameRate: 10, filter: "butterworth" }),
    "FILTER_OPTIONS",
    /6 Hz at 10 samples/,
  ],
  ["videos are asked for but there are none", () => ({ source: "videos" }), "SESSION_EMPTY", /no videos/],
  ["Config.toml is no TOML", config("[project\n"), "CONFIG_TOML", /Config\.toml/],
  ["Config.toml is binary", config(Uint8Array.of(0xff, 0, 1, 2)), "CONFIG_TOML", /Config\.toml/],
  [
    "Config.toml has a text for a number",
    config('[triangulation]\nmax_distance_m = "far"'),
    "CONFIG_TOML",
    /max_distance_m/,
  ],
  ["Config.toml has a huge order", config("[filtering.butterworth]\norder = 1e9"), "CONFIG_TOML", /order/],
  [
    "Config.toml has NaN",
    config("[triangulation]\nreproj_error_threshold_triangulation = nan"),
    "CONFIG_TOML",
    /./,
  ],
  [
    "Config.toml has a filter that there isn't",
    config('[filtering]\ntype = "magic"'),
    "FILTER_NAME",
    /magic/,
  ],
  [
    "Config.toml has a range beyond the end",
    config("[project]\nframe_range = [100, 200]"),
    "FRAME_RANGE",
    /./,
  ],
  [
    "Config.toml is a folder",
    (s) => {
      mkdirSync(join(s.folder, "Config.toml"));
    },
    "CONFIG_TOML",
    /Config\.toml/,
  ],
];

describe.each([
  ["cameras", cameras],
  ["detections", detections],
  ["settings", settings],
] as const)("bad %s", (_, cases) => {
  test.each(cases)("%s", async (_name, damage, code, says) => {
    const session = await make();
    const expected = typeof says === "function" ? says(session) : says;
    const chosen = (damage(session) ?? {}) as Settings;
    const error = await session.capture(chosen).then(
      () => undefined,
      (e: unknown) => e,
    );
    expect(error).toBeInstanceOf(MareyError);
    expect(error).toMatchObject({ code });
    if (typeof expected === "string") expect((error as Error).message).toContain(expected);
    else expect((error as Error).message).toMatch(expected);
    expect(session.results()).toEqual([]);
  });
});
