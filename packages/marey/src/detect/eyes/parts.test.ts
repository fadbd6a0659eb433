import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { MareyError } from "@marey/core";
import { cropMatrix, type Image, warpAffine } from "@marey/core/image";
import type { Detection } from "@marey/core/motion";
import type { Network } from "@marey/core/seam";
import { coco17, face68, partsOf, wholeBody133 } from "@marey/core/skeleton";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { loadNetwork } from "../../store/index.js";
import { networksFolder } from "../../store/networks.js";
import { openFrames, readImage } from "../../video/index.js";
import type { Eyes, Sight } from "../sight.js";
import { type WorkerRuntime, workerRuntime } from "../workers.js";
import { partEyes, withHandsAndFace } from "./parts.js";
import { faceEyes, handEyes } from "./partsAlone.js";

const data = join(import.meta.dirname, "../../../../../../shared/data");
const signing = join(data, "video/asl_hand.25fps.mp4");
const networks = ["handdetect", "handlandmark-full", "blazeface", "facemesh", "iris"];
const there =
  existsSync(signing) && networks.every((name) => existsSync(join(networksFolder, `${name}.onnx`)));
if (!there) console.log("parts: skipped, the pictures or the built networks aren't there");

let runtime: WorkerRuntime;
beforeAll(() => {
  runtime = workerRuntime(1);
});
afterAll(() => runtime.close());

const quantile = (values: readonly number[], share: number) =>
  [...values].sort((a, b) => a - b)[Math.floor(share * (values.length - 1))] as number;

/** Eyes that see the same people in every picture. */
function fixedEyes(people: Detection[], skeleton = coco17): Eyes {
  const look = async (): Promise<Sight> => ({ people, sinceFound: 0 });
  return { skeleton, longerSide: 640, follows: false, look, close: async () => undefined };
}

/** A person of COCO's joints by name; what isn't named wasn't found. */
function person(joints: Record<string, readonly [number, number]>): Detection {
  const placed = new Float32Array(51).map((_, i) => (i % 3 === 2 ? 0 : Number.NaN));
  for (const [name, [x, y]] of Object.entries(joints))
    placed.set([x, y, 0.9], 3 * coco17.joints.indexOf(name));
  return { score: 0.9, joints: placed };
}

describe("the layout", () => {
  const network: Network = { inputs: [], outputs: [], run: async () => ({}), close: async () => undefined };
  test("that leads to no hands, or has them, is refused; without networks the eyes stay as they are", () => {
    const eyes = fixedEyes([]);
    expect(partEyes(eyes, {})).toBe(eyes);
    expect(() => partEyes(fixedEyes([], face68), { hand: network })).toThrow(MareyError);
    expect(() => partEyes(fixedEyes([], wholeBody133), { hand: network })).toThrow(/has hands already/);
    expect(() => partEyes(fixedEyes([], wholeBody133), { mesh: network })).toThrow(/has a face already/);
    expect(partEyes(eyes, { hand: network }).skeleton.name).toBe("coco17+hands");
    expect(partEyes(eyes, { mesh: network }).skeleton.name).toBe("coco17+face70");
  });
});

describe.skipIf(!there)("hands", () => {
  test("alone follow the fingers as the reference does", async () => {
    const eyes = handEyes([
      await loadNetwork(runtime, "handdetect"),
      await loadNetwork(runtime, "handlandmark-full"),
    ]);
    const reference = JSON.parse(readFileSync(join(data, "video/asl_hand.full.json"), "utf8"));
    const errors: number[] = [];
    let previous: Awaited<ReturnType<typeof eyes.look>> | undefined;
    for await (const { index, image } of await openFrames(signing, { start: 60, end: 85 })) {
      previous = await eyes.look(image, { previous, findEvery: 1000 });
      expect(previous.people).toHaveLength(1);
      const [{ joints, right }] = previous.people as [(typeof previous.people)[number]];
      expect(right).toBeGreaterThan(0.9);
      for (let j = 0; j < 21; j++) {
        const [x, y] = reference[index][j];
        errors.push(Math.hypot((joints[3 * j] as number) - x, (joints[3 * j + 1] as number) - y));
      }
    }
    // The reference is smoothed, so that it lags; a palm is about 200 pixels long.
    expect(quantile(errors, 0.5)).toBeLessThan(4);
    expect(quantile(errors, 0.9)).toBeLessThan(8);
    await eyes.close();
  });

  test("of a body belong to their arms, whichever way the picture is turned, and none is given twice", async () => {
    const picture = await readImage(join(data, "images/unannotated/tfjs_hands.jpg"));
    // Two left hands: one belongs to this person, who reaches for it with both wrists, the left one nearer.
    const arms = { left_elbow: [60, 560], left_wrist: [130, 360], right_elbow: [0, 560] } as const;
    const body = person({ ...arms, right_wrist: [110, 385], left_eye: [400, 10] });
    for (const turn of [0, 2.2]) {
      const { image, take } = turned(picture, turn);
      const seen: Detection = { ...body, joints: body.joints.slice() };
      for (let i = 0; i < 51; i += 3)
        seen.joints.set(take(seen.joints[i] as number, seen.joints[i + 1] as number), i);
      const eyes = await withHandsAndFace(fixedEyes([seen]), { face: false, runtime });
      const { people } = await eyes.look(image, { alone: true });
      const { leftHand, rightHand } = partsOf(eyes.skeleton);
      const joint = (j: number) => [...(people[0]?.joints.subarray(3 * j, 3 * j + 3) ?? [])];
      expect(joint(leftHand[0] as number)[2]).toBeGreaterThan(0.9);
      expect(joint(rightHand[0] as number)).toEqual([Number.NaN, Number.NaN, 0]);
      const tip = joint(leftHand[12] as number) as [number, number, number];
      const [x, y] = take(187, 10);
      expect(Math.hypot(tip[0] - x, tip[1] - y)).toBeLessThan(15);
      const again = await eyes.look(image, { previous: { people, sinceFound: 0 } });
      expect(again.people[0]?.joints.length).toBe(3 * eyes.skeleton.joints.length);
      await eyes.close();
    }
  });
});

