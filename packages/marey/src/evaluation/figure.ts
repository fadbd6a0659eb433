import type { CocoEvaluation } from "@marey/core/metric";

/** A figure of an evaluation. */
export interface Figure {
  name: string;
  value: number;
  /** `share`: 0..1; `percent`: 0..100; pixels. */
  unit: "share" | "percent" | "px";
}

/** What a measure gives. */
export interface Measured {
  figures: Figure[];
  /** Of measures that have it: precision and recall at all thresholds. */
  curves?: CocoEvaluation;
}

/** A figure of 0..1. */
export const share = (name: string, value = Number.NaN): Figure => ({ name, value, unit: "share" });
/** A figure of 0..100. */
export const percent = (name: string, value = Number.NaN): Figure => ({ name, value, unit: "percent" });
