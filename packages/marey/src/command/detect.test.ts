import { existsSync, mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { mkdtemp } from "node:fs/promises";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { npzArray, readCocoKeypoints, readMareyJson, readNpz, readOpenPoseFrame } from "@marey/core/format";
import type { Image } from "@marey/core/image";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { openProgress } from "../progress.js";
import { networksFolder } from "../store/networks.js";
import { openFrames, probeVideo, readImage, writeImage, writeVideo } from "../video/index.js";
import { detect, detectCommand } from "./detect.js";
import type { DetectCommandOptions } from "./detectOptions.js";

const shared = join(import.meta.dirname, "../../../../../shared/data");
const skier = join(shared, "images/annotated/000000000785.jpg");
const there = existsSync(skier) && existsSync(join(networksFolder, "movenet-multipose.onnx"));
if (!there) console.log("command detect: skipped, the pictures or the built networks aren't there");
const progress = openProgress({ silent: true });

let folder: string;
let video: string;
let empty: string;
const file = (...path: string[]) => join(folder, ...path);
const bytes = (...path: string[]) => new Uint8Array(readFileSync(file(...path)));
const detections = (...path: string[]) => {
  const read = readMareyJson(bytes(...path));
  if (read.kind !== "detections") throw new Error("not detections");
  return read.detections;
};

/** A video of one picture that moves to the right by 4 pixels a frame. */
async function moving(path: string, image: Image, frames: number): Promise<string> {
  const writer = await writeVideo(path, { width: image.width, height: image.height, frameRate: 25 });
  for (let i = 0; i < frames; i++) {
    const data = new Uint8Array(image.data.length);
    data.set(image.data.subarray(0, data.length - 12 * i), 12 * i);
    await writer.write({ ...image, data });
  }
  await writer.close();
  return path;
}

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), "marey-detect-command-"));
  if (!there) return;
  video = await moving(file("ski.mp4"), await readImage(skier, { longerSide: 320 }), 8);
  const dark = { width: 64, height: 48, channels: 3, data: new Uint8Array(64 * 48 * 3) };
  empty = await moving(file("dark.mp4"), dark, 3);
});
afterAll(() => rmSync(folder, { recursive: true, force: true }));

const run = (inputs: string[], options: DetectCommandOptions, signal?: AbortSignal) =>
  detect(inputs, { model: "fast", ...options }, { progress, ...(signal && { signal }) });

