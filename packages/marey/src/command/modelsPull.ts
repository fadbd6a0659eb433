import { createInterface } from "node:readline/promises";
import { MareyError } from "@marey/core";
import { Command } from "commander";
import { openProgress } from "../progress.js";
import { catalogueEntry } from "../store/catalogue.js";
import type { CatalogueEntry } from "../store/catalogueEntry.js";
import { type Pulled, type PullOptions, pull } from "../store/pull.js";
import { interruptible } from "./interrupt.js";
import { catalogueText } from "./modelsText.js";
import { positiveNumber } from "./number.js";

interface PullFlags {
  yes?: boolean;
  mirror?: string;
  offline?: boolean;
  timeout?: number;
  force?: boolean;
  json?: boolean;
}

/** `marey models pull NAME…`. */
export function pullCommand(): Command {
  return new Command("pull")
    .argument("<name...>", "names in the catalogue; `marey models list` shows them")
    .description("Fetch published weights, check them and make them ready")
    .option("--yes", "accept the licences that are shown")
    .option("--mirror <place>", "web address or folder that has the files; MAREY_MIRROR when left out")
    .option("--offline", "ask no server; also by MAREY_OFFLINE=1")
    .option(
      "--timeout <seconds>",
      "silence after which a server has stalled, 30",
      positiveNumber("--timeout"),
    )
    .option("--force", "fetch and take in again what is stored")
    .option("--json", "print JSON")
    .action(async (names: string[], flags: PullFlags) => {
      const entries = names.map(catalogueEntry);
      const options = optionsOf(flags);
      const progress = openProgress({ silent: flags.json });
      const pulled = await interruptible(async (signal) => {
        const results: Pulled[] = [];
        for (const entry of entries) {
          const accept = () => ask(entry, flags.yes, signal);
          results.push(await pull(entry, { ...options, accept, progress, signal }));
        }
        return results;
      }, "interrupted; what has come is kept, and the same command goes on from there").finally(() =>
        progress.stop(),
      );
      console.log(flags.json ? JSON.stringify(pulled, undefined, 2) : pulled.map(pulledText).join("\n"));
    });
}

function optionsOf({ mirror, offline, timeout, force }: PullFlags): Omit<PullOptions, "accept" | "progress"> {
  const { MAREY_MIRROR, MAREY_OFFLINE } = process.env;
  const place = mirror ?? (MAREY_MIRROR || undefined);
  if (place !== undefined && /^https?:/i.test(place) && !URL.canParse(place))
    throw new MareyError("OPTION", "--mirror", `"${place}" is no web address`, "Correct the option");
  return {
    mirror: place,
    offline: offline ?? (MAREY_OFFLINE !== undefined && !["", "0", "false"].includes(MAREY_OFFLINE)),
    patience: timeout,
    force,
  };
}

/** Shows a licence and asks whether it is accepted; without a terminal, `--yes` is the only way to. */
async function ask(entry: CatalogueEntry, yes: boolean | undefined, signal: AbortSignal): Promise<boolean> {
  process.stderr.write(`${catalogueText(entry)}\n`);
  if (yes) return true;
  if (!process.stdin.isTTY || !process.stderr.isTTY) return false;
  const terminal = createInterface({ input: process.stdin, output: process.stderr });
  try {
    // The terminal takes Ctrl-C for itself while it asks.
    terminal.on("SIGINT", () => process.kill(process.pid, "SIGINT"));
    const answer = await terminal.question("Accept this licence? [y/N] ", { signal });
    return /^y(es)?$/i.test(answer.trim());
  } finally {
    terminal.close();
  }
}

function pulledText({ name, from, file, sha256, trust }: Pulled): string {
  const how = {
    stored: "is there already",
    cache: "was in the cache",
    mirror: "came from the mirror",
    publisher: "was fetched",
  }[from];
  const check =
    trust === "published"
      ? "checked against what was published"
      : "none was published: this one is remembered, and another will be refused";
  return `${name} ${how}: ${file}\n  SHA-256 ${sha256} (${check})`;
}
