import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { gunzipSync } from "node:zlib";
import { expect, test } from "vitest";
import { JointState } from "../motion/state.js";
import { coco17, h36m17, halpe26 } from "../skeleton/layouts.js";
import { footContacts } from "./contact.js";

test("contact: a heel that steps every second stands in between, on a floor of any height", () => {
  const frames = 240;
  const heel = halpe26.joints.indexOf("left_heel");
  const positions = new Float32Array(frames * 26 * 3);
  const truth = new Uint8Array(frames);
  for (let t = 0; t < frames; t++) {
    const phase = (t % 60) / 60;
    const swing = Math.max(0, (phase - 0.6) / 0.4); // stands for 60 %, swings 0.8 m ahead for the rest
    const ahead = Math.floor(t / 60) + swing * swing * (3 - 2 * swing);
    positions.set([0.1, 5 + 0.12 * Math.sin(Math.PI * swing), 0.8 * ahead], 3 * (t * 26 + heel));
    truth[t] = swing > 0 ? 0 : 1;
  }
  const state = new Uint8Array(frames * 26).fill(JointState.visible);
  const motion = { skeleton: halpe26, frameRate: 60, up: "y" as const, firstFrame: 0, frameCount: frames };
  const contacts = footContacts({ ...motion, people: [{ id: 0, positions, state }] }, 0);
  const { standing } = contacts.find(({ joint }) => joint === "left_heel") ?? { standing: [] };
  let wrong = 0;
  truth.forEach((value, t) => {
    if (value !== standing[t]) wrong++;
  });
  expect(wrong / frames).toBeLessThan(0.08);
});

test("contact: a layout without feet uses its ankles; a missing joint doesn't stand", () => {
  const positions = new Float32Array(30 * 17 * 3).fill(NaN);
  const motion = { skeleton: coco17, frameRate: 30, up: "z" as const, firstFrame: 0, frameCount: 30 };
  const contacts = footContacts(
    { ...motion, people: [{ id: 0, positions, state: new Uint8Array(30 * 17) }] },
    0,
  );
  expect(contacts.map(({ joint }) => joint)).toEqual(["left_ankle", "right_ankle"]);
  expect(contacts.every(({ standing }) => standing.every((value) => value === 0))).toBe(true);
});

const stem = join(import.meta.dirname, "../../../../../shared/data/cmu/motion17/motion17_test");
test.skipIf(!existsSync(`${stem}.json`))(
  "contact: walking people stand on one foot at least, nearly always",
  () => {
    const { clips } = JSON.parse(readFileSync(`${stem}.json`, "utf8"));
    const bytes = Uint8Array.from(gunzipSync(readFileSync(`${stem}.i16.gz`)));
    const values = new Int16Array(bytes.buffer);
    let [standing, frames, both] = [0, 0, 0];
    for (const clip of clips) {
      if (clip.action !== "walking") continue;
      const positions = Float32Array.from(
        values.subarray(clip.start * 51, (clip.start + clip.frames) * 51),
        (v) => v * 0.0005,
      );
      const state = new Uint8Array(clip.frames * 17).fill(JointState.visible);
      const motion = {
        skeleton: h36m17,
        frameRate: 60,
        up: "y" as const,
        firstFrame: 0,
        frameCount: clip.frames,
      };
      const [left, right] = footContacts({ ...motion, people: [{ id: 0, positions, state }] }, 0, {
        speed: 0.6,
      });
      for (let t = 0; t < clip.frames; t++) {
        if (left.standing[t] || right.standing[t]) standing++;
        if (left.standing[t] && right.standing[t]) both++;
        frames++;
      }
    }
    expect(standing / frames).toBeGreaterThan(0.8);
    expect(both / frames).toBeLessThan(0.5);
  },
);
