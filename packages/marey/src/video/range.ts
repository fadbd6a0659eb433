import { MareyError } from "@marey/core";
import type { FrameOptions } from "@marey/core/seam";

/** Which frames are wanted, by number or by time, with no limit left open. */
export interface Range {
  start: number;
  end: number;
  /** Seconds; undefined where the beginning is a frame number. */
  startTime?: number;
  endTime: number;
  step: number;
}

/** Half a millisecond: containers round times to as much. */
const rounding = 5e-4;

/**
 * Fills in what wasn't said. One side may be a frame and the other a time, but not one side both.
 *
 * @throws MareyError `FRAME_LIMITS` for numbers that are no frames or times, or a side given
 * twice; `FRAME_RANGE` for an empty range.
 */
export function rangeOf(options: FrameOptions, where: string): Range {
  const { start = 0, end = Number.POSITIVE_INFINITY, step = 1, startTime, endTime } = options;
  const range = { start, end, startTime, endTime: endTime ?? Number.POSITIVE_INFINITY, step };
  const whole = (value: number, least: number) => Number.isInteger(value) && value >= least;
  const refuse = (what: string, remedy: string) => new MareyError("FRAME_LIMITS", where, what, remedy);
  if (options.start !== undefined && startTime !== undefined)
    throw refuse("its start is given as a frame and as a time", "Give one of them");
  if (options.end !== undefined && endTime !== undefined)
    throw refuse("its end is given as a frame and as a time", "Give one of them");
  if (!whole(start, 0) || !(whole(end, 0) || end === Number.POSITIVE_INFINITY))
    throw refuse(`frames ${start} to ${end} are no range`, "Give whole numbers from 0");
  if (!whole(step, 1)) throw refuse(`a step of ${step} is none`, "Give a whole number from 1");
  if (!((startTime ?? 0) >= 0 && range.endTime >= 0 && startTime !== Number.POSITIVE_INFINITY))
    throw refuse(`${startTime} to ${endTime} s is no range`, "Give seconds from 0");
  if (start >= end || (startTime ?? 0) >= range.endTime)
    throw new MareyError("FRAME_RANGE", where, `no frame lies ${describeRange(range)}`, "Give a later end");
  return range;
}

/** Where a frame stands to the range. */
export function standing(range: Range, index: number, time: number): "before" | "inside" | "after" {
  if (index >= range.end || time >= range.endTime - rounding) return "after";
  const begun = range.startTime === undefined ? index >= range.start : time >= range.startTime - rounding;
  return begun ? "inside" : "before";
}

/** How many of `total` frames the range takes, at a constant rate; undefined when the total isn't known. */
export function countFrames(total: number, range: Range, frameRate: number): number | undefined {
  if (!(total > 0)) return undefined;
  const { start, end } = framesOf(range, frameRate);
  return Math.max(0, Math.ceil((Math.min(total, end) - start) / range.step));
}

/** The range in frames, at a constant rate. */
export function framesOf(
  { start, end, startTime, endTime }: Range,
  frameRate: number,
): { start: number; end: number } {
  const frame = (time: number) => Math.max(0, Math.ceil((time - rounding) * frameRate));
  return { start: startTime === undefined ? start : frame(startTime), end: Math.min(end, frame(endTime)) };
}

/** In words, for messages. */
export function describeRange({ start, end, startTime, endTime }: Range): string {
  const from = startTime === undefined ? `${start}` : `${startTime} s`;
  const to = endTime < Number.POSITIVE_INFINITY ? `${endTime} s` : `${end}`;
  return end === Number.POSITIVE_INFINITY && endTime === end
    ? `at or after ${from}`
    : `between ${from} and ${to}`;
}
