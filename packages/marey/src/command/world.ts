import { MareyError } from "@marey/core";
import { Command } from "commander";
import { openProgress } from "../progress.js";
import {
  checkScene,
  describeRender,
  readSceneFile,
  renderWorld,
  type SceneFile,
  worldChannels,
  worldSettings,
} from "../world/index.js";
import { interruptible } from "./interrupt.js";
import { positiveNumber, wholeNumber } from "./number.js";

/** Flags that decide what is rendered, under the names that a scene's file has for them, but for `handHeld`. */
type SceneFlags = Omit<SceneFile, "hand-held" | "channels" | "motion" | "acts"> & {
  motion?: string[];
  channels?: string;
  handHeld?: boolean;
};

interface RenderFlags extends SceneFlags {
  out: string;
  threads?: number;
  force?: boolean;
  json?: boolean;
}

/** `marey world`. */
export function worldCommand(): Command {
  return new Command("world")
    .description("The virtual studio: pictures of which everything is known")
    .addCommand(renderCommand());
}

function renderCommand(): Command {
  return new Command("render")
    .description("Render people before cameras, as a session that marey capture takes, with its truth")
    .argument("[scene]", "JSON with the options' names as keys; options count more")
    .option("--people <n>", "how many people (2)", wholeNumber("--people", 1))
    .option("--cameras <n>", "how many cameras around them (4)", wholeNumber("--cameras", 1))
    .option("--seconds <n>", "how long (10)", positiveNumber("--seconds"))
    .option("--fps <n>", "frames a second (25)", positiveNumber("--fps"))
    .option("--size <size>", "of the pictures, WIDTHxHEIGHT (1280x720)")
    .option("--seed <n>", "decides everything else (1)", wholeNumber("--seed", 0))
    .option("--motion <paths...>", "BVH or ASF and AMC files, or folders of them, to take motions from")
    .option("--backgrounds <folder>", "photographs to stand before, instead of a made place")
    .option("--hand-held", "cameras in hands instead of on tripods")
    .option("--channels <names>", `what to write, with commas: ${worldChannels.join(", ")} (colour)`)
    .option(
      "--threads <n>",
      "threads that draw; as many as the machine runs at once",
      wholeNumber("--threads", 1),
    )
    .option("--out <folder>", "where to write the session", "scene")
    .option("--force", "write into a folder that holds files; those of an earlier scene go")
    .option("--json", "print what was rendered as JSON")
    .action(async (file: string | undefined, { out, threads, force, json, ...flags }: RenderFlags) => {
      const scene = { ...(file === undefined ? {} : await readSceneFile(file)), ...sceneOf(flags) };
      const settings = worldSettings(scene, file ?? "options");
      const progress = openProgress({ silent: json });
      const summary = await interruptible(
        (signal) =>
          renderWorld(settings, { out, threads, force }, { progress, signal }).finally(() => progress.stop()),
        `${out}: interrupted; nothing of it is kept`,
      );
      console.log(json ? JSON.stringify(summary, undefined, 2) : describeRender(summary));
    });
}

/** Flags as a scene's file has them. @throws MareyError `OPTION`. */
function sceneOf({ channels, handHeld, ...flags }: SceneFlags): SceneFile {
  const given = {
    ...flags,
    ...(channels !== undefined && { channels: channels.split(",").map((name) => name.trim()) }),
    ...(handHeld && { "hand-held": true }),
  };
  try {
    return checkScene(given, "options");
  } catch (error) {
    if (!(error instanceof MareyError)) throw error;
    const [key = ""] = error.what.split(":");
    throw new MareyError("OPTION", `--${key.split(".")[0]}`, error.what.slice(key.length + 2), error.remedy, {
      cause: error,
    });
  }
}
