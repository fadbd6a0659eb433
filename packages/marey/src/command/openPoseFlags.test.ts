import { Command } from "commander";
import { describe, expect, test } from "vitest";
import { detectCommand } from "./detect.js";
import { openPoseOptions, openPoseScales, plainArguments, readOpenPoseFlags } from "./openPoseArguments.js";
import { openPoseFlags } from "./openPoseFlags.js";

/** What a line of OpenPose's program asks for. */
function request(line: string, official = false) {
  const command = new Command()
    .exitOverride()
    .configureOutput({ writeErr: () => {} })
    .argument("[input...]");
  for (const option of openPoseOptions()) command.addOption(option);
  command.option("--face").parse(plainArguments(line.split(" ")), { from: "user" });
  const read = readOpenPoseFlags({ ...command.opts(), official });
  return { ...read, operands: command.args, face: command.opts().face };
}

describe("lines as people have them in scripts", () => {
  test("the usual one", () => {
    const { inputs, options, unused } = request(
      "--video examples/media/video.avi --write_json out/ --display 0 --render_pose 0 --net_resolution -1x368",
    );
    expect(inputs).toEqual(["examples/media/video.avi"]);
    expect(options).toEqual({
      openPose: { writeJson: "out/", paint: { plain: true }, networkSize: [-1, 368] },
    });
    expect(unused).toEqual(["--display (there is no window)"]);
  });

  test("the one of most accuracy, with hands and face", () => {
    const { options, face } = request(
      "--net_resolution 1312x736 --scale_number 4 --scale_gap 0.25 --hand --hand_scale_number 6 --hand_scale_range 0.4 --face",
    );
    expect(options).toMatchObject({ hands: true, openPose: { scaleNumber: 4, scaleGap: 0.25 } });
    expect(openPoseScales(options.openPose ?? {})).toEqual([1, 0.75, 0.5, 0.25]);
    expect(face).toBe(true);
  });

  test("hands and faces: with --official as OpenPose looks at them, else in a word", () => {
    const line =
      "--hand_detector 3 --hand_net_resolution 240x240 --face_net_resolution 480x480 --hand_scale_number 6";
    const { options, unused } = request(line, true);
    expect(options.openPose).toEqual({
      followHands: true,
      handSide: 240,
      faceSide: 480,
      handScaleNumber: 6,
    });
    expect(unused).toEqual([]);
    expect(request(line).unused).toEqual(
      ["hand_net_resolution", "hand_scale_number", "face_net_resolution"].map(
        (name) => `--${name} (with --official only)`,
      ),
    );
    expect(request("--hand_detector 0 --face_detector 0").unused).toEqual([]);
    expect(request("--hand_detector 2 --face_detector 1").unused).toEqual([
      "--hand_detector 2 (hands are found from the body)",
      "--face_detector 1 (faces are found from the body)",
    ]);
    for (const wrong of [
      "--hand_detector 4",
      "--hand_net_resolution 240x320",
      "--face_net_resolution 100x100",
    ])
      expect(() => request(wrong, true), wrong).toThrow(/docs\/openpose\.md/);
  });

  test("frames: OpenPose's last is taken, ours is where to stop", () => {
    expect(request("--frame_first 10 --frame_step 3 --frame_last 40").options).toMatchObject({
      start: 10,
      step: 3,
      end: 41,
    });
    expect(request("--frame_last -1").options.end).toBeUndefined();
    expect(request("--number_people_max -1").options.people).toBeUndefined();
    expect(request("--camera -1").inputs).toEqual(["camera:0"]);
  });

  test("maps, drawing and saving", () => {
    const { options } = request(
      "--heatmaps_add_parts --heatmaps_add_PAFs --heatmaps_scale 3 --write_heatmaps maps --write_heatmaps_format float " +
        "--part_candidates --keypoint_scale 4 --model_pose COCO --disable_blending --alpha_pose 0.8 --render_threshold 0.1 " +
        "--write_images drawn --write_images_format jpg --write_video a.mp4 --write_video_fps 10 --write_coco_json r.json " +
        "--frame_flip --frame_rotate 90 --output_resolution 640x-1",
    );
    expect(options.openPose).toEqual({
      heatmaps: { parts: true, fields: true, scale: 3, format: "float" },
      writeHeatmaps: "maps",
      candidates: true,
      keypointScale: 4,
      body: "coco18",
      network: "openpose-coco",
      paint: { black: true, opacity: 0.8, threshold: 0.1 },
      writeImages: "drawn",
      imagesFormat: "jpg",
      writeVideo: "a.mp4",
      videoFrameRate: 10,
      writeCocoJson: "r.json",
      flip: true,
      rotate: 90,
      outputSize: [640, -1],
    });
  });
});

test("underscores and hyphens, one or two, and values after = are alike", () => {
  for (const line of ["--write_json out", "--write-json out", "-write_json out", "--write_json=out"])
    expect(request(line).options.openPose, line).toEqual({ writeJson: "out" });
});

test("flags that are on or off", () => {
  for (const on of ["--hand", "--hand=true", "--hand=1", "-hand"])
    expect(request(`${on} video.mp4`), on).toMatchObject({
      options: { hands: true },
      operands: ["video.mp4"],
    });
  for (const off of ["--nohand", "--hand=false", "--hand=0", "--no-hand"])
    expect(request(`${off} video.mp4`).options.hands, off).toBeUndefined();
  expect(request("--no_gui_verbose").unused.join()).toMatch(/no_gui_verbose/);
  expect(request("video.mp4").unused).toEqual([]);
});

test("what can't be is refused with what to do", () => {
  const error = (line: string) => {
    try {
      request(line);
    } catch (caught) {
      return String((caught as Error).message);
    }
    return "";
  };
  expect(error("--3d")).toMatch(/marey capture/);
  expect(error("--write_keypoint out")).toMatch(/--write-json/);
  expect(error("--body 0")).toMatch(/on bodies/);
  expect(error("--scale_number 5")).toMatch(/too large for 5 scales/);
  expect(error("--frame_rotate 45")).toMatch(/0, 90, 180, 270/);
  expect(error("--net_resolution 656")).toMatch(/656x368/);
  expect(error("--number_people_max many")).toMatch(/whole number/);
  expect(error("--write_jason out")).toMatch(/unknown option/);
});

test("every flag does something, says why not, or what to do; its name is no option of ours", () => {
  const names = openPoseFlags.map(({ name }) => name);
  expect(new Set(names).size).toBe(names.length);
  for (const { name, does, idle, unused, refused } of openPoseFlags)
    expect(does ?? idle ?? unused ?? refused, name).toBeDefined();
  expect(() => detectCommand()).not.toThrow();
});

test("other arguments stay as they are", () => {
  const args = ["-", "a_b.mp4", "--out", "x_y", "--", "--write_json"];
  expect(plainArguments(args)).toEqual(args);
  expect(plainArguments(["--start_time", "1:02"])).toEqual(["--start-time", "1:02"]);
});