/** A picture turned about its middle, on a canvas that holds all of it, and where points go. */
function turned(picture: Image, angle: number) {
  const side = Math.ceil(Math.hypot(picture.width, picture.height));
  const m = cropMatrix([picture.width / 2, picture.height / 2], side, angle, side);
  const take = (x: number, y: number): [number, number] => {
    const [dx, dy] = [x - (m[2] as number), y - (m[5] as number)];
    return [Math.cos(angle) * dx + Math.sin(angle) * dy, Math.cos(angle) * dy - Math.sin(angle) * dx];
  };
  return { image: warpAffine(picture, m, side, side, undefined, 255), take };
}

describe.skipIf(!there)("faces", () => {
  test("lie on the annotated points of 300W and the pupils of WFLW", async () => {
    const eyes = faceEyes([
      await loadNetwork(runtime, "blazeface"),
      await loadNetwork(runtime, "facemesh"),
      await loadNetwork(runtime, "iris"),
    ]);
    const samples = [
      { set: "300w/test_300w.json", picture: "300w/indoor_020.png", corners: [36, 45], pairs: same(68) },
      {
        ...{ set: "wflw/test_wflw.json", corners: [60, 72], pairs: [96, 97].map((k, i) => [68 + i, k]) },
        picture: "wflw/36_Football_americanfootball_ball_36_415.jpg",
      },
    ];
    for (const { set, picture, corners, pairs } of samples) {
      const truth = annotated(join(data, "samples/faces", set), picture);
      const { people } = await eyes.look(await readImage(join(data, "samples/faces", picture)));
      const [{ joints }] = people as [(typeof people)[number]];
      const apart = distance(truth, corners[0] as number, truth, corners[1] as number);
      const errors = pairs.map(([ours, theirs]) => distance(joints, ours as number, truth, theirs as number));
      expect(errors.reduce((sum, error) => sum + error / apart, 0) / errors.length).toBeLessThan(0.07);
    }
    await eyes.close();
  });

  test("of a body are found from its eyes and nose", async () => {
    const portrait = await readImage(join(data, "images/unannotated/tfjs_portrait.jpg"));
    const alone = faceEyes([await loadNetwork(runtime, "blazeface"), await loadNetwork(runtime, "facemesh")]);
    const [face] = (await alone.look(portrait, { alone: true })).people;
    const at = (j: number) => [face?.joints[3 * j], face?.joints[3 * j + 1]] as [number, number];
    const between = (a: number, b: number) =>
      [0, 1].map((k) => ((at(a)[k] as number) + (at(b)[k] as number)) / 2) as [number, number];
    const body = person({ nose: at(30), left_eye: between(42, 45), right_eye: between(36, 39) });
    const eyes = await withHandsAndFace(fixedEyes([body]), { hands: false, runtime });
    const [whole] = (await eyes.look(portrait)).people;
    const { face: points } = partsOf(eyes.skeleton);
    const own = whole?.joints.subarray(3 * (points[0] as number)) as Float32Array;
    const width = distance(own, 0, own, 16);
    const errors = same(68).map(([i]) =>
      distance(own, i as number, face?.joints as Float32Array, i as number),
    );
    expect(quantile(errors, 0.5)).toBeLessThan(0.02 * width);
    expect(quantile(errors, 1)).toBeLessThan(0.08 * width);
    // Without the network of the iris the pupils are missing, with it they lie between the lids.
    expect(face?.joints[3 * 69]).toBeNaN();
    expect(distance(own, 69, own, 43)).toBeLessThan(0.15 * width);
    await Promise.all([alone.close(), eyes.close()]);
  });
});

const same = (count: number) => Array.from({ length: count }, (_, i) => [i, i]);

function distance(a: ArrayLike<number>, i: number, b: ArrayLike<number>, j: number): number {
  return Math.hypot(
    (a[3 * i] as number) - (b[3 * j] as number),
    (a[3 * i + 1] as number) - (b[3 * j + 1] as number),
  );
}

/** The keypoints of the first face in a picture of a data set in COCO's form. */
function annotated(set: string, picture: string): number[] {
  const { images, annotations } = JSON.parse(readFileSync(set, "utf8"));
  const name = picture.slice(picture.indexOf("/") + 1);
  const { id } = images.find(({ file_name }: { file_name: string }) => file_name === name);
  return annotations.find(({ image_id }: { image_id: number }) => image_id === id).keypoints;
}
