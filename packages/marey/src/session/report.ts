import type { Motion } from "@marey/core/motion";
import type { CaptureSummary } from "./summary.js";
export interface ReportPerson {
  number: number;
}
export const reportPerson = (_motion: Motion, number: number): ReportPerson => ({ number });
export const renderReport = (summary: CaptureSummary, _people: readonly ReportPerson[]): string =>
  JSON.stringify(summary);
