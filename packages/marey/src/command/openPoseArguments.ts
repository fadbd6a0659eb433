import { MareyError } from "@marey/core";
import { Option } from "commander";
import type { DetectCommandOptions, OpenPoseSettings } from "./detectOptions.js";
import { type OpenPoseRequest, wrong } from "./openPoseFlag.js";
import { openPoseFlags } from "./openPoseFlags.js";

const hyphened = (name: string) => name.replaceAll("_", "-");

/** The flags as options of a command, left out of its help. */
export const openPoseOptions = (): Option[] =>
  openPoseFlags.map(({ name, takes }) =>
    new Option(`--${hyphened(name)}${takes ? ` <${takes}>` : ""}`, "OpenPose's").hideHelp(),
  );

/** Flags that are on or off, Marey's own among them that OpenPose has too. */
const switches = new Set([
  ...openPoseFlags.filter(({ takes }) => !takes).map(({ name }) => hyphened(name)),
  "face",
]);

/**
 * Arguments as OpenPose's program takes them, brought to the form of ours: `--write_json DIR` and `-write_json=DIR` are
 * `--write-json DIR`; of flags that are on or off, `--hand=true` is `--hand`, and `--hand=false` and `--nohand` are left
 * out.
 */
export function plainArguments(args: readonly string[]): string[] {
  const names = new Set([...openPoseFlags.map(({ name }) => hyphened(name)), ...switches]);
  const ended = args.indexOf("--");
  return args.flatMap((arg, i) => {
    const [, name = "", value] = /^--?([A-Za-z0-9][\w-]*)(?:=(.*))?$/s.exec(arg) ?? [];
    const plain = hyphened(name);
    if (name === "" || (ended >= 0 && i >= ended)) return [arg];
    if (/^no-?/.test(plain) && switches.has(plain.replace(/^no-?/, ""))) return [];
    // A single hyphen is only for OpenPose's names: -s is nobody's.
    if (!names.has(plain)) return [arg.startsWith("--") ? arg.replace(name, plain) : arg];
    if (!switches.has(plain)) return value === undefined ? [`--${plain}`] : [`--${plain}`, value];
    return /^(false|0|f|no|n)$/i.test(value ?? "") ? [] : [`--${plain}`];
  });
}

/**
 * What the flags among a command's options ask for.
 *
 * @param given Options by the names that the command line gives them (`writeJson`).
 * @returns What they say beside the inputs and options that are Marey's own, and the names of those without a meaning.
 * @throws MareyError `OPTION` for wrong values, and for flags whose results would be missing.
 */
export function readOpenPoseFlags(given: Readonly<Record<string, unknown>>): {
  inputs: string[];
  options: DetectCommandOptions;
  unused: string[];
} {
  const request: OpenPoseRequest = { inputs: [], options: { openPose: {} } };
  const unused: string[] = [];
  for (const { name, takes, does, idle, unused: why, refused, official } of openPoseFlags) {
    const value = givenValue(given, name);
    if (value === undefined) continue;
    if (refused) throw new MareyError("OPTION", `--${name}`, "it isn't done here", refused);
    if (why) unused.push(`--${name} (${why})`);
    if (official && !given.official) unused.push(`--${name} (with --official only)`);
    else does?.(request, takes ? String(value) : "");
    const reason = idle?.(String(value));
    if (reason) unused.push(`--${name} ${value} (${reason})`);
  }
  openPoseScales(request.options.openPose);
  return { ...request, unused };
}

/** A flag's value as commander keeps it: `write_json` as `writeJson`; of one whose name begins with "no", the opposite. */
function givenValue(given: Readonly<Record<string, unknown>>, name: string): unknown {
  const option = new Option(`--${hyphened(name)}`);
  const value = given[option.attributeName()];
  return option.negate ? value === false || undefined : value;
}

/**
 * Sizes relative to the largest, undefined for one. @throws MareyError `OPTION` when the smallest would be nothing.
 */
export function openPoseScales({ scaleNumber: count = 1, scaleGap: gap = 0.25 }: OpenPoseSettings) {
  if (count === 1) return undefined;
  const scales = Array.from({ length: count }, (_, i) => 1 - i * gap);
  if ((scales.at(-1) as number) > 0) return scales;
  throw wrong("scale_gap", String(gap), `too large for ${count} scales: the last would be nothing`);
}
