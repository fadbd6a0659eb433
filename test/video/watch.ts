import { readFileSync } from "node:fs";
import { join } from "node:path";
import type { MareyError } from "@marey/core";
import { expect } from "vitest";
import {
  openFrames,
  type SourceOptions,
  type StreamEvent,
  writeImage,
} from "../../packages/marey/src/video/index.js";
import { grey, writeClip } from "./clip.js";
import { accessUnits } from "./rtspServer.js";

/** 28 frames of H.264, 320×240, in large and small packets; every seventh stands alone. */
export async function h264Units(folder: string): Promise<Buffer[][]> {
  const options = { "x264-params": "aud=1:bframes=0:qp=1", tune: "zerolatency" };
  const path = join(folder, "live.h264");
  await writeClip(path, { width: 320, height: 240, gop: 7, options });
  return accessUnits(readFileSync(path));
}

/** 28 JPEGs of 64×48 in the clips' greys. */
export async function jpegs(folder: string): Promise<Buffer[]> {
  const path = join(folder, "grey.jpg");
  const out: Buffer[] = [];
  for (let i = 0; i < 28; i++) {
    const data = new Uint8Array(64 * 48 * 3).fill(grey(i));
    await writeImage(path, { width: 64, height: 48, channels: 3, data });
    out.push(readFileSync(path));
  }
  return out;
}

/** The error that a promise must end with. */
export const errorOf = (promise: Promise<unknown>): Promise<MareyError> =>
  promise.then(
    () => expect.unreachable("no error"),
    (error) => error,
  );

/** What is noted of a frame. */
export interface Seen {
  index: number;
  time: number;
  value: number;
}

/** Takes frames until enough have come; tells of each. */
export async function watch(
  url: string,
  frames: number,
  options: SourceOptions = {},
  onFrame?: (n: number) => unknown,
) {
  const warnings: MareyError[] = [];
  const events: StreamEvent[] = [];
  const source = await openFrames(url, {
    onWarning: (warning) => warnings.push(warning),
    onEvent: (event) => events.push(event),
    ...options,
  });
  const seen: Seen[] = [];
  for await (const { index, time, image } of source) {
    seen.push({ index, time, value: image.data[(image.width * image.height * 3) >> 1]! });
    await onFrame?.(seen.length);
    if (seen.length >= frames) break;
  }
  return { source, seen, warnings, events, dropped: source.dropped?.() };
}

/** Numbers and times rise; over the outage the time stands still no more than numbers leap. */
export function expectSteady(seen: readonly Seen[]): void {
  for (const [i, frame] of seen.entries()) {
    const before = seen[i - 1];
    if (!before) continue;
    expect(frame.index).toBeGreaterThan(before.index);
    expect(frame.time).toBeGreaterThan(before.time);
  }
}
