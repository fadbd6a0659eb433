import { setImmediate as nextTurn } from "node:timers/promises";
import type { Network, Runtime, Tensor } from "@marey/core/seam";

/** What networks were asked and what they answered. */
export interface Tape {
  networks: TapedNetwork[];
}

interface TapedNetwork {
  model: Uint8Array;
  inputs: readonly string[];
  outputs: readonly string[];
  answers: Map<number, Record<string, Tensor>>;
  /** Runs by the inputs' sizes, with one of their inputs. */
  runs: Map<string, { count: number; feeds: Record<string, Tensor>; only?: readonly string[] }>;
}

export const emptyTape = (): Tape => ({ networks: [] });

/** A runtime whose networks' runs go onto a tape. */
export function recording(runtime: Runtime, tape: Tape): Runtime {
  return {
    async load(model, options) {
      const network = await runtime.load(model, options);
      const { inputs, outputs } = network;
      const taped: TapedNetwork = { model, inputs, outputs, answers: new Map(), runs: new Map() };
      tape.networks.push(taped);
      return { ...network, run: (feeds, only) => record(network, taped, feeds, only) };
    },
  };
}

async function record(
  network: Network,
  { answers, runs }: TapedNetwork,
  feeds: Readonly<Record<string, Tensor>>,
  only?: readonly string[],
): Promise<Record<string, Tensor>> {
  const key = keyOf(feeds);
  const shape = Object.values(feeds)
    .map(({ dims }) => dims.join("×"))
    .join(" ");
  const known = runs.get(shape);
  if (known) known.count++;
  else {
    const kept = Object.entries(feeds).map(([name, feed]) => [name, { ...feed, data: feed.data.slice() }]);
    runs.set(shape, { count: 1, feeds: Object.fromEntries(kept), ...(only && { only }) });
  }
  const answer = await network.run(feeds, only);
  answers.set(key, answer);
  return answer;
}

/** A runtime that gives the tape's answers and computes nothing. @param onRun Told when a network is asked. */
export function replaying(tape: Tape, onRun: () => void = () => {}): Runtime {
  return {
    async load(model) {
      // By their bytes: networks are opened side by side, and none is sure to be the first.
      const taped = tape.networks.find((network) => Buffer.compare(network.model, model) === 0);
      if (!taped) throw new Error("the tape doesn't know this network");
      const { inputs, outputs, answers } = taped;
      return {
        inputs,
        outputs,
        async run(feeds) {
          onRun();
          const answer = answers.get(keyOf(feeds));
          if (!answer) throw new Error("a network was asked what isn't on the tape");
          await nextTurn();
          return answer;
        },
        close: async () => undefined,
      };
    },
  };
}

/** What the networks' runs are, one after the other in this thread. */
export async function openAlone(tape: Tape, runtime: Runtime): Promise<() => Promise<void>> {
  const opened = await Promise.all(tape.networks.map(({ model }) => runtime.load(model)));
  return async () => {
    for (const [n, network] of opened.entries())
      for (const { count, feeds, only } of (tape.networks[n] as TapedNetwork).runs.values())
        for (let i = 0; i < count; i++) await network.run(feeds, only);
  };
}

/** Tells inputs apart by a hundredth of their values: FNV-1a. */
function keyOf(feeds: Readonly<Record<string, Tensor>>): number {
  let hash = 2166136261;
  for (const { data } of Object.values(feeds)) {
    hash = Math.imul(hash ^ data.length, 16777619);
    for (let i = 0; i < data.length; i += 97) hash = Math.imul(hash ^ (1000 * Number(data[i])), 16777619);
  }
  return hash >>> 0;
}
