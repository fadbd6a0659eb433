import { join } from "node:path";
import { expect, test } from "vitest";
import { planOutputs } from "./detectPlan.js";

const planned = async (input: string, options = {}) => {
  const { name, files, folders } = await planOutputs(input, options);
  return { name, json: files.json, overlay: folders.overlay ?? files.overlay };
};

test("results are called after their input, and lie beside what has a place", async () => {
  const overlay = true;
  expect(await planned("videos/walk.mp4", { overlay })).toEqual({
    name: "walk",
    json: join("videos", "walk.keypoints.json"),
    overlay: join("videos", "walk.overlay.mp4"),
  });
  expect(await planned("@lists/best.txt", { overlay })).toEqual({
    name: "best",
    json: join("lists", "best.keypoints.json"),
    overlay: join("lists", "best_overlay"),
  });
  expect(await planned("-", { overlay, out: "out" })).toEqual({
    name: "stdin",
    json: join("out", "stdin.keypoints.json"),
    overlay: join("out", "stdin_overlay"),
  });
});

test.each([
  ["-", "stdin"],
  ["@list.txt", "list"],
  ["@pictures", "pictures"],
  ["camera:1", "camera_1"],
  ["camera", "camera"],
  ["/dev/video0", "dev_video0"],
  ["rtsp://marey:secret@192.168.1.20/stream1", "192.168.1.20_stream1"],
  ["http://x/?", "x"],
  ["rtsp://?", "stream"],
])("results of %s are called %s", async (input, name) => {
  expect(await planned(input)).toMatchObject({ name, json: `${name}.keypoints.json` });
});
