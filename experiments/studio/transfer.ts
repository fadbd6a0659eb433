/**
 * What of the studio's variety carries over to photographs: small networks of `recipes/simple-baseline.ts` are trained for
 * equally many steps with everything that varies, and with one thing at a time switched off; each is measured on annotated
 * photographs that none has seen.
 *
 *     npx tsx --conditions=marey-source experiments/studio/transfer.ts [--steps 600] [--only looks,lights] [--keep FOLDER] [--quick]
 */
import { existsSync, mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { parseArgs } from "node:util";
import type { PoserScore } from "@marey/core/model/simpleBaseline";
import { openRun } from "marey";
import * as recipe from "../../recipes/simple-baseline.js";
import { table, verdict } from "../video-pose-3d/table.js";
import { meanPoseScore } from "./meanPose.js";

const { values } = parseArgs({
  options: {
    photographs: { type: "string", default: "../shared/data/images/coco_real.json" },
    backgrounds: { type: "string", default: "" },
    steps: { type: "string", default: "600" },
    size: { type: "string", default: "96x128" },
    seed: { type: "string", default: "1" },
    threads: { type: "string", default: "2" },
    only: { type: "string", default: "" },
    keep: { type: "string", default: "" },
    quick: { type: "boolean", default: false },
  },
});
const { photographs, backgrounds, quick, keep } = values;
if (!existsSync(photographs)) {
  console.log(`skipped: ${photographs} isn't there`);
  process.exit(0);
}

type Settings = Partial<typeof recipe.settings>;

/** What is switched off, by name. */
const without: Readonly<Record<string, { says: string; settings: Settings }>> = {
  nothing: { says: "everything varies", settings: {} },
  looks: { says: "everybody wears the same", settings: { same: "looks" } },
  lights: { says: "one light", settings: { same: "lights" } },
  places: { says: "one place", settings: { same: "place", photographed: 0 } },
  ...(backgrounds !== "" && {
    photographs: { says: "made places only", settings: { photographed: 0 } },
    rooms: { says: "before photographs only", settings: { photographed: 1 } },
  }),
  sensor: { says: "no blur, noise, colours, compression", settings: { sensor: 0, jpeg: 0 } },
  occluders: { says: "nothing in front, nobody beside", settings: { occluded: 0, people: 1 } },
  cameras: { says: "one size, upright, whole", settings: { cameras: false } },
  everything: {
    says: "nothing varies but body, pose and direction",
    settings: {
      ...{ same: "looks,place", photographed: 0, sensor: 0, jpeg: 0 },
      ...{ occluded: 0, people: 1, cameras: false },
    },
  },
};

/** What all networks have in common. */
const steps = quick ? 2 : Number(values.steps);
const common: Settings = {
  ...(quick ? recipe.tiny : { size: values.size }),
  ...{ validation: photographs, backgrounds, seed: Number(values.seed) },
  ...{ epochs: 1, samples: steps * (quick ? recipe.tiny.batch : recipe.settings.batch) },
};

const folder = keep === "" ? mkdtempSync(join(tmpdir(), "marey-transfer-")) : keep;

type Reached = PoserScore & { readonly seconds: number };

/** Trains one network, or goes on where it was stopped; what is finished isn't done again. */
async function reach(name: string, settings: Settings): Promise<Reached> {
  const run = openRun({
    name,
    settings: { ...recipe.settings, ...common, ...settings },
    folder: join(folder, name),
    threads: Number(values.threads),
    resume: true,
  });
  const { seconds } = await recipe.default(run);
  const lines = readFileSync(join(run.folder, "log.jsonl"), "utf8").trimEnd().split("\n");
  const { evaluation } = lines.map((line) => JSON.parse(line)).findLast((line) => line.evaluation);
  return { ...evaluation, seconds };
}

const wanted = values.only === "" ? Object.keys(without) : ["nothing", ...values.only.split(",")];
const unknown = wanted.filter((name) => !Object.hasOwn(without, name));
if (unknown.length > 0) throw new Error(`--only: there is no ${unknown}; there are ${Object.keys(without)}`);
const reached = new Map<string, Reached>();
for (const name of wanted) {
  const one = await reach(name, without[name]!.settings);
  reached.set(name, one);
  console.error(`without ${name}: PCK@0.1 ${one.PCK10.toFixed(3)} after ${one.seconds.toFixed(0)} s`);
}
if (keep === "") rmSync(folder, { recursive: true });

const percent = (share: number) => (100 * share).toFixed(1);
console.log(
  `${steps} steps of ${quick ? recipe.tiny.batch : recipe.settings.batch} crops, seed ${values.seed}; measured on ${photographs}, boxes given\n`,
);
const head = ["without", "what is so then", "PCK@0.1", "PCK@0.2", "AP", "training s"];
const blind = await meanPoseScore(photographs);
const row = (name: string, says: string, { PCK10, PCK20, AP }: typeof blind, seconds: string) => [
  ...[name, says, percent(PCK10), percent(PCK20), percent(AP), seconds],
];
const rows = [...reached].map(([name, one]) => row(name, without[name]!.says, one, one.seconds.toFixed(0)));
rows.push(row("pictures", "these people's mean pose in every box", blind, "0"));
console.log(`${table(head, rows)}\n`);
const all = reached.get("nothing")!;
for (const [name, { PCK10 }] of reached)
  if (name !== "nothing")
    console.log(
      verdict(
        name === "rooms" || name === "photographs"
          ? `${name} help beside the other`
          : `variety of ${name} helps`,
        all.PCK10 > PCK10,
        `PCK@0.1 ${percent(all.PCK10)} with, ${percent(PCK10)} without`,
      ),
    );
