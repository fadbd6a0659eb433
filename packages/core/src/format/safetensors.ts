import { MareyError } from "../error.js";
import { joinPieces } from "./pieces.js";
import { countOf, decodeElements, elementBytes, encodeElements, type StoredTensor } from "./storedTensor.js";

export interface Safetensors {
  tensors: Map<string, StoredTensor>;
  metadata: Record<string, string>;
}

/** Whether bytes begin as a safetensors file does: with the length of a header, below a terabyte, then JSON. */
export const isSafetensors = (bytes: Uint8Array): boolean =>
  bytes.length > 8 && bytes[8] === 0x7b && bytes[5] === 0 && bytes[6] === 0 && bytes[7] === 0;

/**
 * Reads a safetensors file.
 *
 * @throws MareyError `SAFETENSORS_INVALID` when the header or an offset can't be true of these bytes.
 */
export function readSafetensors(bytes: Uint8Array, name = "safetensors"): Safetensors {
  const invalid = (what: string) =>
    new MareyError("SAFETENSORS_INVALID", name, what, "Export or download the file again");
  if (bytes.length < 8) throw invalid(`${bytes.length} bytes, too short for a header`);
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const headerLength = Number(view.getBigUint64(0, true));
  if (headerLength > bytes.length - 8)
    throw invalid(
      `the header claims ${headerLength} bytes, the file has ${bytes.length - 8} after its length`,
    );
  const start = 8 + headerLength;
  let header: unknown;
  try {
    header = JSON.parse(new TextDecoder("utf-8", { fatal: true }).decode(bytes.subarray(8, start)));
  } catch (cause) {
    throw invalid(`the header is not JSON (${(cause as Error).message})`);
  }
  if (typeof header !== "object" || header === null || Array.isArray(header))
    throw invalid("the header is not a JSON object");
  const tensors = new Map<string, StoredTensor>();
  let metadata: Record<string, string> = {};
  for (const [key, entry] of Object.entries(header)) {
    if (key === "__metadata__") {
      if (!isMetadata(entry)) throw invalid("its __metadata__ isn't a record of texts");
      metadata = entry;
    } else tensors.set(key, readTensor(bytes.subarray(start), key, entry, invalid));
  }
  requireGapless(header as Record<string, Entry>, bytes.length - start, invalid);
  return { tensors, metadata };
}

const isMetadata = (value: unknown): value is Record<string, string> =>
  typeof value === "object" &&
  value !== null &&
  !Array.isArray(value) &&
  Object.values(value).every((text) => typeof text === "string");

interface Entry {
  dtype: string;
  shape: number[];
  data_offsets: [number, number];
}

/** The format forbids holes and overlaps: together the tensors cover the data exactly. */
function requireGapless(
  header: Record<string, Entry>,
  length: number,
  invalid: (what: string) => MareyError,
) {
  const spans = Object.entries(header)
    .filter(([key]) => key !== "__metadata__")
    .map(([key, { data_offsets }]) => ({ key, begin: data_offsets[0], end: data_offsets[1] }))
    .sort((a, b) => a.begin - b.begin || a.end - b.end);
  let at = 0;
  for (const { key, begin, end } of spans) {
    if (begin !== at) throw invalid(`tensor "${key}" begins at byte ${begin} of the data, not at ${at}`);
    at = end;
  }
  if (at !== length) throw invalid(`the tensors cover ${at} bytes, the file holds ${length}`);
}

function readTensor(
  data: Uint8Array,
  key: string,
  entry: unknown,
  invalid: (what: string) => MareyError,
): StoredTensor {
  const { dtype, shape, data_offsets: offsets } = (entry ?? {}) as Partial<Entry>;
  const size = elementBytes.get(dtype ?? "");
  if (size === undefined) throw invalid(`tensor "${key}" has the unknown data type ${JSON.stringify(dtype)}`);
  const whole = (n: unknown): n is number => Number.isSafeInteger(n) && (n as number) >= 0;
  if (!Array.isArray(shape) || !shape.every(whole)) throw invalid(`tensor "${key}" has no valid shape`);
  if (!Array.isArray(offsets) || offsets.length !== 2 || !offsets.every(whole))
    throw invalid(`tensor "${key}" has no valid data_offsets`);
  const [begin, end] = offsets;
  const count = countOf(shape);
  if (end < begin || end > data.length || end - begin !== count * size)
    throw invalid(
      `tensor "${key}" [${shape}] of ${dtype} can't lie at bytes ${begin}–${end} of ${data.length}`,
    );
  return {
    dtype: dtype as string,
    shape,
    data: decodeElements(dtype as string, data.subarray(begin, end)),
  };
}

/**
 * Writes tensors as the official writer does: the widest types first, then by name, without gaps; the header is padded
 * with spaces to a multiple of 8 bytes. The same tensors give the same bytes.
 *
 * @throws MareyError `TENSOR_VALUES` when type, shape and data of a tensor don't belong together.
 */
export function writeSafetensors(
  tensors: ReadonlyMap<string, StoredTensor>,
  metadata: Readonly<Record<string, string>> = {},
): Uint8Array<ArrayBuffer> {
  return joinPieces(safetensorsPieces(tensors, metadata));
}

/** `writeSafetensors` in pieces, of which the numbers are the tensors' own memory where they are stored as they are. */
export function* safetensorsPieces(
  tensors: ReadonlyMap<string, StoredTensor>,
  metadata: Readonly<Record<string, string>> = {},
): Generator<Uint8Array> {
  const widths = [...elementBytes.keys()];
  if (tensors.has("__metadata__"))
    throw new MareyError(
      "TENSOR_VALUES",
      `tensor "__metadata__"`,
      "the format keeps this name for itself",
      "Rename it",
    );
  const sorted = [...tensors].sort(
    ([a, { dtype: s }], [b, { dtype: t }]) => widths.indexOf(t) - widths.indexOf(s) || (a < b ? -1 : 1),
  );
  const parts = sorted.map(([key, tensor]) => encodeElements(tensor, key));
  let at = 0;
  // The text is put together by hand: an object would move keys that are numbers to its front.
  const entries = sorted.map(([key, { dtype, shape }], i) => {
    const offsets = [at, (at += parts[i].length)];
    return `${JSON.stringify(key)}:${JSON.stringify({ dtype, shape, data_offsets: offsets })}`;
  });
  const notes = Object.entries(metadata).sort(([a], [b]) => (a < b ? -1 : 1));
  if (notes.length > 0) entries.unshift(`"__metadata__":${JSON.stringify(Object.fromEntries(notes))}`);
  const text = new TextEncoder().encode(`{${entries.join(",")}}`);
  const header = new Uint8Array(8 + Math.ceil(text.length / 8) * 8).fill(32, 8);
  new DataView(header.buffer).setBigUint64(0, BigInt(header.length - 8), true);
  header.set(text, 8);
  yield header;
  yield* parts;
}
