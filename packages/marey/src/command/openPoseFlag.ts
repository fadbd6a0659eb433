import { MareyError } from "@marey/core";
import type { DetectCommandOptions, OpenPoseSettings } from "./detectOptions.js";

/** What OpenPose's flags say, gathered while they are read. */
export interface OpenPoseRequest {
  inputs: string[];
  options: DetectCommandOptions & { openPose: OpenPoseSettings };
}

/** A flag of OpenPose's program: what it does here, why it does nothing, or what to do instead. */
export interface OpenPoseFlag {
  /** As OpenPose writes it. */
  name: string;
  /** What its value is; a flag without one is on or off. */
  takes?: string;
  /** Changes the request; the value is empty for flags that are on. */
  does?: (request: OpenPoseRequest, value: string) => void;
  /** Why a value has no meaning here, undefined for those that have one: accepted, with a warning. */
  idle?: (value: string) => string | undefined;
  /** Why it has no meaning here: accepted, with a warning. */
  unused?: string;
  /** Has a meaning with `--official` only; a warning otherwise. */
  official?: boolean;
  /** What to do instead, where leaving it out would lose what is asked for. */
  refused?: string;
}

/** A whole number from `least` on. */
export const whole = (value: string, name: string, least = 0) => {
  const number = Number(value);
  if (value !== "" && Number.isInteger(number) && number >= least) return number;
  throw wrong(name, value, `no whole number from ${least}`);
};
/** A number from `least` to `most`. */
export const real = (value: string, name: string, least: number, most: number) => {
  const number = Number(value);
  if (value !== "" && number >= least && number <= most) return number;
  throw wrong(name, value, `no number from ${least} to ${most}`);
};
/** One of the known texts. */
export const oneOf = <T extends string>(value: string, name: string, known: readonly T[]): T => {
  const found = known.find((item) => item === value);
  if (found !== undefined) return found;
  throw wrong(name, value, `unknown (${known.join(", ")})`);
};
/** `1280x720`; a side of −1 follows from the other. */
export const size = (value: string, name: string): [number, number] => {
  const [, width, height] = /^(-?\d+)x(-?\d+)$/.exec(value) ?? [];
  const sides: [number, number] = [Number(width), Number(height)];
  if (sides.every((side) => side === -1 || side > 0)) return sides;
  throw wrong(name, value, "no size such as 656x368");
};
/** A flag's value is none. */
export const wrong = (name: string, value: string, what: string) =>
  new MareyError("OPTION", `--${name}`, `"${value}" is ${what}`, "Correct the flag, or see docs/openpose.md");

/** A flag that changes how people are drawn. */
export const paint = (
  change: (value: string) => NonNullable<OpenPoseSettings["paint"]>,
): OpenPoseFlag["does"] => {
  return ({ options: { openPose } }, value) => {
    openPose.paint = { ...openPose.paint, ...change(value) };
  };
};
/** A flag that says which maps are written, and how. */
export const heatmaps = (
  change: (value: string) => NonNullable<OpenPoseSettings["heatmaps"]>,
): OpenPoseFlag["does"] => {
  return ({ options: { openPose } }, value) => {
    openPose.heatmaps = { ...openPose.heatmaps, ...change(value) };
  };
};
/** A flag of a setting that is OpenPose's alone. */
export const openPose = (change: (value: string) => OpenPoseSettings): OpenPoseFlag["does"] => {
  return ({ options }, value) => {
    Object.assign(options.openPose, change(value));
  };
};
/** A flag that says what an option of Marey's does. */
export const marey = (change: (value: string) => DetectCommandOptions): OpenPoseFlag["does"] => {
  return ({ options }, value) => {
    Object.assign(options, change(value));
  };
};
