import { invalid, type Machine } from "./pickleMachine.js";

/** Lengths of an integer as text and as bytes, and of a float: more is no number that anybody saves, and slow to read. */
const MOST_DIGITS = 4300;
const MOST_BYTES = 1024;
const MOST_FLOAT = 100;

/** Bytes one by one as characters of the same code (Latin-1, which TextDecoder would take for Windows-1252). */
export function latin1(bytes: Uint8Array): string {
  let text = "";
  for (let i = 0; i < bytes.length; i += 8192) text += String.fromCharCode(...bytes.subarray(i, i + 8192));
  return text;
}

/** The bytes of a text whose characters are bytes, or undefined for any other text. */
export function latin1Bytes(text: string): Uint8Array | undefined {
  const bytes = new Uint8Array(text.length);
  for (let i = 0; i < text.length; i++) {
    const code = text.charCodeAt(i);
    if (code > 255) return undefined;
    bytes[i] = code;
  }
  return bytes;
}

export function utf8(machine: Machine, bytes: Uint8Array): string {
  try {
    return new TextDecoder("utf-8", { fatal: true, ignoreBOM: true }).decode(bytes);
  } catch {
    throw invalid(machine, "a text is not UTF-8");
  }
}

/** Python 2's `str`, which holds texts and binary data alike: a text where it is ASCII, else bytes. */
export function python2Text(bytes: Uint8Array): string | Uint8Array {
  for (let i = 0; i < bytes.length; i++) if (bytes[i] > 127) return bytes;
  return new TextDecoder().decode(bytes);
}

/** A decimal integer as it stands in a line, with Python 2's `L` at its end or without. */
export function integer(machine: Machine, line: Uint8Array): number | bigint {
  const text = latin1(line.subarray(0, MOST_DIGITS + 2)).replace(/L$/, "");
  if (text.length > MOST_DIGITS || !/^[-+]?\d+$/.test(text))
    throw invalid(machine, `"${text.slice(0, 40)}" is no integer`);
  return plain(BigInt(text.replace("+", "")));
}

/** A whole number as a number where it is exact. */
const plain = (value: bigint) => (Number.isSafeInteger(Number(value)) ? Number(value) : value);

/** A little-endian integer in two's complement of any length. */
export function longInteger(machine: Machine, bytes: Uint8Array): number | bigint {
  if (bytes.length > MOST_BYTES) throw invalid(machine, `an integer of ${bytes.length} bytes is too long`);
  let digits = "";
  for (let i = bytes.length - 1; i >= 0; i--) digits += bytes[i].toString(16).padStart(2, "0");
  return plain(BigInt.asIntN(8 * bytes.length, BigInt(`0x0${digits}`)));
}

export function float(machine: Machine, line: Uint8Array): number {
  const text = latin1(line.subarray(0, MOST_FLOAT + 1)).trim();
  const special = /^([-+]?)(nan|inf)$/i.exec(text);
  if (special) return special[2].toLowerCase() === "nan" ? NaN : special[1] === "-" ? -Infinity : Infinity;
  if (text.length > MOST_FLOAT || !/^[-+]?(\d+\.?\d*|\.\d+)(e[-+]?\d+)?$/i.test(text))
    throw invalid(machine, `"${text.slice(0, 40)}" is no number`);
  return Number(text);
}

const ESCAPES: ReadonlyMap<string, number> = new Map([
  ["a", 7], ["b", 8], ["t", 9], ["n", 10], ["v", 11], ["f", 12], ["r", 13], ["\\", 92], ["'", 39], ['"', 34],
]); // biome-ignore format: a table

/** A quoted string of protocol 0, as Python's `repr` writes it. */
export function quoted(machine: Machine, line: Uint8Array): string | Uint8Array {
  const text = latin1(line).trim();
  const quote = text[0];
  if (text.length < 2 || (quote !== "'" && quote !== '"') || text.at(-1) !== quote)
    throw invalid(machine, "a string has no quotes around it");
  const plain = text.slice(1, -1).replace(/\\(x[0-9a-fA-F]{2}|[0-7]{1,3}|.)/gs, (whole, after: string) => {
    if (after[0] === "x" && after.length === 3) return String.fromCharCode(parseInt(after.slice(1), 16));
    if (/^[0-7]/.test(after)) return String.fromCharCode(parseInt(after, 8) & 255);
    const code = ESCAPES.get(after);
    return code === undefined ? whole : String.fromCharCode(code);
  });
  return python2Text(latin1Bytes(plain) as Uint8Array);
}

/** A text of protocol 0: Latin-1 with \u and \U for the rest ("raw-unicode-escape"). */
export function rawUnicode(machine: Machine, line: Uint8Array): string {
  return latin1(line).replace(
    /\\u([0-9a-fA-F]{4})|\\U([0-9a-fA-F]{8})/g,
    (_, short?: string, long?: string) => {
      const code = parseInt(short ?? (long as string), 16);
      if (code > 0x10ffff) throw invalid(machine, `"\\U${long}" is no character`);
      return String.fromCodePoint(code);
    },
  );
}
