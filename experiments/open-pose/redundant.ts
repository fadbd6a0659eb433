/**
 * What redundant fields are worth in crowds (Cao et al. 2019, §3.3): first on given candidates of BODY_25 with noisy scores
 * of pairs, by both of OpenPose's parsers; then on the maps that a small network predicts of crowds, all by one parser.
 *
 *     npx tsx --conditions=marey-source experiments/open-pose/redundant.ts [--steps 800] [--seed 1] [--quick]
 */
import { type Random, random } from "@marey/core/array";
import {
  assembleByEdge,
  assembleTogether,
  BODY_25,
  BODY_25E,
  type Pair,
  type PartModel,
  type PersonDraft,
} from "@marey/core/model/openPose";
import { table, verdict } from "../video-pose-3d/table.js";
import { clipsOf } from "../video-pose-3d/views.js";
import { scenes } from "./crowd.js";
import { crowdNetwork, limbs, look, trainCrowd } from "./crowdNetwork.js";
import { tree } from "./figure.js";
import { readFlags } from "./flags.js";
import { candidatesOf, fieldScore, grouped } from "./grouping.js";
import { type Judgement, judge } from "./judgement.js";

const { data, steps, seed, threads, batch, keep, quick } = readFlags(800);
const percent = (share: number) => (100 * share).toFixed(1);

const people = 5;
const parts = BODY_25.skeleton.joints.length;
const only = (model: PartModel, wanted: (edge: PartModel["edges"][number]) => boolean): PartModel => ({
  ...model,
  edges: model.edges.filter(wanted),
});
/** As the sheet of claims has them, with the figures measured there: visible parts of a person that are in one group. */
const variants = [
  { name: "A, tree + 2", model: BODY_25, byEdge: true, measured: [0.82, 0.62, 0.47] },
  {
    name: "B, tree",
    model: only(BODY_25, ({ redundant }) => !redundant),
    byEdge: false,
    measured: [0.8, 0.6, 0.45],
  },
  { name: "B, tree + 2", model: BODY_25, byEdge: false, measured: [0.82, 0.63, 0.48] },
  {
    name: "B, tree + 12",
    model: only(BODY_25E, ({ redundant, joints }) => !redundant || !isToFoot(joints)),
    byEdge: false,
    measured: [0.94, 0.84, 0.7],
  },
] as const;

/** From an ankle to a small toe. */
function isToFoot([, to]: readonly [number, number]): boolean {
  return BODY_25.skeleton.joints[to]?.endsWith("_small_toe") === true;
}

/** Whether each person's parts are seen, and scores of pairs of people for each pair of parts. */
function crowd(draw: Random, dropped: number) {
  const seen = Array.from({ length: people }, () =>
    Array.from({ length: parts }, () => draw.uniform() >= dropped),
  );
  const places = seen[0]!.map((_, part) => seen.flatMap((person, p) => (person[part] ? [p] : [])));
  // One draw for each pair of parts that any model joins, so that all variants meet the same scores.
  const scores = new Map<string, number[]>();
  for (const [a, b] of BODY_25E.edges.map(({ joints }) => joints))
    scores.set(
      `${a},${b}`,
      Array.from({ length: people * people }, (_, i) => {
        const isTrue = Math.floor(i / people) === i % people;
        if (isTrue) return draw.uniform() < 0.05 ? 0 : draw.uniform(0.5, 1);
        return draw.uniform() < 0.05 ? draw.uniform(0.1, 0.8) : 0;
      }),
    );
  return { seen, places, scores };
}

function assembled(
  { places, scores }: ReturnType<typeof crowd>,
  model: PartModel,
  byEdge: boolean,
): PersonDraft[] {
  const ofPart = places.map((list) => Float32Array.from(list.flatMap(() => [0, 0, 1])));
  const pairsOf = (edge: number): Pair[] => {
    const [from, to] = model.edges[edge]!.joints;
    const given = scores.get(`${from},${to}`)!;
    return places[from]!.flatMap((p, a) =>
      places[to]!.flatMap((q, b) => {
        const score = given[p * people + q]!;
        return score > 0 ? [{ edge, a, b, score }] : [];
      }),
    );
  };
  if (byEdge) return assembleByEdge({ ofPart }, model, pairsOf);
  return assembleTogether(
    { ofPart },
    model,
    model.edges.flatMap((_, edge) => pairsOf(edge)),
  );
}

