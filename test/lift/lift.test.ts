import { cpSync, existsSync, mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { readMareyJson, readTrc, writeCalibrationToml } from "@marey/core/format";
import { mpjpe, pMpjpe } from "@marey/core/metric";
import { JointState, type Motion } from "@marey/core/motion";
import { h36m17 } from "@marey/core/skeleton";
import { afterAll, describe, expect, test } from "vitest";
import { hide, keypointsOf, liftFolder, namesIn, walker } from "./smallLift.js";

const folder = await liftFolder();
afterAll(folder.remove);

function motionIn(file: string): Motion {
  const read = readMareyJson(new Uint8Array(readFileSync(file)), file);
  if (read.kind !== "motion") throw new Error("no motion");
  return read.motion;
}

const stateOf = ({ people: [person] }: Motion, t: number, joint: string) =>
  person!.state[t * 17 + h36m17.joints.indexOf(joint)];

describe("lift", () => {
  test("writes files for each person and a report", async () => {
    const keypoints = keypointsOf([walker(60), walker(60, 1, 2)]);
    const { summary, names } = await folder.lift(keypoints, { formats: ["trc", "bvh"] });
    expect(names).toEqual(["walk.report.html", "walk_P1.bvh", "walk_P1.trc", "walk_P2.bvh", "walk_P2.trc"]);
    expect(summary).toMatchObject({ method: "lift", frameCount: 60, source: "detections" });
    expect(summary.advice.join()).toMatch(/focal length was guessed/);
    expect(readFileSync(summary.report as string, "utf8")).toContain("lifted from one camera");
  });

  test("beyond a second unseen somebody is missing; shorter breaks are inferred", async () => {
    const track = hide(hide(walker(150), 30, 90), 110, 115);
    const { summary } = await folder.lift(keypointsOf([track]));
    const motion = motionIn(summary.people[0]!.files[0] as string);
    expect(stateOf(motion, 29, "pelvis")).toBe(JointState.visible);
    for (const t of [30, 60, 89]) expect(stateOf(motion, t, "pelvis")).toBe(JointState.missing);
    expect(stateOf(motion, 112, "left_knee")).toBe(JointState.inferred);
    expect(motion.people[0]!.positions.slice(60 * 51, 61 * 51).every(Number.isNaN)).toBe(true);
    expect(summary.advice.join()).toMatch(/Person 1 is missing in 60 frames/);
  });

  test("a limb that is hidden longer is missing, its partner and the trunk aren't", async () => {
    const { summary } = await folder.lift(keypointsOf([hide(walker(90), 20, 80, /left_ankle/)]));
    const motion = motionIn(summary.people[0]!.files[0] as string);
    expect(stateOf(motion, 50, "left_ankle")).toBe(JointState.missing);
    expect(stateOf(motion, 50, "right_ankle")).toBe(JointState.visible);
    expect(stateOf(motion, 15, "left_ankle")).toBe(JointState.visible);
  });

  test("who shows no legs, or hardly anything, is left out and named", async () => {
    const bust = hide(walker(60, 1), 0, 60, /ankle|knee/);
    const head = hide(walker(60, 2), 0, 60, /ankle|knee|hip|wrist|elbow/);
    const { summary } = await folder.lift(keypointsOf([bust, walker(60), head]));
    expect(summary.people).toHaveLength(1);
    expect(summary.advice.filter((line) => /left out/.test(line))).toEqual([
      expect.stringMatching(/frames 0 to 59 was left out: the (left|right) (knee|ankle) was never seen/),
      expect.stringMatching(/a hip, a shoulder and half of the limbs/),
    ]);
    await expect(folder.lift(keypointsOf([bust]))).rejects.toThrow(
      expect.objectContaining({ code: "LIFT_NOBODY", names: [], what: expect.stringMatching(/never seen/) }),
    );
  });

  test("of several people those seen longest", async () => {
    const { summary } = await folder.lift(keypointsOf([hide(walker(60), 0, 30), walker(60, 1)]), {
      people: 1,
    });
    expect(summary.people).toMatchObject([{ frames: 60 }]);
  });

  test("one frame, and two", async () => {
    for (const frames of [1, 2])
      for (const floor of [false, true]) {
        const { names } = await folder.lift(keypointsOf([walker(frames)]), {
          floor,
          formats: ["trc", "bvh", "glb"],
        });
        expect(names).toHaveLength(4);
      }
  });

  test("frames are those asked for, by their numbers", async () => {
    const { summary } = await folder.lift(keypointsOf([walker(60)], { firstFrame: 100 }), {
      start: 110,
      end: 130,
    });
    expect(summary).toMatchObject({ frameCount: 20, people: [{ firstFrame: 110, lastFrame: 129 }] });
  });

  test("with a calibration people stand in its world", async () => {
    // Level, 1.5 m up, looking along the world's x axis.
    const rotation = Float64Array.of(0, -1, 0, 0, 0, -1, 1, 0, 0);
    const camera = { name: "a", width: 640, height: 480, fx: 600, fy: 600, cx: 320, cy: 240 };
    const placed = { ...camera, distortion: [], rotation, translation: Float64Array.of(0, 1.5, 0) };
    const calibration = join(folder.root, "Calib.toml");
    writeFileSync(calibration, writeCalibrationToml({ up: "z", cameras: [placed] }));
    for (const floor of [false, true]) {
      const { summary } = await folder.lift(keypointsOf([walker(60)]), { calibration, floor });
      const motion = motionIn(summary.people[0]!.files[0] as string);
      expect(motion.up).toBe("z");
      const [x = 0] = motion.people[0]!.positions;
      expect(x).toBeGreaterThan(0);
    }
  });

  test("COCO's results and OpenPose's files give what Marey's keypoints give", async () => {
    const track = walker(40);
    const results = Array.from({ length: 40 }, (_, t) => ({
      image_id: `${t}.jpg`,
      category_id: 1,
      keypoints: [...track.data.subarray(t * 51, t * 51 + 51)],
      score: 0.9,
    }));
    const coco = join(folder.root, "alphapose.json");
    writeFileSync(coco, JSON.stringify(results));
    const openPose = join(folder.root, "walk_json");
    mkdirSync(openPose);
    for (const { image_id, keypoints } of results)
      writeFileSync(
        join(openPose, `walk_${image_id}.json`.replace(".jpg", "")),
        JSON.stringify({ people: [{ pose_keypoints_2d: keypoints }] }),
      );
    const settings = { size: [640, 480] as const, frameRate: 30 };
    const motions = [];
    for (const input of [keypointsOf([track]), coco, openPose])
      motions.push(motionIn((await folder.lift(input, settings)).summary.people[0]!.files[0] as string));
    const [own, ...others] = motions.map(({ people: [person] }) => person!.positions) as Float32Array[];
    for (const other of others)
      for (const [i, x] of other.entries()) expect(Math.abs(x - own![i]!)).toBeLessThan(2e-3);
    const { summary } = await folder.lift(coco, { size: [640, 480] });
    expect(summary.advice[0]).toMatch(/30 Hz is assumed/);
  });

  const file = (name: string, content: string) => {
    writeFileSync(join(folder.root, name), content);
    return join(folder.root, name);
  };
  const walk = () => keypointsOf([walker(10)]);
  test.each([
    ["nobody", () => keypointsOf([], { frameCount: 10 }), {}, "LIFT_NOBODY", /nobody was found in 10 frames/],
    ["a glimpse", () => keypointsOf([hide(walker(60), 3, 60)]), {}, "LIFT_NOBODY", /long enough/],
    ["no size", () => keypointsOf([walker(10)], { width: 0, height: 0 }), {}, "LIFT_PICTURE_SIZE", /--size/],
    ["a camera without calibration", walk, { camera: "a" }, "OPTION", /--calibration/],
    ["a missing calibration", walk, { calibration: "none.toml" }, "FILE_READ", /none\.toml/],
    ["frames beyond", walk, { start: 10 }, "LIFT_FRAMES", /frames 0 to 9 only/],
    ["an end before the start", walk, { start: 5, end: 5 }, "OPTION", /--end/],
    ["another format", walk, { formats: ["doc"] }, "FORMAT_UNKNOWN", /"doc"/],
    ["no lifter", walk, { lifter: "nowhere" }, "LIFTER_MISSING", /nowhere/],
    ["a missing file", () => "nothing.json", {}, "FILE_READ", /nothing\.json/],
    ["a motion", () => file("a.trc", "PathFileType"), {}, "TRC_INVALID", /a\.trc/],
    ["an empty file", () => file("empty.json", ""), {}, "JSON_INVALID", /empty/],
    ["an empty list", () => file("list.json", "[]"), { size: [9, 9] as const }, "LIFT_FRAMES", /no frames/],
  ])("%s is refused, and nothing is written", async (_, input, settings, code, says) => {
    const out = join(folder.root, "refused");
    await expect(folder.lift(input(), { ...settings, out })).rejects.toThrow(
      expect.objectContaining({ code, message: expect.stringMatching(says) }),
    );
    expect(namesIn(out)).toEqual([]);
  });

  test("weights that aren't the card's are refused, and so is a card that is none", async () => {
    const other = join(folder.root, "other");
    cpSync(folder.lifter, other, { recursive: true });
    const weights = join(other, "lifter.safetensors");
    const bytes = readFileSync(weights);
    bytes.writeUInt8(bytes.readUInt8(bytes.length - 1) ^ 1, bytes.length - 1);
    writeFileSync(weights, bytes);
    const coded = (code: string) => expect.objectContaining({ code });
    await expect(folder.lift(walk(), { lifter: other })).rejects.toThrow(coded("LIFTER_DIGEST"));
    writeFileSync(join(other, "card.json"), "{");
    await expect(folder.lift(walk(), { lifter: other })).rejects.toThrow(coded("CARD_INVALID"));
  });

  test("files that are there stay, but for force", async () => {
    const out = join(folder.root, "twice");
    await folder.lift(walk(), { out });
    await expect(folder.lift(walk(), { out })).rejects.toThrow(
      expect.objectContaining({ code: "FILE_EXISTS" }),
    );
    await folder.lift(walk(), { out, force: true });
    expect(namesIn(out)).toEqual(["walk.report.html", "walk_P1.json"]);
  });

  const recording = "../shared/data/pose2sim-single";
  const known = existsSync(recording);
  test.skipIf(!known)("the embedded lifter finds a real person about where four cameras do", async () => {
    const { summary } = await folder.lift(join(recording, "pose/cam03_json"), {
      lifter: undefined,
      calibration: join(recording, "calibration/Calib_qualisys.toml"),
      camera: "cam03",
      frameRate: 60,
    });
    const [person] = summary.people;
    expect(person!.pixels).toBeLessThan(20);
    expect(person!.boneVariation).toBeLessThan(0.1);
    const motion = motionIn(person!.files[0] as string);
    const trc = join(recording, "reference/p2s_head_filt_butterworth.trc");
    const { names, points } = readTrc(new Uint8Array(readFileSync(trc)), trc);
    const joints = ["Hip", "Knee", "Ankle", "Shoulder", "Elbow", "Wrist"];
    const [lifted, real]: [number[], number[]] = [[], []];
    for (let t = 0; t < points.length / (3 * names.length); t++)
      for (const joint of joints)
        for (const side of ["Left", "Right"]) {
          const j = h36m17.joints.indexOf(`${side}_${joint}`.toLowerCase());
          lifted.push(...motion.people[0]!.positions.subarray((t * 17 + j) * 3, (t * 17 + j) * 3 + 3));
          const at = 3 * (t * names.length + names.indexOf(`${side[0]}${joint}`));
          // The reference's axes are the calibration's y, z, x.
          real.push(points[at + 2]!, points[at]!, points[at + 1]!);
        }
    expect(pMpjpe(lifted, real, 12).mean).toBeLessThan(0.09);
    expect(mpjpe(lifted, real).mean).toBeLessThan(0.2);
  });

  test("stopped, it leaves nothing", async () => {
    const controller = new AbortController();
    controller.abort(new Error("interrupted"));
    const out = join(folder.root, "stopped");
    await expect(folder.lift(walk(), { out }, controller.signal)).rejects.toThrow("interrupted");
    expect(existsSync(out)).toBe(false);
  });
});
