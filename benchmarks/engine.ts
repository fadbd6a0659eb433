/**
 * Training steps and inference of the engine against PyTorch on the same processor with the same sizes and number of
 * threads, in one run with turns taken, so that a busy machine slows both; then memory over two thousand steps. Prints
 * medians of milliseconds and of the rounds' ratios, of the clock and of processor time (which other programs on the
 * machine disturb less). `TORCH_PYTHON` names a Python that has PyTorch; without it only ours is timed.
 *
 *     TORCH_PYTHON=python3 npx tsx --conditions=marey-source benchmarks/engine.ts [--rounds N] [--threads N] [WORKLOAD…]
 */
import { spawn } from "node:child_process";
import { cpus } from "node:os";
import { join } from "node:path";
import { createInterface } from "node:readline";
import { setTimeout as pause } from "node:timers/promises";
import { parseArgs } from "node:util";
import { random } from "@marey/core/array";
import * as graph from "@marey/core/graph";
import { loss, network } from "@marey/core/model/videoPose3d";
import * as nn from "@marey/core/nn";
import type { Tensor } from "@marey/core/seam";
import { onnxRuntime } from "marey";

const { values: options, positionals: wanted } = parseArgs({
  allowPositionals: true,
  options: { rounds: { type: "string", default: "9" }, threads: { type: "string", default: "2" } },
});
const rounds = Number(options.rounds);
const threads = Number(options.threads);
const source = random(1);

function normal(...dims: number[]): Tensor {
  const data = Float32Array.from({ length: dims.reduce((a, b) => a * b, 1) }, () => source.normal());
  return { type: "float32", dims, data };
}

/** One run of a workload: a training step, or a pass through a network. */
type Run = () => Promise<unknown>;

function training<P extends nn.Tree>(definition: nn.StepDefinition<P>, batch: Record<string, Tensor>): Run {
  const trainer = nn.openTrainer(onnxRuntime, definition, { threads });
  return () => trainer.step(batch, { rate: 1e-3 });
}

function lifterTraining(channels = 1024, batch = 256): Run {
  const filterWidths = [3, 3, 3];
  const params = network.init(source, { filterWidths, channels, jointsIn: 17, jointsOut: 17 });
  return training(
    {
      params,
      optimiser: nn.adam({ amsgrad: true }),
      loss: (p, { x, target }) => {
        const options = { variant: "strided", filterWidths, dropout: 0.25, mode: nn.TRAINING } as const;
        return loss.mpjpe(network.forward(p, x!, options), target!);
      },
    },
    { x: normal(batch, 27, 17, 2), target: normal(batch, 1, 17, 3) },
  );
}

function convolutions(): Run {
  const layer = () => ({
    conv: nn.convolution.init(source, { inputs: 64, outputs: 64, kernel: [3, 3], bias: false }),
    bn: nn.batchNorm.init(64),
  });
  return training(
    {
      params: { first: layer(), second: layer() },
      optimiser: nn.adam(),
      loss: ({ first, second }, { x, target }) => {
        const y = [first, second].reduce((from, { conv, bn }) => {
          const sums = nn.convolution.forward(conv, from, { pads: 1 });
          return graph.relu(nn.batchNorm.forward(bn, sums, { mode: nn.TRAINING }));
        }, x!);
        return graph.reduceMean(graph.square(graph.sub(y, target!)));
      },
    },
    { x: normal(8, 64, 64, 64), target: normal(8, 64, 64, 64) },
  );
}

function resnet18(): Run {
  const labels = BigInt64Array.from({ length: 16 }, () => BigInt(Math.floor(source.uniform() * 1000)));
  return training(
    {
      params: nn.resNet.init(source, { depth: 18, classes: 1000 }),
      optimiser: nn.adam(),
      loss: (p, { x, target }) => nn.crossEntropy(nn.resNet.forward(p, x!, nn.TRAINING), target!),
    },
    { x: normal(16, 3, 128, 128), target: { type: "int64", dims: [16], data: labels } },
  );
}

async function lifterInference(): Promise<Run> {
  const filterWidths = [3, 3, 3, 3, 3];
  const params = network.init(source, { filterWidths, channels: 1024, jointsIn: 17, jointsOut: 17 });
  const x = graph.input("x", [1, 443, 17, 2]);
  const y = network.forward(nn.baked(params), x, { variant: "dilated", filterWidths });
  const loaded = await onnxRuntime.load(graph.compile({ y }).model, { threads });
  const feeds = { x: normal(1, 443, 17, 2) };
  return () => loaded.run(feeds);
}

