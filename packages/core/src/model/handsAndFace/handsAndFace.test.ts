import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { regionMatrix, regionThrough } from "../../image/region.js";
import { coco17, face68, face70 } from "../../skeleton/index.js";
import { facePlace, guidesOf, handPlace } from "./bodyPlaces.js";
import { decodeFace, meshPoints } from "./face.js";
import { decodeFaces, faceCode } from "./faceDetector.js";
import { facePoints } from "./facePoints.js";
import { regionOfMesh } from "./faceRegion.js";
import { decodeHand, handJoints, handSide } from "./hand.js";
import { regionOfHand } from "./handRegion.js";
import { decodePalms, palmCode } from "./palm.js";

const angle = fc.double({ min: -3.1, max: 3.1, noNaN: true });
const size = fc.double({ min: 0.2, max: 8, noNaN: true });

/** A right hand's back with the fingers upwards: wrist at 0, 0, the middle finger's tip at 0, −100. */
const hand = Float32Array.from({ length: handJoints }, (_, j) => j).reduce(
  (points, j) => {
    const [finger, k] = [Math.floor((j - 1) / 4), (j - 1) % 4];
    const place = j === 0 ? [0, 0, 0] : [15 * (finger - 2), -45 - 18 * k, 0];
    points.set(place, 3 * j);
    return points;
  },
  new Float32Array(3 * handJoints),
);

/** Points turned clockwise, enlarged and moved. */
function moved(points: Float32Array, turn: number, scale: number, x: number, y: number): Float32Array {
  const [c, s] = [scale * Math.cos(turn), scale * Math.sin(turn)];
  const out = points.slice();
  for (let i = 0; i < points.length; i += 3) {
    out[i] = c * points[i] - s * points[i + 1] + x;
    out[i + 1] = s * points[i] + c * points[i + 1] + y;
  }
  return out;
}

describe("regions", () => {
  test("of a hand turn, grow and move with it", () => {
    const plain = regionOfHand(hand);
    expect(plain?.rotation).toBeCloseTo(0, 6);
    expect(plain?.size).toBeGreaterThan(100);
    fc.assert(
      fc.property(angle, size, (turn, scale) => {
        const region = regionOfHand(moved(hand, turn, scale, 40, 70));
        const [x, y] = plain?.centre ?? [0, 0];
        const [c, s] = [scale * Math.cos(turn), scale * Math.sin(turn)];
        expect(region?.size).toBeCloseTo(scale * (plain?.size ?? 0), 2);
        expect(region?.rotation).toBeCloseTo(turn, 4);
        expect(region?.centre[0]).toBeCloseTo(c * x - s * y + 40, 2);
        expect(region?.centre[1]).toBeCloseTo(s * x + c * y + 70, 2);
      }),
    );
  });

  test("of nothing are none", () => {
    expect(regionOfHand(new Float32Array(63))).toBeUndefined();
    expect(regionOfHand(new Float32Array(63).fill(NaN))).toBeUndefined();
    expect(regionOfMesh(new Float32Array(3 * meshPoints))).toBeUndefined();
  });

  test("of a crop are regions of the picture", () =>
    fc.assert(
      fc.property(angle, angle, size, (outer, inner, scale) => {
        const around = { centre: [300, 200] as const, size: 128 * scale, rotation: outer };
        const within = { centre: [70, 40] as const, size: 32, rotation: inner };
        const region = regionThrough(within, regionMatrix(around, 128));
        // The middle of the inner region's upper edge is one point, whichever way it is reached.
        const [m, n] = [regionMatrix(around, 128), regionMatrix(region, 32)];
        const up = [70 + 15.5 * Math.sin(inner), 40 - 15.5 * Math.cos(inner)] as const;
        expect(m[0] * up[0] + m[1] * up[1] + m[2]).toBeCloseTo(n[0] * 15.5 + n[2], 6);
        expect(m[3] * up[0] + m[4] * up[1] + m[5]).toBeCloseTo(n[3] * 15.5 + n[5], 6);
      }),
    ));
});

