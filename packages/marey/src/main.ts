import { MareyError } from "@marey/core";
import { Command, CommanderError } from "commander";
import { captureCommand } from "./command/capture.js";
import { compareCommand } from "./command/compare.js";
import { convertCommand } from "./command/convert.js";
import { demoCommand } from "./command/demo.js";
import { detectCommand } from "./command/detect.js";
import { evalCommand } from "./command/eval.js";
import { liftCommand } from "./command/lift.js";
import { modelsCommand } from "./command/models.js";
import { trainCommand } from "./command/train.js";
import { worldCommand } from "./command/world.js";

const commands = [
  demoCommand,
  captureCommand,
  detectCommand,
  liftCommand,
  convertCommand,
  compareCommand,
  modelsCommand,
  trainCommand,
  evalCommand,
  worldCommand,
];

/** The program `marey`: runs the command that the arguments name and sets the process's exit code. */
export async function main(args: readonly string[]): Promise<void> {
  const program = new Command("marey")
    .description("Turns video of people into motion")
    .version("0.1.0")
    .showHelpAfterError("(--help shows what there is)");
  program.hook("preAction", requireFolder);
  for (const make of commands) program.addCommand(make());
  try {
    await program.parseAsync(args);
  } catch (error) {
    if (error instanceof CommanderError) throw error;
    process.exitCode = 1;
    process.stderr.write(`${describe(error)}\n`);
  }
}

/** Nothing named by a path can be found from a folder that was deleted while a shell stood in it. */
function requireFolder(): void {
  try {
    process.cwd();
  } catch (cause) {
    throw new MareyError(
      "FOLDER_GONE",
      "the working folder",
      "it isn't there any more",
      "Go into another folder; into this one again (`cd .`) if it was made anew",
      { cause },
    );
  }
}

/** What a person is told: bad input in a sentence, a defect of Marey with its trace. */
function describe(error: unknown): string {
  if (error instanceof AggregateError) return error.errors.map(describe).join("\n");
  if (error instanceof MareyError) return `error ${error.code}: ${error.message}`;
  const trace = error instanceof Error ? error.stack : String(error);
  return `marey failed unexpectedly; please report this:\n${trace}`;
}