describe.skipIf(!there)("outputs", () => {
  test("all formats say the same of a video, and nothing else is left", async () => {
    const out = file("all");
    const format = ["json", "openpose", "coco", "csv", "npz"] as const;
    const [found] = await run([video], { out, format, overlay: true });
    expect(found).toMatchObject({ frames: 8, people: 1, empty: 0 });
    expect(readdirSync(out).sort()).toEqual([
      "ski.coco.json",
      "ski.keypoints.csv",
      "ski.keypoints.json",
      "ski.keypoints.npz",
      "ski.overlay.mp4",
      "ski_json",
    ]);
    const { frames, skeleton } = detections("all", "ski.keypoints.json");
    expect(frames.map((people) => people.map(({ id }) => id))).toEqual(Array(8).fill([0]));
    const x = frames.map(([person]) => person?.joints[15] ?? NaN); // the left shoulder
    expect((x[7] as number) - (x[0] as number)).toBeGreaterThan(15);

    const names = readdirSync(join(out, "ski_json")).sort();
    expect(names[7]).toBe("ski_000000000007_keypoints.json");
    const openPose = names.map((name) => readOpenPoseFrame(bytes("all", "ski_json", name))[0]);
    const coco = readCocoKeypoints(bytes("all", "ski.coco.json"));
    const npz = readNpz(bytes("all", "ski.keypoints.npz"));
    const joints = npzArray(npz, "joints", [8, skeleton.joints.length, 3], "npz").data;
    const rows = readFileSync(join(out, "ski.keypoints.csv"), "utf8").trim().split("\n").slice(1);
    expect(rows).toHaveLength(8 * 17);
    for (let t = 0; t < 8; t++) {
      expect(openPose[t]?.id).toBe(0);
      expect(openPose[t]?.keypoints[15]).toBeCloseTo(x[t] as number, 1);
      expect(coco.frames[t]?.[0]?.joints[15]).toBeCloseTo(x[t] as number, 1);
      expect(joints[t * 51 + 15]).toBeCloseTo(x[t] as number, 1);
      const [frame, time, person, joint, column] = (rows[17 * t + 5] as string).split(",");
      expect([frame, person, joint]).toEqual([`${t}`, "0", "left_shoulder"]);
      expect(Number(time)).toBeCloseTo(t / 25, 5);
      expect(Number(column)).toBeCloseTo(x[t] as number, 1);
    }
    expect(Array.from(npzArray(npz, "frame", [8], "npz").data, Number)).toEqual([0, 1, 2, 3, 4, 5, 6, 7]);
    expect((await probeVideo(join(out, "ski.overlay.mp4"))).frameCount).toBe(8);
  });

  test("nobody: every format is there and empty", async () => {
    const format = ["json", "openpose", "coco", "csv", "npz"] as const;
    await run([empty], { out: file("none"), format, overlay: true });
    expect(detections("none", "dark.keypoints.json").frames).toEqual([[], [], []]);
    expect(JSON.parse(readFileSync(file("none", "dark.coco.json"), "utf8"))).toEqual([]);
    expect(readFileSync(file("none", "dark.keypoints.csv"), "utf8")).toBe(
      "frame,time,person,joint,x,y,confidence\n",
    );
    const npz = readNpz(bytes("none", "dark.keypoints.npz"));
    expect(npzArray(npz, "joints", [0, 17, 3], "npz").data.length).toBe(0);
    expect(npzArray(npz, "frames", [3], "npz").data.length).toBe(3);
    const frame = readFileSync(file("none", "dark_json", "dark_000000000002_keypoints.json"), "utf8");
    expect(frame).toBe('{"version":1.3,"people":[]}\n');
    await expect(
      run([empty], { out: file("maps"), openPose: { candidates: true, writeJson: file("maps") } }),
    ).resolves.toHaveLength(1);
  });

  test("a folder: every picture is drawn by itself, and results name theirs", async () => {
    mkdirSync(file("mixed"));
    const grey = (width: number, height: number) => ({
      width,
      height,
      channels: 3 as const,
      data: new Uint8Array(width * height * 3).fill(90),
    });
    await writeImage(file("mixed", "wide.png"), grey(96, 40));
    await writeImage(file("mixed", "tall.png"), grey(40, 80));
    const [done] = await run([file("mixed")], {
      out: file("drawn"),
      format: ["json", "csv"],
      overlay: true,
    });
    expect(done?.frames).toBe(2);
    expect(readdirSync(file("drawn", "mixed_overlay")).sort()).toEqual([
      "tall.overlay.png",
      "wide.overlay.png",
    ]);
    const tall = await readImage(file("drawn", "mixed_overlay", "tall.overlay.png"));
    expect([tall.width, tall.height]).toEqual([40, 80]);
    expect(detections("drawn", "mixed.keypoints.json").pictures).toEqual(["tall.png", "wide.png"]);
    expect(readFileSync(file("drawn", "mixed.keypoints.csv"), "utf8")).toBe(
      "frame,time,person,joint,x,y,confidence,picture\n",
    );
    await expect(
      run([file("mixed")], { out: file("drawn"), format: [], overlay: true }),
    ).rejects.toMatchObject({
      code: "FILE_EXISTS",
    });
  });

  test("a range: files are numbered as the source numbers its frames, the picture drawn on is the one seen", async () => {
    const range = { start: 1, end: 7, step: 2, format: ["json", "openpose"] as const, overlay: true };
    await run([video], { out: file("range"), ...range });
    expect(readdirSync(file("range", "ski_json")).sort()).toEqual(
      [1, 3, 5].map((n) => `ski_00000000000${n}_keypoints.json`),
    );
    expect(detections("range", "ski.keypoints.json")).toMatchObject({ firstFrame: 1, frameRate: 12.5 });
    const times: number[] = [];
    for await (const { time } of await openFrames(file("range", "ski.overlay.mp4"))) times.push(time);
    expect(times.map((time) => Math.round(100 * time))).toEqual([0, 8, 16]);
    await run([video], { out: file("short"), duration: 0.1 });
    expect(detections("short", "ski.keypoints.json").frames).toHaveLength(3);
  });

  test("smoothing takes part of the jumps between frames, and pictures are left as they are", async () => {
    await run([video], { out: file("raw"), smooth: "none" });
    const raw = detections("raw", "ski.keypoints.json").frames;
    const smooth = detections("all", "ski.keypoints.json").frames;
    expect(smooth[0]?.[0]?.joints).toEqual(raw[0]?.[0]?.joints);
    expect(smooth[5]?.[0]?.joints).not.toEqual(raw[5]?.[0]?.joints);
    mkdirSync(file("photos"));
    const image = await readImage(skier, { longerSide: 320 });
    for (const name of ["12.png", "7.png"]) await writeImage(file("photos", name), image);
    const list = {
      images: [
        { id: 99, file_name: "7.png" },
        { id: 98, file_name: "12.png" },
      ],
    };
    writeFileSync(file("list.json"), JSON.stringify(list));
    const format = ["openpose", "coco"] as const;
    await run([file("photos")], { out: file("still"), format, annotations: file("list.json") });
    const coco = JSON.parse(readFileSync(file("still", "photos.coco.json"), "utf8"));
    expect(coco.map(({ image_id }: { image_id: number }) => image_id)).toEqual([99, 98]);
    expect(coco[0].keypoints).toEqual(coco[1].keypoints);
    expect(coco[0].track_id).toBeUndefined();
    expect(readdirSync(file("still", "photos_json")).sort()).toEqual([
      "12_keypoints.json",
      "7_keypoints.json",
    ]);
    await expect(
      run([skier], { out: file("other"), format, annotations: file("list.json") }),
    ).rejects.toThrow(/lists no picture/);
    expect(existsSync(file("other"))).toBe(false);
  });
});

