/**
 * Whether refining fields matters more than refining confidence maps (Cao et al. 2019, §3 and table 5): networks of four
 * stages of one size, three of fields and one of parts, two and two, one and three, trained alike.
 *
 *     npx tsx --conditions=marey-source experiments/open-pose/stages.ts [--steps 800] [--seed 1] [--quick]
 */
import { count } from "@marey/core/nn";
import { table, verdict } from "../video-pose-3d/table.js";
import { clipsOf } from "../video-pose-3d/views.js";
import { scenes } from "./crowd.js";
import { crowdNetwork, limbs, look, type Seen, trainCrowd } from "./crowdNetwork.js";
import { tree } from "./figure.js";
import { readFlags } from "./flags.js";
import { candidatesOf, fieldScore, grouped } from "./grouping.js";
import { judge } from "./judgement.js";

const { data, steps, seed, threads, batch, keep, quick } = readFlags(800);
const train = await clipsOf("train", data);
if (train.length === 0) process.exit(0);
const crowds = scenes(await clipsOf("test", data), seed + 900, quick ? 4 : 400);

const judged = (seen: readonly Seen[], least: number) =>
  judge(
    seen.map(({ scene, maps, fields }) => {
      const candidates = candidatesOf(maps);
      return { scene, candidates, ...grouped(candidates, limbs, fieldScore(fields), least) };
    }),
    tree,
  );

/** The paper's COCO validation: 5 fields and 1 parts, 4 and 2, 3 and 3. */
const splits = [
  { fields: 3, parts: 1, paper: "65.3 (5+1)" },
  { fields: 2, parts: 2, paper: "65.2 (4+2)" },
  { fields: 1, parts: 3, paper: "65.0 (3+3)" },
];
const percent = (share: number) => (100 * share).toFixed(1);
const rows: string[][] = [];
const reached: number[] = [];
for (const { fields, parts, paper } of splits) {
  const options = crowdNetwork(fields, parts);
  const begun = performance.now();
  const training = { name: `stages${fields}${parts}-${seed}`, options, steps, batch, seed, threads, keep };
  const params = await trainCrowd(train, training);
  const seconds = (performance.now() - begun) / 1000;
  const {
    ap,
    limbs: joined,
    right,
    recall,
    purity,
  } = judged(await look(params, options, crowds, threads), 0.1);
  reached.push(ap);
  const shares = [joined, right, recall, purity, ap].map(percent);
  rows.push([`${fields} + ${parts}`, String(count(params)), ...shares, seconds.toFixed(0), paper]);
}
console.log(
  `${steps} steps of ${batch} pictures, seed ${seed}; ${crowds.length} crowds of 2 to 8 to judge by\n`,
);
const head = ["fields + parts", "parameters", "limbs joined", "right", "parts in one group", "purity", "AP"];
console.log(table([...head, "training s", "paper AP"], rows));
const [most, even, least] = reached as [number, number, number];
const told = (a: number, b: number) => `AP ${percent(a)} against ${percent(b)}`;
console.log(`
${verdict("3 + 1 beats 2 + 2", most > even, `${told(most, even)}; paper 65.3 against 65.2`)}
${verdict("2 + 2 beats 1 + 3", even > least, `${told(even, least)}; paper 65.2 against 65.0`)}`);
