import { extname } from "node:path";
import { MareyError } from "@marey/core";
import {
  type MareyFile,
  motionFormats,
  readCalibrationToml,
  readQualisys,
  turnUp,
  writeCalibrationToml,
  writeDetectionsJson,
  writeKeypointsJson,
} from "@marey/core/format";
import type { Detections, Keypoints, Motion, UpAxis } from "@marey/core/motion";
import { skeletons } from "@marey/core/skeleton";
import { Command, Option } from "commander";
import {
  readSource,
  readWhole,
  skeletonOf,
  writeMotionFiles,
  writeOpenPoseFolder,
  writeWhole,
} from "../files/index.js";
import { positiveNumber, wholeNumber } from "./number.js";

/** What can be converted: `marey convert A B` as a record. */
export interface ConvertOptions {
  /** Replace files that are there. */
  force?: boolean;
  /** Id of the one person to write. */
  person?: number;
  /** Hz, instead of what the input says. */
  frameRate?: number;
  /** The axis that points up in formats that can choose. */
  up?: UpAxis;
  /** The axis that points up in an input that doesn't say (CSV). */
  inputUp?: UpAxis;
  /** Name of the joint layout, where the input doesn't say. */
  skeleton?: string;
  /** Metres per unit of an input that doesn't say (BVH). */
  metresPerUnit?: number;
  /** Rotation order of a BVH file to be written. */
  order?: "XYZ" | "XZY" | "YXZ" | "YZX" | "ZXY" | "ZYX";
  /** Length unit of a BVH file to be written. */
  units?: "cm" | "m";
}

/** What a conversion did. */
export interface Converted {
  input: string;
  /** Files or folders written. */
  outputs: string[];
  kind: "motion" | "keypoints" | "detections" | "calibration";
  people?: number;
  frames?: number;
  skeleton?: string;
  /** Metres: mean distance between the given joints and those of the skeleton that was fitted to them, if one was. */
  fitDistance?: number;
}

/** `marey convert A B`. */
export function convertCommand(): Command {
  const formats = motionFormats
    .map(({ extension, summary }) => `  ${extension.padEnd(6)} ${summary}`)
    .join("\n");
  const axis = (flags: string, text: string) => new Option(flags, text).choices(["y", "z"]);
  return new Command("convert")
    .description("Convert motion, keypoints or a calibration from one format to another")
    .argument("<input>", "a file, or a folder of OpenPose JSON files")
    .argument("<output>", "the file to write; its ending gives the format. A folder, for OpenPose JSON")
    .option("--force", "replace files that are there")
    .option("--person <id>", "write only this person", wholeNumber("--person", 0))
    .option("--frame-rate <hz>", "frame rate, instead of what the input says", positiveNumber("--frame-rate"))
    .addOption(axis("--up <axis>", "axis that points up, in formats that can choose (json, npz, csv)"))
    .addOption(axis("--input-up <axis>", "axis that points up in an input that doesn't say (csv)"))
    .option(
      "--skeleton <name>",
      `joint layout of the input, or a JSON file of one's own (${skeletons.map(({ name }) => name).join(", ")})`,
    )
    .option("--metres-per-unit <metres>", "length unit of a BVH input", positiveNumber("--metres-per-unit"))
    .addOption(
      new Option("--order <axes>", "rotation order of a BVH output").choices([
        "XYZ",
        "XZY",
        "YXZ",
        "YZX",
        "ZXY",
        "ZYX",
      ]),
    )
    .addOption(new Option("--units <unit>", "length unit of a BVH output").choices(["cm", "m"]))
    .option("--json", "print what was done as JSON")
    .addHelpText(
      "after",
      `\nMotion formats:\n${formats}\n  Several people go to one file each where a format holds one.`,
    )
    .action(
      async (input: string, output: string, { json, ...options }: ConvertOptions & { json?: boolean }) => {
        const done = await convert(input, output, options);
        console.log(json ? JSON.stringify(done) : describe(done));
      },
    );
}

const describe = ({ input, outputs, kind, people, frames, skeleton, fitDistance }: Converted) =>
  [
    `${input}: ${kind}${people === undefined ? "" : `, ${count(people, "person", "people")}`}`,
    frames === undefined ? "" : `, ${count(frames, "frame", "frames")}, ${skeleton}`,
    fitDistance === undefined
      ? ""
      : `\n  a skeleton was fitted: ${(fitDistance * 1000).toFixed(1)} mm from the joints`,
    ...outputs.map((path) => `\n  → ${path}`),
  ].join("");

const count = (n: number, one: string, many: string) => `${n} ${n === 1 ? one : many}`;

