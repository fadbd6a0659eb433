/** A piece of HTML or SVG that may stand in a page as it is. */
export interface Markup {
  readonly markup: string;
}

/** What can be put into a template: text is escaped, a number rounded to hundredths, `undefined` leaves nothing. */
export type Piece = Markup | string | number | undefined | readonly Piece[];

/** Template tag for HTML and SVG: whatever is put in is escaped unless it was made by this tag itself. */
export function html(parts: TemplateStringsArray, ...pieces: Piece[]): Markup {
  return { markup: String.raw({ raw: parts }, ...pieces.map(written)) };
}

function written(piece: Piece): string {
  if (piece === undefined) return "";
  if (typeof piece === "string") return piece.replace(/[&<>"']/g, (c) => `&#${c.charCodeAt(0)};`);
  if (typeof piece === "number") return rounded(piece, 2);
  if ("markup" in piece) return piece.markup;
  return piece.map(written).join("");
}

/** A number with at most so many decimals, without trailing zeros; a dash where there is no number. */
export function rounded(value: number, digits: number): string {
  return Number.isFinite(value) ? `${Number(value.toFixed(digits))}` : "–";
}

/** A number with exactly so many decimals, for columns; a dash where there is no number. */
export function fixed(value: number, digits: number): string {
  return Number.isFinite(value) ? value.toFixed(digits).replace("-", "−") : "–";
}

/** A share of 0..1 as per cent; a dash where there is none. */
export function percent(share: number, digits = 1): string {
  return Number.isFinite(share) ? `${fixed(100 * share, digits)} %` : "–";
}

/** A whole number with its thousands set apart. */
export function counted(value: number): string {
  return Number.isFinite(value) ? value.toLocaleString("en") : "–";
}