describe.skipIf(!there)("OpenPose's command line", () => {
  const command = (line: string[]) => detectCommand().parseAsync(["node", "detect", ...line]);
  const quietly = async (line: string[]) => {
    const [log, write] = [console.log, process.stderr.write];
    const told: string[] = [];
    console.log = () => undefined;
    process.stderr.write = ((text: string) => told.push(text)) as unknown as typeof process.stderr.write;
    try {
      await command(line);
    } finally {
      console.log = log;
      process.stderr.write = write;
    }
    return told.join("");
  };

  test("keypoints of BODY_25, drawn pictures, COCO results; what has no meaning is said", async () => {
    const told = await quietly(
      `--fast --video ${video} --write_json ${file("op")} --write_images ${file("op")} --write_images_format jpg --frame_last 1 --write_coco_json ${file("op.json")} --keypoint_scale 3 --display 0 --number_people_max 1`.split(
        " ",
      ),
    );
    expect(told).toMatch(/without meaning here: --display \(there is no window\)/);
    expect(readdirSync(file("op")).sort()).toEqual([
      "ski_000000000000_keypoints.json",
      "ski_000000000000_rendered.jpg",
      "ski_000000000001_keypoints.json",
      "ski_000000000001_rendered.jpg",
    ]);
    const [person] = readOpenPoseFrame(bytes("op", "ski_000000000001_keypoints.json"));
    expect(person?.keypoints.length).toBe(75);
    const seen = Array.from(person?.keypoints ?? []).filter((value) => !Number.isNaN(value));
    expect(Math.max(...seen)).toBeLessThanOrEqual(1);
    const [entry] = JSON.parse(readFileSync(file("op.json"), "utf8"));
    expect(entry.keypoints.filter((_: number, i: number) => i % 3 === 2)).not.toContain(0.5);
    expect(existsSync(file("ski.keypoints.json"))).toBe(false);
    expect((await readImage(file("op", "ski_000000000001_rendered.jpg"))).width).toBe(320);
  });

  test("a folder may hold other videos' files; this one's are kept, unless forced, and old ones then go", async () => {
    const options = { openPose: { writeJson: file("op") }, end: 1 };
    await expect(run([video], options)).rejects.toThrow(/--force/);
    await run([empty], { openPose: { writeJson: file("op") }, end: 1 });
    await run([video], { ...options, force: true });
    expect(readdirSync(file("op")).filter((name) => name.endsWith("json"))).toEqual([
      "dark_000000000000_keypoints.json",
      "ski_000000000000_keypoints.json",
    ]);
    // What this run didn't write isn't old.
    expect(existsSync(file("op", "ski_000000000001_rendered.jpg"))).toBe(true);
  });

  test("mirrored and turned pictures give mirrored and turned people", async () => {
    await run([video], { out: file("plain"), end: 1, smooth: "none" });
    await run([video], { out: file("turned"), end: 1, openPose: { rotate: 180, flip: true } });
    const plain = detections("plain", "ski.keypoints.json");
    const turned = detections("turned", "ski.keypoints.json");
    expect([turned.width, turned.height]).toEqual([plain.width, plain.height]);
    const sideways = file("sideways");
    await run([video], { out: sideways, end: 1, openPose: { rotate: 90 }, overlay: true });
    expect(detections("sideways", "ski.keypoints.json").width).toBe(plain.height);
    expect((await probeVideo(join(sideways, "ski.overlay.mp4"))).width).toBe(
      plain.height + (plain.height & 1),
    );
  });

  test("maps of a method that has none are refused, and nothing is left", async () => {
    const openPose = { writeHeatmaps: file("heat"), heatmaps: { parts: true } };
    await expect(run([video], { openPose })).rejects.toThrow(/no heatmaps/);
    expect(existsSync(file("heat"))).toBe(false);
    await expect(run([video], { openPose: { ...openPose, heatmaps: {} } })).rejects.toThrow(
      /no maps are chosen/,
    );
  });
});

