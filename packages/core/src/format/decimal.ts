/**
 * The shortest decimal that reads back as the same double, spelt as Python's `repr` and pandas' `to_csv` spell it
 * (`0.0`, `1e-05`), so that files equal those of the field's Python tools byte for byte. NaN is an empty cell.
 */
export function writeDecimal(value: number): string {
  if (Number.isNaN(value)) return "";
  if (Object.is(value, -0)) return "-0.0";
  const magnitude = Math.abs(value);
  // JavaScript and Python agree on the digits and differ on where the exponent form begins.
  if (magnitude !== 0 && (magnitude < 1e-4 || magnitude >= 1e16)) return withPaddedExponent(value);
  if (magnitude === Infinity) return value > 0 ? "inf" : "-inf";
  return Number.isInteger(value) ? `${value}.0` : String(value);
}

function withPaddedExponent(value: number): string {
  if (!Number.isFinite(value)) return value > 0 ? "inf" : "-inf";
  const [digits, exponent] = value.toExponential().split("e");
  const power = Number(exponent);
  return `${digits}e${power < 0 ? "-" : "+"}${String(Math.abs(power)).padStart(2, "0")}`;
}

const NUMBER = /^[+-]?(\d+\.?\d*|\.\d+)([eE][+-]?\d+)?$/;

/**
 * A cell of a text file as a number: empty, `nan` and `NaN` are NaN; `undefined` when the text is no finite number, so
 * that a damaged cell can't pass as a missing one.
 */
export function readDecimal(text: string): number | undefined {
  const cell = text.trim();
  if (cell === "" || /^[+-]?nan$/i.test(cell)) return NaN;
  if (!NUMBER.test(cell)) return undefined;
  const value = Number(cell);
  return Number.isFinite(value) ? value : undefined;
}
