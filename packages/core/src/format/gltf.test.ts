import { existsSync, readFileSync } from "node:fs";
import { gunzipSync } from "node:zlib";
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { MareyError } from "../error.js";
import type { Motion } from "../motion/motion.js";
import { h36m17 } from "../skeleton/layouts.js";
import { poseAsf, readAmc, readAsf } from "./asf.js";
import { writeGlb } from "./glb.js";
import { readGlb } from "./gltf.js";
import { gltfToMotion } from "./gltfMotion.js";
import { poseGltf, skinGltf } from "./gltfPose.js";
import { forwardKinematics } from "./kinematics.js";

/** A figure of H36M-17 that bends its joints one after the other; Y up. */
function bending(frames: number): Motion {
  const joints = h36m17.joints.length;
  const rest = Float32Array.from({ length: joints * 3 }, (_, i) => (i < 3 ? 0 : 0.3 * Math.sin(i * 2.1)));
  const rotations = new Float32Array(frames * joints * 4);
  const root = Float32Array.from({ length: frames * 3 }, (_, i) => i / 100);
  for (let i = 0; i < frames * joints; i++) {
    const half = 0.4 * Math.sin(i);
    rotations.set([0, Math.sin(half), 0, Math.cos(half)], i * 4);
  }
  const positions = Float32Array.from(forwardKinematics(h36m17.parents, rest, rotations, root));
  const state = new Uint8Array(frames * joints).fill(1);
  const people = [{ id: 2, positions, state, rest, rotations, root }];
  return { skeleton: h36m17, frameRate: 50, up: "y", firstFrame: 0, frameCount: frames, people };
}

describe("GLB", () => {
  test("our reader finds the joints where the fitted skeleton has them, and the figure around them", async () => {
    const motion = bending(5);
    const gltf = readGlb(await writeGlb(motion));
    const [{ joints }] = gltf.skins;
    const figure = gltf.nodes.findIndex(({ skin }) => skin !== undefined);
    for (let t = 0; t < 5; t++) {
      const pose = poseGltf(gltf, t / 50);
      joints.forEach((node, j) => {
        for (let k = 0; k < 3; k++)
          expect(pose.world[node * 16 + 4 * k + 3]).toBeCloseTo(
            motion.people[0].positions[(t * 17 + j) * 3 + k],
            5,
          );
      });
      // Every vertex stays within a limb's thickness of a bone, so within the longest bone of a joint.
      const vertices = skinGltf(gltf, pose, figure);
      expect(vertices.length).toBeGreaterThan(1000);
      for (let v = 0; v < vertices.length; v += 300) {
        const distances = joints.map((node) =>
          Math.hypot(...[0, 1, 2].map((k) => vertices[v + k] - pose.world[node * 16 + 4 * k + 3])),
        );
        expect(Math.min(...distances)).toBeLessThan(0.05);
      }
    }
  });

  test("a motion comes back: frames, layout, positions", async () => {
    const motion = bending(5);
    const back = gltfToMotion(readGlb(await writeGlb(motion)));
    expect(back.skeleton).toBe(h36m17);
    expect([back.frameRate, back.frameCount]).toEqual([50, 5]);
    back.people[0].positions.forEach((value, i) => {
      expect(Math.abs(value - motion.people[0].positions[i])).toBeLessThan(1e-5);
    });
    expect(() => gltfToMotion({ nodes: [], animations: [], skins: [], meshes: [] })).toThrow(MareyError);
  });

  test("mutated files end in a MareyError or finite poses", async () => {
    const bytes = await writeGlb(bending(3));
    const json = new DataView(bytes.buffer, bytes.byteOffset).getUint32(12, true);
    fc.assert(
      fc.property(
        fc.array(fc.tuple(fc.nat(19 + json), fc.integer({ min: 32, max: 126 })), { maxLength: 5 }),
        fc.option(fc.nat(bytes.length)),
        (edits, cut) => {
          const copy = bytes.slice(0, cut ?? bytes.length);
          for (const [at, value] of edits) if (at < copy.length) copy[at] = value;
          try {
            const gltf = readGlb(copy);
            const { people } = gltfToMotion(gltf);
            for (const { positions } of people) expect(positions.some(Number.isNaN)).toBe(false);
            const pose = poseGltf(gltf, 0.03);
            gltf.nodes.forEach((_, node) => {
              skinGltf(gltf, pose, node);
            });
          } catch (error) {
            if (!(error instanceof MareyError)) throw error;
          }
        },
      ),
      { numRuns: 150 },
    );
  });
});

const cmu = "../shared/data/cmu/asf-amc";

describe.skipIf(!existsSync(cmu))("ASF and AMC", () => {
  const skeleton = () => new Uint8Array(readFileSync(`${cmu}/02.asf`));
  const clip = () => new Uint8Array(gunzipSync(readFileSync(`${cmu}/02_01.amc.gz`)));

  test("a real clip equals an independent reader's positions", () => {
    const asf = readAsf(skeleton());
    const { positions } = poseAsf(asf, readAmc(clip(), asf));
    const check = JSON.parse(readFileSync(`${cmu}/check_02_01.json`, "utf8"));
    const millimetres = 25.4 / 0.45;
    for (const [b, { name }] of asf.bones.entries())
      for (const [i, t] of (check.frames_zero_based as number[]).entries())
        for (let k = 0; k < 3; k++)
          expect(positions[(t * asf.bones.length + b) * 3 + k] * millimetres).toBeCloseTo(
            check.bone_end[name][i][k],
            2,
          );
  });

  test("mutated files end in a MareyError or finite positions", () => {
    const texts = [skeleton(), clip().slice(0, 6000)];
    texts[1] = texts[1].slice(0, new TextDecoder().decode(texts[1]).lastIndexOf("\n3\n"));
    fc.assert(
      fc.property(
        fc.nat(1),
        fc.array(fc.tuple(fc.nat(), fc.integer({ min: 9, max: 126 })), { maxLength: 5 }),
        (which, edits) => {
          const copies = texts.map((bytes) => bytes.slice());
          for (const [at, value] of edits) copies[which][at % copies[which].length] = value;
          try {
            const asf = readAsf(copies[0]);
            expect(poseAsf(asf, readAmc(copies[1], asf)).positions.every(Number.isFinite)).toBe(true);
          } catch (error) {
            if (!(error instanceof MareyError)) throw error;
          }
        },
      ),
    );
  });
});