const withMaps = there && existsSync(join(networksFolder, "tfpose-small.onnx"));
test.skipIf(!withMaps)(
  "maps and candidates of a network that has them, hands and faces on its bodies",
  async () => {
    const heatmaps = { parts: true, background: true, fields: true, scale: 1, format: "float" } as const;
    const openPose = { writeJson: file("paf"), writeHeatmaps: file("paf"), candidates: true, heatmaps };
    await run([skier], { model: "tfpose-small", hands: true, face: true, openPose });
    expect(readdirSync(file("paf")).sort()).toEqual([
      "000000000785_keypoints.json",
      "000000000785_pose_heatmaps.float",
    ]);
    const [dimensions, channels, rows, columns, ...values] = new Float32Array(
      bytes("paf", "000000000785_pose_heatmaps.float").buffer,
    );
    expect([dimensions, channels]).toEqual([3, 18 + 1 + 38]);
    expect(values).toHaveLength(57 * (rows as number) * (columns as number));
    expect(values.reduce((most, value) => Math.max(most, value), 0)).toBeLessThanOrEqual(1);
    const text = readFileSync(file("paf", "000000000785_keypoints.json"), "utf8");
    const { people, part_candidates } = JSON.parse(text);
    expect(Object.keys(part_candidates[0])).toHaveLength(18);
    // The best candidate of the nose is where the skier's nose is.
    const [x, y] = part_candidates[0]["0"];
    expect(Math.hypot(x - people[0].pose_keypoints_2d[0], y - people[0].pose_keypoints_2d[1])).toBeLessThan(
      5,
    );
    const lengths = [people[0].face_keypoints_2d, people[0].hand_left_keypoints_2d].map(
      ({ length }) => length,
    );
    expect(lengths).toEqual([210, 63]);
  },
);

