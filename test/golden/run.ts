/**
 * Compares the project with the golden fixtures (numbers made by independent software) and prints a line per group:
 * `GROUP: N passed, M failed, K pending`; pending operations, which nothing implements yet, are named. Exits 1 if any
 * failed. `GOLDEN_DIR` names the folder; arguments, if any, name the groups to run.
 */
import { MareyError } from "@marey/core";
import { association } from "./association.js";
import { compare } from "./compare.js";
import { type Case, GoldenFailure, goldenFolder, type Operations, readGroup } from "./fixture.js";
import { formats } from "./formats.js";
import { geometry } from "./geometry.js";
import { heatmap } from "./heatmap.js";
import { losses } from "./losses.js";
import { metrics } from "./metrics.js";
import { networks } from "./networks.js";
import { openBody } from "./openBody.js";
import { openPose } from "./openPose.js";
import { openPoseJson } from "./openPoseJson.js";
import { openPoseNetworks } from "./openPoseNetworks.js";
import { ops } from "./ops.js";
import { optim } from "./optim.js";
import { published } from "./published.js";
import { smoothing } from "./smoothing.js";
import { smpl } from "./smplLbs.js";
import { tfpose } from "./tfpose.js";
import { trainings } from "./training.js";

const groups: Record<string, Operations> = {
  geometry,
  smoothing,
  association,
  bootstrapping: {},
  metrics,
  formats,
  ops,
  optim,
  losses,
  networks: { ...networks, ...openPoseNetworks, ...smpl },
  training: trainings,
  openpose: { ...openPose, ...openPoseJson },
  heatmap,
  tfpose,
  published,
  "open-body": openBody,
};

async function judge(operation: Operations[string], fixture: Case): Promise<string | undefined> {
  const { expect } = fixture.attributes;
  try {
    const outputs = await operation(fixture);
    if (expect === "error") return "gave a result, must be refused with an error";
    return expect === "errorOrResult" ? undefined : compare(fixture, outputs);
  } catch (error) {
    if (error instanceof GoldenFailure) return error.message;
    const refused = expect === "error" || expect === "errorOrResult";
    if (refused && error instanceof MareyError) return undefined;
    return error instanceof Error ? (error.stack ?? error.message) : String(error);
  }
}

const wanted = process.argv.slice(2);
let anyFailed = false;
let anyFound = false;
for (const [group, operations] of Object.entries(groups)) {
  if (wanted.length > 0 && !wanted.includes(group)) continue;
  const cases = readGroup(group);
  if (!cases) continue;
  anyFound = true;
  let passed = 0;
  let failed = 0;
  const pending = new Map<string, number>();
  for (const fixture of cases) {
    const operation = operations[fixture.operation];
    if (!operation) {
      pending.set(fixture.operation, (pending.get(fixture.operation) ?? 0) + 1);
      continue;
    }
    const wrong = await judge(operation, fixture);
    if (wrong === undefined) passed++;
    else {
      failed++;
      console.log(`  ${group}/${fixture.name} (${fixture.operation}): ${wrong}`);
    }
  }
  const waiting = [...pending.values()].reduce((sum, n) => sum + n, 0);
  console.log(`${group}: ${passed} passed, ${failed} failed, ${waiting} pending`);
  if (pending.size > 0)
    console.log(`  pending: ${[...pending].map(([name, n]) => `${name} ${n}`).join(", ")}`);
  if (failed > 0) anyFailed = true;
}
if (!anyFound) console.log(`golden: skipped, no fixtures in ${goldenFolder}`);
process.exit(anyFailed ? 1 : 0);
