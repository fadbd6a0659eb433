import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { MareyError } from "../error.js";
import type { Detections, Keypoints } from "../motion/keypoints.js";
import type { Motion } from "../motion/motion.js";
import { body25b, coco17, face68 } from "../skeleton/layouts.js";
import { withParts } from "../skeleton/parts.js";
import { skeleton } from "../skeleton/skeleton.js";
import { readCsv, writeCsv } from "./csv.js";
import { writeDetectionsJson, writeKeypointsJson } from "./keypointsJson.js";
import { readMareyJson } from "./mareyJson.js";
import { writeMotionJson } from "./motionJson.js";
import { readMotionNpz, writeMotionNpz } from "./motionNpz.js";

const encode = (pieces: Iterable<string>) => new TextEncoder().encode([...pieces].join(""));

/** Coordinates on the grid that the formats round to; some joints missing, a whole frame too. */
function sampleMotion(layout = coco17, frames = 4): Motion {
  const joints = layout.joints.length;
  const people = [3, 8].map((id) => {
    const positions = new Float32Array(frames * joints * 3);
    const state = new Uint8Array(frames * joints);
    for (let i = 0; i < state.length; i++) {
      state[i] = i < joints ? 0 : (i + id) % 4;
      for (let k = 0; k < 3; k++)
        positions[i * 3 + k] = state[i] === 0 ? NaN : Math.round(Math.sin(i * 3 + k) * 3e5) / 1e5;
    }
    const sigma = Float32Array.from(state, (s, i) => (s === 0 ? NaN : (i % 50) / 1e3));
    return { id, positions, state, sigma };
  });
  return { skeleton: layout, frameRate: 59.94, up: "z", firstFrame: 12, frameCount: frames, people };
}

function fitted(): Motion {
  const motion = sampleMotion();
  const joints = motion.skeleton.joints.length;
  const [person] = motion.people;
  person.rest = Float32Array.from({ length: joints * 3 }, (_, i) => i / 100);
  person.rotations = Float32Array.from({ length: 4 * joints * 4 }, (_, i) => (i % 4 === 3 ? 1 : 0));
  person.root = Float32Array.from({ length: 12 }, (_, i) => i / 4);
  person.views = Uint32Array.from({ length: 4 * joints }, (_, i) => 0xffffffff - i);
  person.reprojection = Float32Array.from({ length: 4 * joints }, (_, i) => i / 8);
  return motion;
}

const keypoints: Keypoints = {
  skeleton: coco17,
  frameRate: 30,
  width: 640,
  height: 480,
  firstFrame: 0,
  frameCount: 2,
  times: Float64Array.of(0, 0.031),
  people: [
    {
      id: 1,
      data: Float32Array.from({ length: 102 }, (_, i) =>
        i < 51 ? (i % 3 === 2 ? 0 : NaN) : i % 3 === 2 ? 0.5 : i / 4,
      ),
      state: Uint8Array.from({ length: 34 }, (_, i) => (i < 17 ? 0 : 1)),
    },
  ],
};

const detections: Detections = {
  skeleton: body25b,
  frameRate: 60,
  width: 0,
  height: 0,
  firstFrame: 7,
  frames: [
    [],
    [
      { score: 0.75, joints: Float32Array.from({ length: 75 }, (_, i) => (i % 3 === 2 ? 0.25 : i)) },
      {
        box: [1, 2, 3.5, 4],
        score: 1,
        joints: Float32Array.from({ length: 75 }, (_, i) => (i % 3 === 2 ? 0 : NaN)),
      },
    ],
  ],
};

