import { Inflate } from "fflate";
import { MareyError } from "../error.js";

const REMEDY = "Copy or export the file again";
/** Deflate can't shrink data further than this; a larger claim is a lie that must not be believed. */
const LARGEST_RATIO = 1032;

interface Entry {
  name: string;
  method: number;
  crc: number;
  packed: number;
  size: number;
  offset: number;
}

/**
 * Reads a zip archive (stored or deflated, zip64 too), checking every size and CRC-32 before and after unpacking.
 *
 * @returns The files by name, in the order of the directory.
 * @throws MareyError `ZIP_INVALID` for a cut or damaged archive; `ZIP_METHOD` for other compression or encryption.
 */
export function readZip(bytes: Uint8Array, name = "zip"): Map<string, Uint8Array> {
  return new Map([...openZip(bytes, name)].map(([file, { unpacked }]) => [file, unpacked()]));
}

/** A file of an archive that is unpacked and checked when it is asked for. */
export interface PackedFile {
  /** Bytes that it says to have when it is unpacked; they are checked then. */
  size: number;
  unpacked(): Uint8Array;
}

/**
 * Reads a zip archive's directory.
 *
 * @returns The files by name, in its order.
 * @throws MareyError as `readZip`.
 */
export function openZip(bytes: Uint8Array, name = "zip"): Map<string, PackedFile> {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const { count, offset } = findDirectory(view, name);
  const files = new Map<string, PackedFile>();
  let at = offset;
  let packed = 0;
  for (let i = 0; i < count; i++) {
    const { entry, next } = readEntry(bytes, view, at, name);
    packed += entry.packed;
    // Files that share their bytes make a small archive unpack to any size.
    if (packed > bytes.length) throw invalid(name, "its files hold more bytes than the archive");
    files.set(entry.name, { size: entry.size, unpacked: () => unpack(bytes, view, entry, name) });
    at = next;
  }
  return files;
}

/** A file that goes into an archive; its content may come in parts, which stand one after the other. */
export interface ZipFile {
  name: string;
  /** Walked twice: the checksum stands before the content. */
  parts: Iterable<Uint8Array>;
}

const LARGEST = 0xffffffff;

/**
 * Writes an archive without compression, piece by piece; the same files give the same bytes. The files' own bytes are
 * handed on as they are, never copied.
 *
 * @throws MareyError `ZIP_LIMIT` for an archive of 4 GiB or more, which would need zip64.
 */
export function* zipPieces(files: Iterable<ZipFile>): Generator<Uint8Array> {
  const directory: Uint8Array[] = [];
  let offset = 0;
  for (const { name, parts } of files) {
    let size = 0;
    let crc = 0;
    for (const part of parts) {
      size += part.length;
      crc = crc32(part, crc);
    }
    const text = new TextEncoder().encode(name);
    if (offset + size > LARGEST - 65536)
      throw new MareyError(
        "ZIP_LIMIT",
        `file "${name}"`,
        "the archive would pass 4 GiB",
        "Write fewer frames",
      );
    // Bit 11 of the flags says that the name is UTF-8.
    const flags = text.length === name.length ? 0 : 0x0800;
    const about = [...shorts(20, flags, 0), ...shorts(0, MIDNIGHT_1980), ...longs(crc, size, size)];
    const local = Uint8Array.from([...longs(0x04034b50), ...about, ...shorts(text.length, 0)]);
    directory.push(
      Uint8Array.from([...longs(0x02014b50), ...shorts(20), ...about, ...shorts(text.length, 0, 0, 0, 0)]),
      Uint8Array.from(longs(0, offset)),
      text,
    );
    yield local;
    yield text;
    yield* parts;
    offset += local.length + text.length + size;
  }
  yield* directory;
  const count = directory.length / 3;
  const size = directory.reduce((sum, { length }) => sum + length, 0);
  yield Uint8Array.from([...longs(0x06054b50), ...shorts(0, 0, count, count), ...longs(size, offset), 0, 0]);
}

/** The first date that the format knows, 1 January 1980: no file says when it was written. */
const MIDNIGHT_1980 = (1 << 5) | 1;

const shorts = (...values: number[]) => values.flatMap((value) => [value & 255, (value >> 8) & 255]);
const longs = (...values: number[]) => values.flatMap((value) => shorts(value & 0xffff, value >>> 16));

function findDirectory(view: DataView, name: string): { count: number; offset: number } {
  const length = view.byteLength;
  // The end record is 22 bytes and a comment of at most 65535.
  for (let at = length - 22; at >= Math.max(0, length - 22 - 65535); at--) {
    if (view.getUint32(at, true) !== 0x06054b50 || at + 22 + view.getUint16(at + 20, true) > length) continue;
    const count = view.getUint16(at + 10, true);
    const offset = view.getUint32(at + 16, true);
    if (count !== 0xffff && offset !== 0xffffffff) return { count, offset };
    return findDirectory64(view, at, name);
  }
  throw invalid(name, "no directory at its end: it is cut off, or no zip archive");
}

function findDirectory64(view: DataView, end: number, name: string) {
  const locator = end - 20;
  if (locator < 0 || view.getUint32(locator, true) !== 0x07064b50)
    throw invalid(name, "its zip64 directory is missing");
  const at = Number(view.getBigUint64(locator + 8, true));
  if (at + 56 > view.byteLength || view.getUint32(at, true) !== 0x06064b50)
    throw invalid(name, "its zip64 directory is missing");
  return {
    count: Number(view.getBigUint64(at + 32, true)),
    offset: Number(view.getBigUint64(at + 48, true)),
  };
}

