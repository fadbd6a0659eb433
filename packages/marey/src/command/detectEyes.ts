import { MareyError } from "@marey/core";
import type { Runtime } from "@marey/core/seam";
import { type Eyes, eyeModels, openEyes, openOfficialEyes, withHandsAndFace } from "../detect/index.js";
import type { Progress } from "../progress.js";
import { cards } from "../store/index.js";
import type { DetectCommandOptions } from "./detectOptions.js";
import { openPoseScales } from "./openPoseArguments.js";

/**
 * What looks: as named; else the network of OpenPose's that `--model_pose` means, where OpenPose's own reading is asked for.
 *
 * @throws MareyError `OPTION` where two methods are named.
 */
export function modelOf({ model, fast, official, openPose = {} }: DetectCommandOptions): string {
  if (official) return model ?? openPose.network ?? "openpose-body25";
  if (fast && model !== undefined && model !== "fast")
    throw misplaced(
      "--fast",
      `it is --model fast, and --model ${model} is given too`,
      "Leave one of the two out",
    );
  return fast ? "fast" : (model ?? "default");
}

/**
 * Opens the eyes that a command's options ask for. What OpenPose's flags wish for is left out, and that is said, where a
 * method has no such setting.
 *
 * @throws MareyError as `openEyes` and `openOfficialEyes`; `OPTION` for options that OpenPose's own reading doesn't have.
 */
export async function openDetectEyes(
  options: DetectCommandOptions,
  model: string,
  runtime: Runtime,
  progress: Progress,
): Promise<Eyes> {
  if (options.official) return officialEyes(options, model, runtime);
  if (options.parser !== undefined) throw misplaced("--parser", "it belongs to --official", "Add --official");
  const { finder, flip, scales, hands = false, face = false, openPose = {} } = options;
  const asked = {
    model,
    runtime,
    ...(finder !== undefined && { finder }),
    ...(flip && { flip }),
    ...(scales && { scales }),
  };
  const size = sizeOf(openPose.networkSize);
  const several = openPoseScales(openPose);
  const wished = {
    ...(several && { scales: several }),
    ...(size && { size }),
    ...(openPose.maximizePositives && { maximizePositives: true }),
  };
  const eyes = await openEyes({ ...wished, ...asked }).catch((error) => {
    const isRefused = error instanceof MareyError && ["MODEL_OPTIONS", "CARD_DISAGREES"].includes(error.code);
    const flags = Object.keys(wished).map((wish) => flagOf[wish as keyof typeof flagOf]);
    if (!isRefused || flags.length === 0) throw error;
    progress.log(`left out: ${flags.join(", ")}: ${error.where}: ${error.what}`);
    return openEyes(asked);
  });
  return hands || face ? withHandsAndFace(eyes, { hands, face, runtime }) : eyes;
}

/** The flags of OpenPose that are wishes, by what they become. */
const flagOf = {
  scales: "--scale_number",
  size: "--net_resolution",
  maximizePositives: "--maximize_positives",
} as const;

/** A side that isn't given follows the picture. */
function sizeOf([width, height]: readonly [number, number] = [-1, -1]) {
  const free = (side: number) => (side > 0 ? side : null);
  return width > 0 || height > 0 ? ([free(width), free(height)] as const) : undefined;
}

async function officialEyes(options: DetectCommandOptions, model: string, runtime: Runtime): Promise<Eyes> {
  const { parser, people, hands, face, openPose = {} } = options;
  const alien = (["finder", "fast", "flip", "scales"] as const).find((name) => options[name] !== undefined);
  if (alien !== undefined)
    throw misplaced(
      `--${alien}`,
      "OpenPose's own reading has no such thing",
      alien === "scales" ? "Give --scale-number and --scale-gap" : `Leave --${alien} or --official out`,
    );
  if (isMethod(model))
    throw misplaced(
      "--model",
      `"${model}" is a method of Marey's, and --official does as OpenPose does, with one network`,
      "Leave one of the two out, or name a network of one of OpenPose's models, such as openpose-body25",
    );
  const { networkSize, networkDynamic, scaleNumber, scaleGap, maximizePositives } = openPose;
  const { handSide, faceSide, handScaleNumber, handScaleRange, followHands } = openPose;
  return openOfficialEyes({
    model,
    runtime,
    ...(parser && { parser }),
    ...(people !== undefined && { people }),
    ...(hands && { hands }),
    ...(face && { face }),
    ...(networkSize && { resolution: networkSize }),
    ...(networkDynamic !== undefined && { dynamic: networkDynamic }),
    ...(scaleNumber !== undefined && { scaleNumber }),
    ...(scaleGap !== undefined && { scaleGap }),
    ...(maximizePositives && { maximizePositives }),
    ...(followHands && { followHands }),
    partOptions: {
      ...(handSide !== undefined && { handSide }),
      ...(faceSide !== undefined && { faceSide }),
      ...(handScaleNumber !== undefined && { handScaleNumber }),
      ...(handScaleRange !== undefined && { handScaleRange }),
    },
  });
}

/** Whether a name stands for a method alone, not for a network too. */
const isMethod = (name: string) =>
  Object.hasOwn(eyeModels, name) && !cards.some((card) => card.name === name);

const misplaced = (option: string, what: string, remedy: string) =>
  new MareyError("OPTION", option, what, remedy);
