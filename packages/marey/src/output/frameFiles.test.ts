import { mkdtempSync, readdirSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { skeleton } from "@marey/core/skeleton";
import { afterEach, beforeEach, expect, test } from "vitest";
import { frameFiles } from "./frameFiles.js";
import { type KeypointScale, openPoseFiles } from "./openPose.js";

let folder: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), "marey-frames-"));
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));

const frame = (name: string, width: number) => ({
  index: 0,
  time: 0,
  name,
  width,
  height: 11,
  people: [{ score: 1, joints: Float32Array.of(0, 5, 1) }],
});
const take = {
  name: "take",
  skeleton: skeleton("point1", [["point", null, 0.1]]),
  frameRate: 30,
  width: 1,
  height: 11,
  live: false,
};

test("pictures of one name in two folders don't overwrite each other's results, --force or not", async () => {
  for (const force of [false, true]) {
    const files = frameFiles(join(folder, String(force)), { force });
    const writer = openPoseFiles(files, take);
    await writer.write(frame("a/1.jpg", 1));
    await expect(writer.write(frame("b/1.jpg", 1))).rejects.toThrow(
      expect.objectContaining({ code: "DETECT_NAMES" }),
    );
    expect(readdirSync(join(folder, String(force)))).toEqual(["1_keypoints.json"]);
    await files.discard();
    expect(readdirSync(folder)).toEqual([]);
  }
});

test("a picture one pixel wide has numbers at every scale", async () => {
  const scales: KeypointScale[] = [
    { mode: 1, network: [16, 16] },
    { mode: 2, output: [2, 21] },
    { mode: 3 },
    { mode: 4 },
  ];
  const points: number[][] = [];
  for (const keypointScale of scales) {
    const writer = openPoseFiles(frameFiles(folder, { force: true }), take, { keypointScale });
    await writer.write(frame("thin.png", 1));
    const { people } = JSON.parse(readFileSync(join(folder, "thin_keypoints.json"), "utf8"));
    points.push(people[0].pose_keypoints_2d.slice(0, 2));
  }
  expect(points).toEqual([
    [0, 7.5],
    [0, 5],
    [0, 0.5],
    [-1, 0],
  ]);
});
