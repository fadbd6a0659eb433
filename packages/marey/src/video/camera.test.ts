import { existsSync } from "node:fs";
import type { MareyError } from "@marey/core";
import { expect, test } from "vitest";
import { cameraAddresses, chooseCamera, chooseMode } from "./camera.js";
import { openFrames } from "./index.js";

const devices = [
  { name: "/dev/video0", description: "Integrated Camera" },
  { name: "/dev/video2", description: "HD Pro Webcam C920" },
];
const mode = (width: number, height: number, maxFrameRate = 30, minFrameRate = 5) => ({
  width,
  height,
  minFrameRate,
  maxFrameRate,
});

test("cameras are found by number, path, and part of their name", () => {
  expect(chooseCamera(devices, 1, "linux")).toBe(devices[1]);
  expect(chooseCamera(devices, "/dev/video2", "linux")).toBe(devices[1]);
  expect(chooseCamera(devices, "c920", "linux")).toBe(devices[1]);
  expect(chooseCamera([], "/dev/video9", "linux").name).toBe("/dev/video9");
  const error = (which: number | string, list = devices) => {
    try {
      chooseCamera(list, which, "linux");
    } catch (caught) {
      return caught as MareyError;
    }
    return expect.unreachable("no error");
  };
  expect(error(2).code).toBe("WEBCAM_MISSING");
  expect(error(2).what).toContain("camera:1 is HD Pro Webcam C920 (/dev/video2)");
  expect(error("brio").where).toBe('camera "brio"');
  expect(error(0, []).what).toBe("this machine has no camera");
});

test("the mode nearest to the wish is taken, size before rate", () => {
  const modes = [mode(1920, 1080), mode(1280, 720, 10), mode(1280, 720, 60), mode(640, 480, 30)];
  expect(chooseMode(modes)).toBe(modes[2]);
  expect(chooseMode(modes, { width: 600, height: 480 })).toBe(modes[3]);
  expect(chooseMode(modes, { width: 4000, height: 2000, frameRate: 60 })).toBe(modes[0]);
  expect(chooseMode([])).toBeUndefined();
});

test("each system is asked in its own way, ever more modestly", () => {
  const ask = (platform: NodeJS.Platform) => cameraAddresses(devices[1]!, platform, mode(1280, 720, 20));
  expect(ask("linux").map(({ url, format, options }) => ({ url, format, options }))).toEqual([
    {
      url: "/dev/video2",
      format: "v4l2",
      options: { video_size: "1280x720", framerate: "20", input_format: "mjpeg" },
    },
    { url: "/dev/video2", format: "v4l2", options: { video_size: "1280x720", framerate: "20" } },
    { url: "/dev/video2", format: "v4l2", options: {} },
  ]);
  expect(ask("darwin")[0]).toMatchObject({
    url: "HD Pro Webcam C920:none",
    format: "avfoundation",
    polled: true,
  });
  expect(ask("win32")[0]).toMatchObject({
    url: "video=/dev/video2",
    format: "dshow",
    name: "HD Pro Webcam C920",
  });
  expect(() => ask("aix")).toThrow(expect.objectContaining({ code: "WEBCAM_MISSING" }));
});

test.skipIf(existsSync("/dev/video0") || process.platform !== "linux")(
  "without a camera the error names it and says what to do",
  async () => {
    const error = (input: string) =>
      openFrames(input).then(
        () => expect.unreachable("no error"),
        (e) => e,
      );
    expect(await error("camera")).toMatchObject({ code: "WEBCAM_MISSING", where: "camera:0" });
    const unread = await error("/dev/video0");
    expect(unread).toMatchObject({ code: "STREAM_UNREACHABLE", where: "/dev/video0" });
    expect(unread.message).toContain("plugged in");
  },
);