/** Parts of a person in one group, parts of a group of one person, groups of two parts and more for each person. */
function told(dropped: number, { model, byEdge }: { model: PartModel; byEdge: boolean }, trials: number) {
  const sums = { recall: 0, purity: 0, groups: 0 };
  for (let trial = 0; trial < trials; trial++) {
    const given = crowd(random(seed * 100_003 + trial), dropped);
    const groups = assembled(given, model, byEdge)
      .map((group) =>
        [...group.parts].flatMap((candidate, part) =>
          candidate < 0 ? [] : [given.places[part]![candidate]!],
        ),
      )
      .filter((members) => members.length > 1);
    const best = new Float64Array(people);
    for (const members of groups) {
      const shares = new Float64Array(people);
      for (const person of members) shares[person]!++;
      shares.forEach((share, p) => {
        best[p] = Math.max(best[p]!, share);
      });
      sums.purity += Math.max(...shares) / members.length;
    }
    sums.groups += groups.length;
    given.seen.forEach((person, p) => {
      sums.recall += best[p]! / Math.max(1, person.filter(Boolean).length);
    });
  }
  const all = trials * people;
  return { recall: sums.recall / all, purity: sums.purity / sums.groups, fragments: sums.groups / all };
}

const drops = [0, 0.15, 0.3];
const given = variants.map((variant) => drops.map((dropped) => told(dropped, variant, quick ? 20 : 1000)));
console.log(
  `given candidates, ${people} people of BODY_25: parts of a person in one group (purity, groups / person)\n`,
);
console.log(
  table(
    ["parts dropped", ...variants.flatMap(({ name }) => [name, "measured before"])],
    drops.map((dropped, d) => [
      `${100 * dropped} %`,
      ...variants.flatMap(({ measured }, v) => {
        const { recall, purity, fragments } = given[v]![d]!;
        return [
          `${recall.toFixed(2)} (${purity.toFixed(2)}, ${fragments.toFixed(2)})`,
          measured[d]!.toFixed(2),
        ];
      }),
    ]),
  ),
);
drops.forEach((dropped, d) => {
  const [, plain, , rich] = given.map((row) => row[d]!.recall) as [number, number, number, number];
  const figures = `${plain.toFixed(2)} → ${rich.toFixed(2)}; measured before ${variants[1].measured[d]} → ${variants[3].measured[d]}`;
  console.log(
    `${d === 0 ? "\n" : ""}${verdict(`12 redundant edges raise recall, ${100 * dropped} % dropped`, rich > plain, figures)}`,
  );
});

const train = await clipsOf("train", data);
if (train.length === 0) process.exit(0);
const crowds = scenes(await clipsOf("test", data), seed + 900, quick ? 4 : 400);
const options = crowdNetwork(3, 1);
const training = { name: `stages31-${seed}`, options, steps, batch, seed, threads, keep };
const seen = await look(await trainCrowd(train, training), options, crowds, threads);

/** The tree, with the two edges from head to shoulders that OpenPose's own bodies have, and with all. */
const sets = [
  ["tree", tree.length],
  ["tree + 2", tree.length + 2],
  ["tree + 12", limbs.length],
] as const;

function predicted(dropped: number, edges: number): Judgement {
  const found = seen.map(({ scene, maps, fields }, i) => {
    const draw = random(seed * 7 + i);
    const candidates = candidatesOf(maps).filter(() => draw.uniform() >= dropped);
    return { scene, candidates, ...grouped(candidates, limbs.slice(0, edges), fieldScore(fields), 0.1) };
  });
  return judge(found, tree);
}

console.log(
  `\npredicted maps, ${crowds.length} crowds of 2 to 8: a network of 3 + 1 stages, ${steps} steps, seed ${seed}\n`,
);
const results = drops.map((dropped) => sets.map(([, edges]) => predicted(dropped, edges)));
console.log(
  table(
    ["parts dropped", "edges", "parts in one group", "purity", "groups / person", "AP"],
    drops.flatMap((dropped, d) =>
      sets.map(([name], s) => {
        const { recall, purity, fragments, ap } = results[d]![s]!;
        return [
          `${100 * dropped} %`,
          name,
          percent(recall),
          percent(purity),
          fragments.toFixed(2),
          percent(ap),
        ];
      }),
    ),
  ),
);
drops.forEach((dropped, d) => {
  const [plain, , rich] = results[d] as [Judgement, Judgement, Judgement];
  const figures = `parts in one group ${percent(plain.recall)} → ${percent(rich.recall)} %, AP ${percent(plain.ap)} → ${percent(rich.ap)}`;
  console.log(
    `${d === 0 ? "\n" : ""}${verdict(`12 redundant fields raise recall, ${100 * dropped} % dropped`, rich.recall > plain.recall, figures)}`,
  );
});