/**
 * Converts a file, or a folder of OpenPose files, to another format. Every output is written whole or not at all.
 *
 * @throws MareyError of the readers and writers; `CONVERT_KIND` when the output's format can't hold the input;
 *   `FILE_EXISTS` before anything is written.
 */
export async function convert(
  input: string,
  output: string,
  options: ConvertOptions = {},
): Promise<Converted> {
  if (isCalibration(input) || extname(output).toLowerCase() === ".toml")
    return convertCalibration(input, output, options);
  const { frameRate, metresPerUnit, inputUp, skeleton } = options;
  const layout = skeleton === undefined ? undefined : await skeletonOf(skeleton);
  const source = await readSource(input, { frameRate, metresPerUnit, up: inputUp, skeleton: layout });
  return source.kind === "motion"
    ? writeMotion(input, output, prepare(source.motion, options), options)
    : writeViews(input, output, source, options);
}

const isCalibration = (path: string) => /\.(toml|qca\.txt|xml)$/i.test(path);

async function convertCalibration(
  input: string,
  output: string,
  { force }: ConvertOptions,
): Promise<Converted> {
  if (extname(output).toLowerCase() !== ".toml" || !isCalibration(input))
    throw new MareyError(
      "CONVERT_KIND",
      output,
      "a calibration is written as .toml, and only from a calibration (.toml, .qca.txt, .xml)",
      "Name the output .toml, or check the input",
    );
  const bytes = await readWhole(input);
  const rig = /\.toml$/i.test(input) ? readCalibrationToml(bytes, input) : readQualisys(bytes, input);
  await writeWhole(output, writeCalibrationToml(rig), { force });
  return { input, outputs: [output], kind: "calibration" };
}

function prepare(motion: Motion, { person, frameRate, up }: ConvertOptions): Motion {
  const people = person === undefined ? motion.people : motion.people.filter(({ id }) => id === person);
  if (people.length === 0 && person !== undefined)
    throw new MareyError(
      "CONVERT_PERSON",
      "--person",
      `there is no person ${person} (there are: ${motion.people.map(({ id }) => id).join(", ") || "none"})`,
      "Choose one of these",
    );
  const chosen = { ...motion, people, frameRate: frameRate ?? motion.frameRate };
  return up ? turnUp(chosen, up) : chosen;
}

async function writeMotion(
  input: string,
  output: string,
  motion: Motion,
  { force, order, units }: ConvertOptions,
): Promise<Converted> {
  const written = await writeMotionFiles(output, motion, {
    force,
    ...(order && { order }),
    ...(units && { units }),
  });
  return {
    input,
    outputs: written.paths,
    kind: "motion",
    people: motion.people.length,
    frames: motion.frameCount,
    skeleton: motion.skeleton.name,
    ...(written.fitDistance !== undefined && { fitDistance: written.fitDistance }),
  };
}

async function writeViews(
  input: string,
  output: string,
  source: Exclude<MareyFile, { kind: "motion" }>,
  options: ConvertOptions,
): Promise<Converted> {
  const { kind } = source;
  const view = kind === "keypoints" ? source.keypoints : source.detections;
  const extension = extname(output).toLowerCase();
  if (extension === ".json") {
    const content =
      kind === "keypoints" ? writeKeypointsJson(source.keypoints) : writeDetectionsJson(source.detections);
    await writeWhole(output, content, options);
  } else if (extension === "" || output.endsWith("/"))
    await writeOpenPoseFolder(
      output,
      kind === "keypoints" ? detectionsOf(source.keypoints) : source.detections,
      options,
    );
  else
    throw new MareyError(
      "CONVERT_KIND",
      output,
      `2D ${kind} can't be written as ${extension}`,
      "Name a .json file or a folder, or make 3D motion from all cameras first: marey capture",
    );
  return {
    input,
    outputs: [output],
    kind,
    ...(kind === "keypoints" && { people: source.keypoints.people.length }),
    frames: kind === "keypoints" ? source.keypoints.frameCount : source.detections.frames.length,
    skeleton: view.skeleton.name,
  };
}

/** People of a view frame by frame, each in a slot of its own order. */
function detectionsOf(keypoints: Keypoints): Detections {
  const width = keypoints.skeleton.joints.length * 3;
  const frames = Array.from({ length: keypoints.frameCount }, (_, t) =>
    keypoints.people.flatMap(({ data }) => {
      const joints = data.slice(t * width, (t + 1) * width);
      const confidences = joints.filter((_, i) => i % 3 === 2);
      const score = confidences.reduce((sum, value) => sum + value, 0) / confidences.length;
      return score > 0 ? [{ score, joints }] : [];
    }),
  );
  const { skeleton, frameRate, width: w, height, firstFrame, times } = keypoints;
  return { skeleton, frameRate, width: w, height, firstFrame, frames, ...(times && { times }) };
}