const workloads: Record<string, { title: string; limit: number; make: () => Run | Promise<Run> }> = {
  "lifter-training": {
    title: "VideoPose3D 3,3,3 strided, 1024 channels, batch 256, Adam amsgrad, dropout 0.25: training step",
    limit: 0.8,
    make: () => lifterTraining(),
  },
  convolutions: {
    title: "two of convolution 64→64 3×3, batch norm, ReLU, at 64×64, batch 8: training step",
    limit: 1.6,
    make: convolutions,
  },
  resnet18: { title: "ResNet-18 at 128×128, batch 16: training step", limit: 1.8, make: resnet18 },
  "lifter-inference": {
    title: "VideoPose3D 3,3,3,3,3 (243 frames), 1024 channels, on 443 frames: inference",
    limit: 1.1,
    make: lifterInference,
  },
};

/** PyTorch in a process of its own; asked for a workload's name it runs it once and gives the milliseconds. */
function openPeer() {
  const python = process.env.TORCH_PYTHON;
  if (!python) return undefined;
  const child = spawn(python, [join(import.meta.dirname, "peers/engine.py"), String(threads)], {
    stdio: ["pipe", "pipe", "inherit"],
  });
  const lines = createInterface({ input: child.stdout })[Symbol.asyncIterator]();
  const line = async () => {
    const { value, done } = await lines.next();
    if (done) throw new Error(`${python} ended`);
    return value;
  };
  const time = async (name: string): Promise<Timing> => {
    child.stdin.write(`${name}\n`);
    const [clock, processor] = (await line()).split(" ").map((seconds) => 1000 * Number(seconds));
    return { clock: clock!, processor: processor! };
  };
  return { version: line(), time, close: () => child.stdin.end() };
}

/** Milliseconds. */
interface Timing {
  readonly clock: number;
  /** Of all threads. */
  readonly processor: number;
}

async function timed(run: Run): Promise<Timing> {
  const [begin, used] = [performance.now(), process.cpuUsage()];
  await run();
  const { user, system } = process.cpuUsage(used);
  return { clock: performance.now() - begin, processor: (user + system) / 1000 };
}

const median = (list: readonly number[]) => [...list].sort((a, b) => a - b)[list.length >> 1] ?? Number.NaN;

/** Resident memory after the first steps and after two thousand. */
async function memoryGrowth(): Promise<void> {
  const run = lifterTraining(128, 32);
  const resident = [];
  for (let step = 1; step <= 2000; step++) {
    await run();
    if (step % 200 === 0) resident.push(process.memoryUsage.rss() / 2 ** 20);
  }
  console.log(
    `resident memory after each 200 of 2000 steps, MB: ${resident.map((mb) => mb.toFixed(0)).join(" ")}`,
  );
}

const peer = openPeer();
const versus = peer ? await peer.version : "no PyTorch: TORCH_PYTHON isn't set";
console.log(`${cpus()[0]?.model}, ${threads} threads, Node ${process.version}, ${versus}, ${rounds} rounds`);
for (const [name, { title, limit, make }] of Object.entries(workloads)) {
  if (wanted.length > 0 && !wanted.includes(name)) continue;
  const run = await make();
  const [ours, theirs]: [Timing[], Timing[]] = [[], []];
  for (let round = -2; round < rounds; round++) {
    const mine = await timed(run);
    await pause(50); // ONNX Runtime's threads spin for a while after a run and would slow the peer
    const other = await peer?.time(name);
    if (round < 0) continue;
    ours.push(mine);
    if (other) theirs.push(other);
  }
  console.log(`${title}${peer ? `; limit ${limit}` : ""}`);
  for (const kind of ["clock", "processor"] as const) {
    const middle = (list: readonly Timing[]) => median(list.map((timing) => timing[kind])).toFixed(1);
    const ratio = median(theirs.map((timing, i) => ours[i]![kind] / timing[kind])).toFixed(2);
    console.log(
      `  ${kind}: ${middle(ours)} ms${peer ? `, PyTorch ${middle(theirs)} ms, ratio ${ratio}` : ""}`,
    );
  }
}
peer?.close();
if (wanted.length === 0 || wanted.includes("memory")) await memoryGrowth();
