import { existsSync, readFileSync, rmSync } from "node:fs";
import { mkdtemp } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, expect, test } from "vitest";
import { openProgress } from "../progress.js";
import { networksFolder } from "../store/networks.js";
import { readImage, writeImage } from "../video/index.js";
import { detect } from "./detect.js";
import type { DetectCommandOptions } from "./detectOptions.js";

const annotated = join(import.meta.dirname, "../../../../../shared/data/images/annotated");
const skier = join(annotated, "000000000785.jpg");
const crowd = join(annotated, "000000197388.jpg");
const there = existsSync(skier) && existsSync(join(networksFolder, "tfpose-small.onnx"));
if (!there) console.log("command detect, looks: skipped, the pictures or the built networks aren't there");

let folder: string;
let picture: string;
let seen: string | undefined;
const said: string[] = [];
const progress = { ...openProgress({ silent: true }), log: (line: string) => void said.push(line) };

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), "marey-detect-looks-"));
  picture = join(folder, "785.png");
});
afterAll(() => rmSync(folder, { recursive: true, force: true }));

/** The entries of a file of COCO results of one detection. */
async function results(
  options: DetectCommandOptions,
  variant = "",
  shown = skier,
): Promise<{ keypoints: number[] }[]> {
  const path = join(folder, "r.json");
  said.length = 0;
  if (shown !== seen) await writeImage(picture, await readImage(shown, { longerSide: 320 }));
  seen = shown;
  await detect(
    [picture],
    { force: true, ...options, openPose: { ...options.openPose, writeCocoJson: path } },
    { progress },
  );
  return JSON.parse(readFileSync(join(folder, `r${variant}.json`), "utf8"));
}
const model = "tfpose-small";
const found = ({ keypoints = [] }: { keypoints?: number[] } = {}) =>
  keypoints.filter((value, i) => i % 3 === 2 && value > 0).length;

test.skipIf(!there)("mirrored and at two sizes the same person is seen, a little elsewhere", async () => {
  const once = await results({ model });
  const often = await results({ model, flip: true, scales: [1, 0.75] });
  expect([once.length, often.length]).toEqual([1, 1]);
  expect(often).not.toEqual(once);
  const near = once[0]!.keypoints.filter((x, i) => {
    const other = often[0]!.keypoints;
    return i % 3 === 0 && x >= 0 && Math.hypot(x - other[i]!, once[0]!.keypoints[i + 1]! - other[i + 1]!) < 8;
  });
  expect(near.length).toBeGreaterThan(9);
  expect(said).toEqual([]);
});

test.skipIf(!there)("lower thresholds find no less; methods without them say so", async () => {
  const openPose = { maximizePositives: true };
  const [usual, more] = [await results({ model }, "", crowd), await results({ model, openPose }, "", crowd)];
  expect(more.length).toBeGreaterThanOrEqual(usual.length);
  const sum = (people: { keypoints: number[] }[]) => people.reduce((n, one) => n + found(one), 0);
  expect(sum(more)).toBeGreaterThan(sum(usual) + 5);
  expect(said).toEqual([]);
  expect(await results({ model: "fast", openPose })).toHaveLength(1);
  expect(said.join()).toMatch(/^left out: --maximize_positives: model "fast"/);
});

test.skipIf(!there)("hands and faces go to COCO files of their own", async () => {
  const face = await results({ model, face: true, openPose: { cocoVariants: 5 } }, "_face");
  expect(face[0]?.keypoints).toHaveLength(3 * 68);
  const feet = results({ model, openPose: { cocoVariants: 2 } }, "_foot");
  await expect(feet).rejects.toThrow(/--write-coco-json-variants.*foot6.*such as openpose-body25/);
});
