import type { StoredTensor } from "@marey/core/format";
import type { LifterCard } from "../lift/lifterCard.js";
import type { Card } from "./card.js";

/** What is known of weights that are imported. */
export interface ArchitectureFacts {
  /** The model's name in the store. */
  name: string;
  title?: string;
  author?: string;
  licence?: string;
  source: Card["source"];
  /** The file, for errors. */
  file: string;
}

/** A model as it is kept. */
export type BuiltModel =
  | { kind: "network"; onnx: Uint8Array; card: Card }
  | { kind: "lifter"; weights: Uint8Array; card: LifterCard };

/** A network whose calls are known here, so that weights alone make it run. */
export interface Architecture {
  summary: string;
  /** @throws MareyError `WEIGHTS_MISMATCH` for tensors of another network. */
  build(tensors: ReadonlyMap<string, StoredTensor>, facts: ArchitectureFacts): BuiltModel;
}