function readEntry(bytes: Uint8Array, view: DataView, at: number, name: string) {
  if (at + 46 > bytes.length || view.getUint32(at, true) !== 0x02014b50)
    throw invalid(name, `its directory is damaged at byte ${at}`);
  const nameLength = view.getUint16(at + 28, true);
  const extraLength = view.getUint16(at + 30, true);
  const next = at + 46 + nameLength + extraLength + view.getUint16(at + 32, true);
  if (next > bytes.length) throw invalid(name, `its directory is cut off at byte ${at}`);
  const entry: Entry = {
    name: new TextDecoder().decode(bytes.subarray(at + 46, at + 46 + nameLength)),
    method: view.getUint16(at + 10, true),
    crc: view.getUint32(at + 16, true),
    packed: view.getUint32(at + 20, true),
    size: view.getUint32(at + 24, true),
    offset: view.getUint32(at + 42, true),
  };
  if (view.getUint16(at + 8, true) & 1) throw method(name, entry, "is encrypted");
  readExtra64(view, at + 46 + nameLength, extraLength, entry);
  return { entry, next };
}

/** Fields that don't fit 32 bits stand in the extra field 1, those alone and in this order. */
function readExtra64(view: DataView, start: number, length: number, entry: Entry): void {
  let at = start;
  while (at + 4 <= start + length) {
    const id = view.getUint16(at, true);
    const end = at + 4 + view.getUint16(at + 2, true);
    if (id === 1) {
      at += 4;
      for (const key of ["size", "packed", "offset"] as const) {
        if (entry[key] !== 0xffffffff || at + 8 > Math.min(end, start + length)) continue;
        entry[key] = Number(view.getBigUint64(at, true));
        at += 8;
      }
    }
    at = end;
  }
}

function unpack(bytes: Uint8Array, view: DataView, entry: Entry, name: string): Uint8Array {
  const { offset, packed, size } = entry;
  const where = `${name}, file "${entry.name}"`;
  if (offset + 30 > bytes.length || view.getUint32(offset, true) !== 0x04034b50)
    throw invalid(where, `its data does not begin at byte ${offset}`);
  const start = offset + 30 + view.getUint16(offset + 26, true) + view.getUint16(offset + 28, true);
  if (start + packed > bytes.length) throw invalid(where, "its data is cut off");
  const data = bytes.subarray(start, start + packed);
  if (entry.method !== 0 && entry.method !== 8)
    throw method(name, entry, `uses compression method ${entry.method}`);
  if (entry.method === 0 ? size !== packed : size > packed * LARGEST_RATIO + 64)
    throw invalid(where, `${packed} packed bytes can't be ${size} bytes`);
  const content = entry.method === 0 ? data : inflate(data, size, where);
  if (crc32(content) !== entry.crc) throw invalid(where, "its content does not fit its checksum (CRC-32)");
  return content;
}

/** Compressed bytes that are unpacked at a time. */
const PIECE = 1 << 16;

/** Unpacks piece by piece: data that turn out larger than they say cost no more than what they say. */
function inflate(data: Uint8Array, size: number, where: string): Uint8Array {
  try {
    const out = new Uint8Array(size);
    let length = 0;
    const stream = new Inflate((piece) => {
      out.set(piece, length); // throws where it doesn't fit
      length += piece.length;
    });
    for (let at = 0; at < data.length; at += PIECE)
      stream.push(data.subarray(at, at + PIECE), at + PIECE >= data.length);
    return out;
  } catch (cause) {
    throw new MareyError("ZIP_INVALID", where, "its data can't be unpacked", REMEDY, { cause });
  }
}

/** What a byte does to the checksum when 0 to 7 further bytes come after it: 8 tables of 256. */
const TABLES = crcTables();

function crcTables(): Int32Array {
  const tables = new Int32Array(8 * 256);
  for (let n = 0; n < 256; n++) {
    let c = n;
    for (let k = 0; k < 8; k++) c = c & 1 ? 0xedb88320 ^ (c >>> 1) : c >>> 1;
    tables[n] = c;
  }
  for (let i = 256; i < tables.length; i++) {
    const before = tables[i - 256];
    tables[i] = tables[before & 255] ^ (before >>> 8);
  }
  return tables;
}

/**
 * Eight bytes at a time ("slicing by 8", Kounavis and Berry 2005): byte by byte it was most of the time of reading a
 * large archive.
 *
 * @param before Checksum of what stands before these bytes.
 */
function crc32(bytes: Uint8Array, before = 0): number {
  const t = TABLES;
  let c = ~before;
  let i = 0;
  for (; i + 8 <= bytes.length; i += 8) {
    c ^= bytes[i] | (bytes[i + 1] << 8) | (bytes[i + 2] << 16) | (bytes[i + 3] << 24);
    c =
      t[1792 + (c & 255)] ^
      t[1536 + ((c >>> 8) & 255)] ^
      t[1280 + ((c >>> 16) & 255)] ^
      t[1024 + (c >>> 24)] ^
      t[768 + bytes[i + 4]] ^
      t[512 + bytes[i + 5]] ^
      t[256 + bytes[i + 6]] ^
      t[bytes[i + 7]];
  }
  for (; i < bytes.length; i++) c = t[(c ^ bytes[i]) & 255] ^ (c >>> 8);
  return ~c >>> 0;
}

const invalid = (where: string, what: string) => new MareyError("ZIP_INVALID", where, what, REMEDY);
const method = (name: string, entry: Entry, what: string) =>
  new MareyError(
    "ZIP_METHOD",
    `${name}, file "${entry.name}"`,
    `it ${what}`,
    "Store it, or compress it with deflate",
  );