describe.skipIf(!there)("what goes wrong leaves nothing", () => {
  test("an interruption half-way, also of the files of each frame", async () => {
    const stop = new AbortController();
    let seen = 0;
    const watching = {
      ...progress,
      task: () => ({
        update: (done: number, total?: number) => {
          expect(total).toBe(8);
          seen = readdirSync(file("half", "ski_json")).length;
          if (done === 3) stop.abort(new Error("stop"));
        },
        end: () => undefined,
      }),
    };
    const format = ["json", "openpose", "npz"] as const;
    const options = { model: "fast", out: file("half"), format, overlay: true };
    await expect(detect([video], options, { progress: watching, signal: stop.signal })).rejects.toMatchObject(
      {
        name: "AbortError",
        message: expect.stringMatching(
          /ski\.mp4: interrupted after [34] of 8 frames; nothing of it is kept$/,
        ),
      },
    );
    expect(seen).toBeGreaterThanOrEqual(3); // they could be used meanwhile
    expect(existsSync(file("half"))).toBe(false);
  });

  test("a place that can't be written is named", async () => {
    writeFileSync(file("plain.txt"), "");
    for (const format of ["json", "openpose", "npz"] as const)
      await expect(run([video], { out: file("plain.txt", "x"), format: [format] })).rejects.toThrow(
        /plain\.txt.*a part of the path is a file/,
      );
    await expect(run([video], { openPose: { writeVideo: file("a.gif") } })).rejects.toThrow(/\.mkv/);
    await expect(run([], {})).rejects.toThrow(/no input is named.*@list\.txt/);
    await expect(run([video], { model: "default", fast: true })).rejects.toThrow(/Leave one of the two out/);
    await expect(run([video], { model: "octopus" })).rejects.toMatchObject({
      code: "MODEL_UNKNOWN",
      remedy: expect.stringMatching(/a method \(default, fast, .*a network \(movenet-multipose/),
    });
  });
});

test.skipIf(!there)("what is finished is told beside all that failed", async () => {
  const closed = createServer();
  await new Promise<void>((resolve) => closed.listen(0, "127.0.0.1", resolve));
  const { port } = closed.address() as AddressInfo;
  await new Promise((resolve) => closed.close(resolve));
  // Streams are all begun at once, so that both fail.
  const gone = ["a", "b"].map((name) => `rtmp://127.0.0.1:${port}/live/${name}`);
  const told: string[] = [];
  const { log } = console;
  console.log = (line: string) => void told.push(line);
  const args = [empty, ...gone, "--model", "fast", "--json", "--out", file("beside")];
  try {
    const { errors } = (await detectCommand()
      .parseAsync(["node", "detect", ...args])
      .catch((error: unknown) => error)) as AggregateError;
    expect(errors.map(({ where }) => where).sort()).toEqual(gone);
  } finally {
    console.log = log;
  }
  expect(told.map((line) => JSON.parse(line))).toMatchObject([[{ input: empty, frames: 3 }]]);
});

test.skipIf(!there)(
  "a video on a web server is drawn like a file, and its password is told nobody",
  async () => {
    const content = readFileSync(empty);
    const server = createServer((_, response) => void response.end(content));
    await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
    const { port } = server.address() as AddressInfo;
    const found = await run([`http://marey:secret@127.0.0.1:${port}/dark.mp4?token=secret`], {
      out: file("web"),
      overlay: true,
    });
    server.closeAllConnections();
    server.close();
    expect(found).toMatchObject([
      { frames: 3, people: 0, input: `http://marey:***@127.0.0.1:${port}/dark.mp4?***` },
    ]);
    expect(JSON.stringify(found)).not.toContain("secret");
    expect(readdirSync(file("web")).filter((name) => name.endsWith(".overlay.mp4"))).toHaveLength(1);
  },
);

const sounding = join(shared, "video/sports2d_demo.mp4");
test.skipIf(!there || !existsSync(sounding))(
  "a drawn video keeps the sound of the part that it shows",
  async () => {
    await run([sounding], { out: file("sound"), start: 60, end: 75, overlay: true });
    const { library } = await import("../video/library.js");
    const lib = await library();
    const format = new lib.FormatContext();
    await format.openInput(file("sound", "sports2d_demo.overlay.mp4"));
    await format.findStreamInfo(null);
    const seconds = format.streams.map(
      ({ duration, timeBase }) => (Number(duration) * timeBase.num) / timeBase.den,
    );
    await format.closeInput();
    expect(seconds).toHaveLength(2);
    for (const length of seconds) expect(Math.abs(length - 0.5)).toBeLessThan(0.05);
    await run([sounding], { out: file("mute"), end: 3, overlay: true, audio: false });
    expect((await probeVideo(file("mute", "sports2d_demo.overlay.mp4"))).frameCount).toBe(3);
  },
);
