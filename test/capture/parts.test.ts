import { readdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { afterAll, expect, test } from "vitest";
import { sessionMaker } from "./smallSession.js";

const maker = sessionMaker();
afterAll(maker.remove);

const points = (count: number) => Array.from({ length: 3 * count }, (_, i) => (i % 3 === 2 ? 0.9 : 300 + i));

test("face and hands in OpenPose files change nothing of a body's capture", async () => {
  const session = await maker.session();
  const trc = () => session.results().filter((name) => name.endsWith(".trc"));
  await session.capture();
  const [name] = trc();
  const plain = readFileSync(join(session.out, name!), "utf8");
  for (const view of [0, 1, 2])
    for (const file of readdirSync(session.pose(view))) {
      const path = join(session.pose(view), file);
      const frame = JSON.parse(readFileSync(path, "utf8"));
      for (const person of frame.people)
        Object.assign(person, { face_keypoints_2d: points(70), hand_left_keypoints_2d: points(21) });
      writeFileSync(path, JSON.stringify(frame));
    }
  await session.capture({ force: true });
  expect(trc()).toEqual([name]);
  expect(readFileSync(join(session.out, name!), "utf8")).toBe(plain);
});
