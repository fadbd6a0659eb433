/**
 * Which sign of belonging tells a crowd apart best (Cao et al. 2017, figure 6 and table 1d): part affinity fields, one
 * Gaussian in the middle of each limb, or two along it. One network predicts all three from one trunk, each by three
 * stages of its own of equal size, trained together; all are judged on the same candidates, which it predicts as well.
 *
 *     npx tsx --conditions=marey-source experiments/open-pose/association.ts [--steps 1500] [--seed 1] [--quick]
 */
import { type Random, random } from "@marey/core/array";
import {
  add,
  compile,
  concat,
  input,
  maxPool,
  mul,
  type Node,
  reduceSum,
  relu,
  square,
  sub,
} from "@marey/core/graph";
import { adam, baked, convolution, count, initialise, openTrainer, type Symbolic } from "@marey/core/nn";
import { onnxRuntime } from "marey";
import { table, verdict } from "../video-pose-3d/table.js";
import { clipsOf } from "../video-pose-3d/views.js";
import { crowdBatches, fieldsEncoder, midpointsEncoder, partsEncoder, scenes } from "./crowd.js";
import { tree } from "./figure.js";
import { readFlags } from "./flags.js";
import {
  candidatesOf,
  fieldScore,
  grouped,
  midpointScore,
  type PairScore,
  trueCandidates,
} from "./grouping.js";
import { type Found, type Judgement, judge } from "./judgement.js";
import { kept } from "./keep.js";
import { SCENE, type Scene } from "./scene.js";

const { data, steps, seed, threads, batch, keep, quick } = readFlags(1500);
const width = 24; // channels of the trunk's end and of all stages
const stages = 3;
const ONE = [1 / 2];
const TWO = [1 / 3, 2 / 3];

const train = await clipsOf("train", data);
if (train.length === 0) process.exit(0);
const test = await clipsOf("test", data);

const encoders = {
  parts: partsEncoder(),
  fields: fieldsEncoder(tree),
  one: midpointsEncoder(tree, ONE),
  two: midpointsEncoder(tree, TWO),
};
type Head = keyof typeof encoders;
const heads = Object.keys(encoders) as Head[];

type Convolution = convolution.ConvolutionParams;
type Stage = { body: Convolution[]; out: Convolution };
type Params = { trunk: Convolution[] } & Record<Head, Stage[]>;

function init(draw: Random): Params {
  const conv = (inputs: number, outputs: number, kernel = 3): Convolution =>
    convolution.init(draw, { inputs, outputs, kernel: [kernel, kernel], fill: initialise.kaimingNormal });
  const stagesOf = (channels: number): Stage[] =>
    Array.from({ length: stages }, (_, t) => ({
      body: [conv(t === 0 ? width : width + channels, width), conv(width, width)],
      out: convolution.init(draw, {
        inputs: width,
        outputs: channels,
        kernel: [1, 1],
        fill: (numbers, shape) => initialise.normal(numbers, shape, 0.01),
      }),
    }));
  const trunk = [conv(3, 12), conv(12, 24), conv(24, 24), conv(24, 32), conv(32, 32), conv(32, width)];
  return {
    trunk,
    ...(Object.fromEntries(heads.map((head) => [head, stagesOf(encoders[head].channels)])) as Record<
      Head,
      Stage[]
    >),
  };
}

/** The maps of all stages of all heads. */
function forward(params: Symbolic<Params>, picture: Node): Record<Head, Node[]> {
  const conv = (layer: Symbolic<Convolution>, x: Node) => relu(convolution.forward(layer, x, { pads: 1 }));
  const pool = (x: Node) => maxPool(x, { kernel: 2, strides: 2 });
  const [a, b, c, ...rest] = params.trunk as unknown as Symbolic<Convolution>[];
  const shallow = conv(c!, conv(b!, pool(conv(a!, picture))));
  const seen = rest.reduce((x, layer) => conv(layer, x), pool(shallow));
  const of = (head: Head) => {
    const made: Node[] = [];
    for (const stage of params[head] as unknown as {
      body: Symbolic<Convolution>[];
      out: Symbolic<Convolution>;
    }[]) {
      const x = stage.body.reduce((y, layer) => conv(layer, y), concat([seen, ...made.slice(-1)], 1));
      made.push(convolution.forward(stage.out, x));
    }
    return made;
  };
  return Object.fromEntries(heads.map((head) => [head, of(head)])) as Record<Head, Node[]>;
}

const half = (prediction: Node, target: Node): Node =>
  mul(reduceSum(square(sub(prediction, target))), 0.5 / batch);

async function trained(): Promise<Params> {
  const batches = crowdBatches(train, seed, batch, encoders);
  const trainer = openTrainer(
    onnxRuntime,
    {
      params: init(random(seed)),
      optimiser: adam(),
      loss(params: Symbolic<Params>, { picture, ...targets }) {
        const maps = forward(params, picture!);
        const last = heads.map((head) => half(maps[head].at(-1)!, targets[head]!));
        const all = heads.flatMap((head) => maps[head].map((stage) => half(stage, targets[head]!)));
        return {
          loss: all.reduce((a, b) => add(a, b)),
          ...Object.fromEntries(heads.map((head, i) => [head, last[i]!])),
        };
      },
    },
    { seed, threads },
  );
  const begun = performance.now();
  for (let step = 0; step < steps; step++) {
    const told = await trainer.step(batches(step), { rate: 2e-3 * 0.03 ** (step / steps) });
    if (step % 100 === 0 || step === steps - 1)
      console.error(
        `step ${step}: ${Object.entries(told)
          .map(([name, value]) => `${name} ${value.toFixed(2)}`)
          .join(", ")}, ${((performance.now() - begun) / 1000).toFixed(0)} s`,
      );
  }
  const params = trainer.params();
  await trainer.close();
  return params;
}

