/** A table in Markdown, its columns of one width each. */
export function table(head: readonly string[], rows: readonly (readonly string[])[]): string {
  const widths = head.map((title, c) => Math.max(title.length, ...rows.map((row) => row[c]?.length ?? 0)));
  const line = (cells: readonly string[]) =>
    `| ${widths.map((w, c) => (cells[c] ?? "").padEnd(w)).join(" | ")} |`;
  return [line(head), line(widths.map((width) => "-".repeat(width))), ...rows.map(line)].join("\n");
}

/** Millimetres of metres. */
export const mm = (metres: number): string => (1000 * metres).toFixed(1);

/** A claim of the paper, and whether it came out. */
export const verdict = (claim: string, holds: boolean, figures: string): string =>
  `${holds ? "holds" : "DOES NOT HOLD"}: ${claim} (${figures})`;
