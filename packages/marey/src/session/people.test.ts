import { fitMotion } from "@marey/core/fit";
import { motionFormats } from "@marey/core/format";
import { emptyTally, POSE2SIM_DEFAULTS } from "@marey/core/model/multiCamera";
import type { Motion } from "@marey/core/motion";
import { syntheticTake } from "@marey/core/world";
import { expect, test } from "vitest";
import { openProgress } from "../progress.js";
import { noCache } from "./cache.js";
import { stageClock } from "./clock.js";
import { associate, placePeople } from "./people.js";

async function animations(motion: Motion): Promise<Buffer[]> {
  const formats = motionFormats.filter(({ fitted }) => fitted);
  expect(formats.length).toBeGreaterThan(1);
  return Promise.all(
    formats.map(async (format) => {
      const content = await format.write(motion, "a", {});
      const pieces = content instanceof Uint8Array ? [content] : [...content];
      return Buffer.concat(pieces.map((piece) => Buffer.from(piece as Uint8Array)));
    }),
  );
}

test("animation files need no more of a fit than is kept, and a person is let go for the next", async () => {
  const { views, rig } = syntheticTake({ frameRate: 60, frameCount: 90 });
  const host = { cache: noCache, clock: stageClock(), progress: openProgress({ silent: true }) };
  const opened = { views, rig, identity: "synthetic", detector: "synthetic" };
  const method = { name: "marey", association: POSE2SIM_DEFAULTS.people } as const;
  const people = await associate(opened, method, host);
  const placed = placePeople(opened, people, method, views.map(emptyTally), host);
  const first = (await placed.next()).value;
  expect(first.placed.people).toHaveLength(1);
  expect(await animations(first.fitted)).toEqual(await animations(fitMotion(first.placed).motion));

  const second = (await placed.next()).value;
  expect([first.placed.people, first.fitted.people]).toEqual([[], []]);
  expect(second.fitted.people).toHaveLength(1);
});