interface Seen {
  readonly scene: Scene;
  readonly maps: Record<Head, Float32Array>;
}

/** The last maps of each head for each scene. */
async function look(params: Params, crowds: readonly Scene[]): Promise<Seen[]> {
  const shape = [1, 3, SCENE.size, SCENE.size];
  const made = forward(baked(params), input("picture", shape));
  const graph = compile(Object.fromEntries(heads.map((head) => [head, made[head].at(-1)!])), "crowd");
  const network = await onnxRuntime.load(graph.model, { threads });
  const seen: Seen[] = [];
  for (const scene of crowds) {
    const out = await network.run({ picture: { type: "float32", dims: shape, data: scene.picture } });
    const maps = Object.fromEntries(
      heads.map((head) => [head, Float32Array.from(out[head]!.data as Float32Array)]),
    );
    seen.push({ scene, maps: maps as Record<Head, Float32Array> });
  }
  await network.close();
  return seen;
}

/** From what score on a pair may be joined, and what share of a field's places must support it. */
type Thresholds = readonly [least: number, share: number];

const methods: Readonly<Record<string, (maps: Record<Head, Float32Array>, share: number) => PairScore>> = {
  "part affinity fields": ({ fields }, share) => fieldScore(fields, share),
  "one midpoint": ({ one }) => midpointScore(one, ONE),
  "two midpoints": ({ two }) => midpointScore(two, TWO),
};

function found(seen: readonly Seen[], method: string, [least, share]: Thresholds, exact: boolean): Found[] {
  return seen.map(({ scene, maps }) => {
    const candidates = exact ? trueCandidates(scene) : candidatesOf(maps.parts);
    return { scene, candidates, ...grouped(candidates, tree, methods[method]!(maps, share), least) };
  });
}

/** Each method gets the thresholds that give it the best average precision on crowds that aren't judged by. */
function tune(seen: readonly Seen[], method: string, exact: boolean): Thresholds {
  const shares = method === "part affinity fields" ? [0, 0.5, 0.8] : [0];
  const tried = shares.flatMap((share) =>
    [0.02, 0.05, 0.1, 0.2, 0.3, 0.4].map((least): Thresholds => [least, share]),
  );
  const reached = tried.map((thresholds) => judge(found(seen, method, thresholds, exact), tree).ap);
  return tried[reached.indexOf(Math.max(...reached))]!;
}

const begun = performance.now();
const params = await kept(keep, "association", init(random(seed)), trained);
const seconds = (performance.now() - begun) / 1000;
const tuned = await look(params, scenes(test, seed + 500, quick ? 4 : 100));
const judged = await look(params, scenes(test, seed + 900, quick ? 4 : 400));
console.log(
  `${count(params)} parameters, ${steps} steps of ${batch} pictures (${seconds.toFixed(0)} s), seed ${seed}; ${judged.length} crowds of 2 to 8 to judge by\n`,
);

const percent = (share: number) => (100 * share).toFixed(1);
const results = new Map<string, Judgement>();
const rows: string[][] = [];
const crowds = [
  ["all", 2, 8],
  ["2–3 people", 2, 3],
  ["4–5", 4, 5],
  ["6–8", 6, 8],
] as const;
for (const method of Object.keys(methods)) {
  for (const exact of [false, true]) {
    const thresholds = tune(tuned, method, exact);
    for (const [name, fewest, most] of exact ? crowds.slice(0, 1) : crowds) {
      const some = judged.filter(
        ({ scene }) => scene.heights.length >= fewest && scene.heights.length <= most,
      );
      const result = judge(found(some, method, thresholds, exact), tree);
      results.set(`${method} ${exact ? "exact" : name}`, result);
      rows.push([
        method,
        exact ? "true joints, all" : `peaks, ${name}`,
        ...[result.limbs, result.right, result.recall, result.purity].map(percent),
        result.fragments.toFixed(2),
        percent(result.ap),
        thresholds.join(", "),
      ]);
    }
  }
}
const head = [
  "pairs by",
  "candidates",
  "limbs joined",
  "right",
  "parts in one group",
  "purity",
  "groups / person",
  "AP",
  "thresholds",
];
console.log(table(head, rows));

const ap = (method: string, which = "all") => 100 * results.get(`${method} ${which}`)!.ap;
const compare = (which: string) =>
  ["one midpoint", "two midpoints"]
    .map((other) => {
      const more = ap("part affinity fields", which) - ap(other, which);
      return verdict(
        `fields beat ${other}, ${which}`,
        more > 0,
        `AP ${more >= 0 ? "+" : ""}${more.toFixed(1)}; paper mAP +${other === "one midpoint" ? 2.9 : 2.3} on MPII`,
      );
    })
    .join("\n");
console.log(`\n${["all", "2–3 people", "4–5", "6–8", "exact"].map(compare).join("\n")}`);