describe("networks' outputs", () => {
  test("a hand in a turned region comes back to the picture, and is looked for there next", () =>
    fc.assert(
      fc.property(angle, size, (rotation, scale) => {
        const region = { centre: [500, 400] as const, size: handSide * scale, rotation };
        const raw = moved(hand, 0, 1, 112, 160);
        const { points, next, world } = decodeHand(
          { points: raw, world: hand, presence: 1, right: 0 },
          regionMatrix(region, handSide),
        );
        const truth = moved(hand, rotation, scale, 0, 0);
        const wrist = [500 - 48 * scale * Math.sin(rotation), 400 + 48 * scale * Math.cos(rotation)];
        for (let j = 0; j < handJoints; j++) {
          expect(points[3 * j]).toBeCloseTo(truth[3 * j] + wrist[0], 1);
          expect(points[3 * j + 1]).toBeCloseTo(truth[3 * j + 1] + wrist[1], 1);
        }
        expect(next?.rotation).toBeCloseTo(rotation, 3);
        expect(world[36]).toBeCloseTo(-hand[37] * Math.sin(rotation), 3);
      }),
    ));

  test("the detectors' tables have the published sizes", () => {
    expect(palmCode.count).toBe(2944);
    expect(faceCode.count).toBe(896);
  });

  test("a palm becomes the region of its hand: towards the fingers, 2.6 times the palm", () => {
    const points = Float32Array.of(100, 120, 90, 90, 100, 80, 0, 0, 0, 0, 0, 0, 0, 0);
    const raw = palmCode.encode([{ score: 0.9, box: [80, 80, 120, 120], points }]);
    const [{ region, score }, ...more] = decodePalms(raw, [2, 0, 10, 0, 2, 20]);
    expect(more).toEqual([]);
    expect(score).toBeCloseTo(0.9, 5);
    expect(region.rotation).toBeCloseTo(0, 6);
    expect(region.size).toBeCloseTo(2 * 2.6 * 40, 4);
    expect(region.centre[0]).toBeCloseTo(2 * 99.5 + 10, 4);
    expect(region.centre[1]).toBeCloseTo(2 * (99.5 - 20) + 20, 4);
  });

  test("a face leans as its eyes do", () => {
    const points = Float32Array.of(90, 90, 110, 110, 100, 105, 95, 115, 80, 90, 115, 118);
    const raw = faceCode.encode([{ score: 0.8, box: [80, 80, 120, 120], points }]);
    const [{ region, points: own }] = decodeFaces(raw, [2, 0, 10, 0, 2, 20]);
    expect(region.rotation).toBeCloseTo(Math.PI / 4, 5);
    expect(region.size).toBeCloseTo(2 * 1.5 * 40, 4);
    expect(own[0]).toBeCloseTo(2 * 89.5 + 10, 4);
  });

  test("a mesh keeps its depth in pixels of the picture", () => {
    const raw = new Float32Array(3 * meshPoints).map((_, i) => (i % 3 === 2 ? -5 : 0.5));
    const { mesh, presence } = decodeFace(raw, 0.75, [4, 0, 1, 0, 4, 2]);
    expect([...mesh.subarray(0, 3)]).toEqual([1, 2, -20]);
    expect(presence).toBe(0.75);
  });
});

describe("points of a face", () => {
  const mesh = Float32Array.from({ length: 3 * meshPoints }, (_, i) => i);

  test("are 68, and 70 with the pupils", () => {
    const out = new Float32Array(3 * 70 + 3).fill(9);
    facePoints(mesh, 70, 0.5, [1, 2, 3, 4], out, 3);
    expect([...out.subarray(0, 6)]).toEqual([9, 9, 9, 3 * 162, 3 * 162 + 1, 0.5]);
    expect([...out.subarray(3 + 3 * 68)]).toEqual([1, 2, 0.5, 3, 4, 0.5]);
    facePoints(mesh, 70, 0.5, undefined, out, 3);
    expect([...out.subarray(3 + 3 * 68)]).toEqual([NaN, NaN, 0, NaN, NaN, 0]);
    const small = new Float32Array(3 * 68);
    facePoints(mesh, 68, 1, undefined, small);
    expect(small.filter((_, i) => i % 3 === 2).every((c) => c === 1)).toBe(true);
  });

  test("each has a mesh point of its own, and there are as many as the layouts say", () => {
    const out = new Float32Array(3 * 68);
    facePoints(mesh, 68, 1, undefined, out);
    expect(new Set(out.filter((_, i) => i % 3 === 0)).size).toBe(68);
    expect([face68.joints.length, face70.joints.length]).toEqual([68, 70]);
  });
});

describe("places", () => {
  const guides = guidesOf(coco17.joints);
  const body = (joints: Record<string, readonly [number, number, number]>) => {
    const out = new Float32Array(51);
    for (const [name, place] of Object.entries(joints)) out.set(place, 3 * coco17.joints.indexOf(name));
    return out;
  };

  test("a hand lies beyond its wrist, the fingers away from the elbow", () => {
    const joints = { left_elbow: [100, 100, 0.9], left_wrist: [150, 100, 0.9] } as const;
    const place = handPlace(body(joints), guides, 0);
    expect(place).toMatchObject({ side: 0, at: [150, 100] });
    expect(place?.scale).toBeCloseTo(50, 5);
    expect(place?.region.rotation).toBeCloseTo(Math.PI / 2, 6);
    expect(place?.region.centre[0]).toBeGreaterThan(150);
    expect(handPlace(body(joints), guides, 1)).toBeUndefined();
    expect(handPlace(body({ ...joints, left_wrist: [150, 100, 0.1] }), guides, 0)).toBeUndefined();
  });

  test("an arm that points at the camera doesn't make the hand small", () => {
    const joints = {
      left_shoulder: [100, 0, 0.9],
      left_elbow: [100, 100, 0.9],
      left_wrist: [104, 100, 0.9],
    } as const;
    expect(handPlace(body(joints), guides, 0)?.scale).toBeCloseTo(80, 5);
  });

  test("a face lies around eyes and nose and leans as they do; the back of a head has none", () => {
    const joints = { nose: [100, 120, 0.9], left_eye: [120, 110, 0.9], right_eye: [80, 90, 0.9] } as const;
    const place = facePlace(body(joints), guides);
    expect(place?.at).toEqual([100, 120]);
    expect(place?.region.centre).toEqual([100, 110]);
    expect(place?.region.rotation).toBeCloseTo(Math.atan2(20, 40), 6);
    const ears = { left_ear: [80, 90, 0.9], right_ear: [120, 90, 0.9] } as const;
    expect(facePlace(body(ears), guides)).toBeUndefined();
  });
});
