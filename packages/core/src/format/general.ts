/**
 * A number as C's `%g` and C++ streams print it: 6 significant digits, no trailing zeros, an exponent of two digits
 * where it is below −4 or above 5.
 */
export function writeGeneral(value: number): string {
  if (value === 0 || !Number.isFinite(value)) return value === 0 ? "0" : String(value);
  // Rounding may carry into the next power of ten, so the exponent is read after it.
  const text = value.toExponential(5);
  const at = text.indexOf("e");
  const exponent = Number(text.slice(at + 1));
  if (exponent >= -4 && exponent < 6) return withoutZeros(value.toFixed(5 - exponent));
  const digits = String(Math.abs(exponent)).padStart(2, "0");
  return `${withoutZeros(text.slice(0, at))}e${exponent < 0 ? "-" : "+"}${digits}`;
}

const withoutZeros = (text: string) => (text.includes(".") ? text.replace(/\.?0+$/, "") : text);