describe("Marey JSON", () => {
  test("a motion survives, states and missing joints too", () => {
    for (const motion of [sampleMotion(), fitted()])
      expect(readMareyJson(encode(writeMotionJson(motion)))).toEqual({ kind: "motion", motion });
  });

  test("keypoints and detections survive", () => {
    expect(readMareyJson(encode(writeKeypointsJson(keypoints)))).toEqual({ kind: "keypoints", keypoints });
    expect(readMareyJson(encode(writeDetectionsJson(detections)))).toEqual({
      kind: "detections",
      detections,
    });
  });

  test("a skeleton of one's own survives; a shipped one is the same object", () => {
    const own = skeleton("own", [
      ["tail", "root", 0.1],
      ["root", null, 0.2],
    ]);
    const read = readMareyJson(encode(writeMotionJson(sampleMotion(own))));
    expect(read.kind === "motion" && read.motion.skeleton).toEqual(own);
    const shipped = readMareyJson(encode(writeMotionJson(sampleMotion())));
    expect(shipped.kind === "motion" && shipped.motion.skeleton).toBe(coco17);
  });

  test("whole people by their layout's name, partners that names don't say too", () => {
    const whole = withParts(coco17, { face: face68, hands: true });
    const own = { ...whole, name: "mine" };
    for (const layout of [whole, own]) {
      const found: Detections = { ...keypoints, skeleton: layout, frames: [] };
      const { detections } = readMareyJson(encode(writeDetectionsJson(found)), "a") as {
        detections: Detections;
      };
      expect(detections.skeleton).toEqual(layout);
    }
  });

  test("numbers are rounded as asked", () => {
    const motion = sampleMotion();
    const text = [...writeMotionJson(motion, { metres: 0.01 })].join("");
    expect(text.slice(text.indexOf("people"))).not.toMatch(/\d\.\d{3,}/);
  });

  test.each([
    ['"version":1', '"version":2', "MAREY_JSON_VERSION"],
    ['"up":"z"', '"up":"x"', "MAREY_JSON_INVALID"],
    ['"frameCount":4', '"frameCount":5', "MAREY_JSON_INVALID"],
    ['"positions"', '"position"', "MAREY_JSON_INVALID"],
    ['"people":[', '"people":[null,', "MAREY_JSON_INVALID"],
    ['"parents":[', '"parents":[99,', "MAREY_JSON_INVALID"],
    ["}", "", "JSON_INVALID"],
  ])("%s → %s is refused", (from, to, code) => {
    const text = [...writeMotionJson(sampleMotion())].join("").replace(from, to);
    expect(() => readMareyJson(encode([text]), "a.json")).toThrow(expect.objectContaining({ code }));
  });

  test("mutated files end in a MareyError or a motion that is missing only where it says so", () => {
    const texts = [
      [...writeMotionJson(fitted())].join(""),
      [...writeKeypointsJson(keypoints)].join(""),
      [...writeDetectionsJson(detections)].join(""),
    ];
    const digits = '0123456789,[]{}"-.enul';
    fc.assert(
      fc.property(
        fc.constantFrom(...texts),
        fc.array(fc.tuple(fc.nat(), fc.nat(digits.length - 1)), { maxLength: 4 }),
        (text, edits) => {
          const letters = text.split("");
          for (const [at, d] of edits) letters[at % letters.length] = digits[d];
          try {
            const file = readMareyJson(encode(letters));
            if (file.kind !== "motion") return;
            for (const { positions, state } of file.motion.people)
              state.forEach((s, i) => {
                if (s !== 0) expect(positions[i * 3]).not.toBeNaN();
              });
          } catch (error) {
            if (!(error instanceof MareyError)) throw error;
          }
        },
      ),
      { numRuns: 400 },
    );
  });
});

describe("NPZ of a motion", () => {
  test("it survives, bit for bit", () => {
    for (const motion of [sampleMotion(), fitted()])
      expect(readMotionNpz(writeMotionNpz(motion))).toEqual(motion);
  });

  test("a missing or misshapen array is named", () => {
    expect(() => readMotionNpz(writeMotionNpz({ ...sampleMotion(), frameCount: 9 }), "a.npz")).toThrow(
      MareyError,
    );
    expect(() => readMotionNpz(writeMotionNpz({ ...sampleMotion(), up: "x" as "y" }), "a.npz")).toThrow(
      /"up"/,
    );
  });
});

describe("CSV", () => {
  test("positions, states and sigma survive", () => {
    const motion = { ...sampleMotion(), frameRate: 60 };
    expect(readCsv(encode(writeCsv(motion)), "a.csv", { up: "z" })).toEqual(motion);
  });

  test("names with commas and quotes survive", () => {
    const own = skeleton('a,"b"', [['x,"y"', null, 0.1]]);
    const motion = sampleMotion(own);
    const back = readCsv(encode(writeCsv(motion)));
    expect(back.skeleton.joints).toEqual(own.joints);
  });

  test.each([
    ["visible", "seen"],
    ["visible", "missing"],
    [",0.2", ",0x2"],
    ["frame,", "Frame,"],
    ["\n12,", "\n,"],
    ["\n12,", "\n99999999999,"],
  ])("%s → %s is refused", (from, to) => {
    const text = [...writeCsv(sampleMotion())].join("").replace(from, to);
    expect(() => readCsv(encode([text]))).toThrow(MareyError);
  });
});
