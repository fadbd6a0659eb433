import { readFileSync } from "node:fs";
import { JointState, type Keypoints, type KeypointTrack } from "@marey/core/motion";
import { face70, withParts } from "@marey/core/skeleton";
import { afterAll, expect, test } from "vitest";
import { keypointsOf, liftFolder, walker } from "./smallLift.js";

const folder = await liftFolder();
afterAll(folder.remove);

/** The same people with a face and hands that move on their own. */
function withHandsAndFace(keypoints: Keypoints): Keypoints {
  const skeleton = withParts(keypoints.skeleton, { face: face70, hands: true });
  const [J, from] = [skeleton.joints.length, keypoints.skeleton.joints.length];
  const widened = ({ id, data, state }: KeypointTrack): KeypointTrack => {
    const out = new Float32Array(keypoints.frameCount * J * 3).map((_, i) =>
      i % 3 === 2 ? 0.9 : (i * 7) % 500,
    );
    const states = new Uint8Array(keypoints.frameCount * J).fill(JointState.visible);
    for (let t = 0; t < keypoints.frameCount; t++) {
      out.set(data.subarray(t * from * 3, (t + 1) * from * 3), t * J * 3);
      states.set(state.subarray(t * from, (t + 1) * from), t * J);
    }
    return { id, data: out, state: states };
  };
  return { ...keypoints, skeleton, people: keypoints.people.map(widened) };
}

test("face and hands change nothing of a body's lift", async () => {
  const body = keypointsOf([walker(60)]);
  const [plain, whole] = [await folder.lift(body), await folder.lift(withHandsAndFace(body))];
  const motion = ({ summary }: typeof plain) => readFileSync(summary.people[0]!.files[0] as string);
  expect(motion(whole).equals(motion(plain))).toBe(true);
});
