import { MareyError } from "@marey/core";
import type { Network, Runtime } from "@marey/core/seam";
import { loadNetwork } from "../store/index.js";
import { bodyEyes } from "./bodies.js";
import { cropEyes } from "./crops.js";
import { finderEyes } from "./finder.js";
import type { Eyes } from "./sight.js";

/** Methods by name, with the networks that they run. */
export const eyeModels = {
  default: {
    networks: ["movenet-multipose", "movenet-thunder"],
    summary: "multi-pose finds people, thunder places their joints in crops that follow them",
    make: ([finder, placer]: Network[]) => cropEyes(finder as Network, placer as Network, 256),
  },
  fast: {
    networks: ["movenet-multipose"],
    summary: "multi-pose alone, longer side 256, 30 looks a second",
    make: ([finder]: Network[]) => finderEyes(finder as Network, 256, 1 / 30),
  },
  "movenet-multipose": {
    networks: ["movenet-multipose"],
    summary: "multi-pose alone, longer side 512: more and smaller people",
    make: ([finder]: Network[]) => finderEyes(finder as Network, 512),
  },
  "movenet-lightning": {
    networks: ["movenet-multipose", "movenet-lightning"],
    summary: "as default, with the lighter network on the crops",
    make: ([finder, placer]: Network[]) => cropEyes(finder as Network, placer as Network, 192),
  },
  "blazepose-full": {
    networks: ["movenet-multipose", "blazepose-full"],
    summary: "multi-pose finds people, BlazePose places 33 joints",
    make: ([finder, placer]: Network[]) => bodyEyes(finder as Network, placer as Network),
  },
  "blazepose-lite": {
    networks: ["movenet-multipose", "blazepose-lite"],
    summary: "as blazepose-full, with the lighter network",
    make: ([finder, placer]: Network[]) => bodyEyes(finder as Network, placer as Network),
  },
} satisfies Record<string, EyeModel>;

interface EyeModel {
  networks: string[];
  summary: string;
  make(networks: Network[]): unknown;
}

type EyeModelName = keyof typeof eyeModels;

export interface EyeOptions {
  /** Name of a method; `default` when absent. */
  model?: string;
  /** Where the networks run. */
  runtime: Runtime;
}

/**
 * Opens eyes by the name of a method.
 *
 * @throws MareyError `MODEL_UNKNOWN` with the names that there are, and as `loadNetwork`.
 */
export async function openEyes({ model = "default", runtime }: EyeOptions): Promise<Eyes> {
  if (!isEyeModel(model))
    throw new MareyError(
      "MODEL_UNKNOWN",
      `model "${model}"`,
      "there is no such method",
      `Take one of ${Object.keys(eyeModels).join(", ")}`,
    );
  const { networks, make } = eyeModels[model];
  // Each of these eyes knows its own people; whoever opens them by name hands them back as they come.
  return make(await Promise.all(networks.map((name) => loadNetwork(runtime, name)))) as Eyes;
}

function isEyeModel(name: string): name is EyeModelName {
  return Object.hasOwn(eyeModels, name);
}
