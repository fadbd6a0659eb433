import { MareyError } from "../error.js";
import type { C3d } from "./c3d.js";
import { type MarkerRows, type Markers, rowsOf } from "./markers.js";
import { joinPieces } from "./pieces.js";
import { turnVectors } from "./upAxis.js";

type MarkerHead = Omit<MarkerRows, "rows">;

const MILLIMETRES = { m: 1000, cm: 10, mm: 1 } as const;

/**
 * Writes markers as C3D: Intel floats, millimetres, Y up (`POINT:Y_SCREEN` says so), residual −1 where missing. The
 * first frame is 1 where ours is 0. More than 65535 frames are counted by `TRIAL:ACTUAL_START_FIELD` and
 * `ACTUAL_END_FIELD`, the format's way beyond 16 bits.
 *
 * @throws MareyError `C3D_LIMIT` for what the format can't hold.
 */
export function writeC3d(markers: Markers): Uint8Array {
  return joinPieces(c3dPieces({ ...markers, rows: rowsOf(markers) }));
}

/** Frames that are written at a time. */
const PIECE = 1024;

/** `writeC3d` in pieces, from rows that are made one after the other. */
export function* c3dPieces(markers: MarkerRows): Generator<Uint8Array> {
  const { names, times, units, rows } = markers;
  const start = c3dHead(markers);
  yield start;
  const size = names.length * 16;
  const scale = MILLIMETRES[units];
  let view = new DataView(new ArrayBuffer(PIECE * size));
  let at = 0;
  for (const row of rows) {
    writeRow(row, scale, view, at);
    at += size;
    if (at < PIECE * size) continue;
    yield new Uint8Array(view.buffer);
    view = new DataView(new ArrayBuffer(PIECE * size));
    at = 0;
  }
  yield new Uint8Array(view.buffer, 0, at);
  // The last block is filled up.
  yield new Uint8Array((512 - ((times.length * size) % 512)) % 512);
}

function writeRow(points: Float64Array, scale: number, view: DataView, start: number): void {
  for (let i = 0, at = start; i < points.length; i += 3, at += 16) {
    const missing = Number.isNaN(points[i] + points[i + 1] + points[i + 2]);
    for (let k = 0; k < 3; k++) view.setFloat32(at + 4 * k, missing ? 0 : points[i + k] * scale, true);
    view.setFloat32(at + 12, missing ? -1 : 0, true);
  }
}

/** Header and parameters: whole blocks. */
function c3dHead(markers: MarkerHead): Uint8Array {
  const { names, times, frameRate, firstFrame } = markers;
  if (names.length > 8191)
    throw new MareyError(
      "C3D_LIMIT",
      "c3d",
      `${names.length} points, the format holds 8191`,
      "Write fewer markers",
    );
  const parameters = parameterSection(markers);
  const blocks = 1 + parameters.length / 512;
  const dataStart = blocks + 1;
  new DataView(parameters.buffer).setUint16(DATA_START_AT, dataStart, true);
  const bytes = new Uint8Array(blocks * 512);
  const view = new DataView(bytes.buffer);
  bytes.set([2, 0x50]);
  const limited = (n: number) => Math.min(65535, Math.max(0, n));
  const words = [names.length, 0, limited(firstFrame + 1), limited(firstFrame + times.length), 0];
  words.forEach((word, i) => {
    view.setUint16(2 + 2 * i, word, true);
  });
  view.setFloat32(12, -1, true);
  view.setUint16(16, dataStart, true);
  view.setFloat32(20, frameRate, true);
  bytes.set(parameters, 512);
  return bytes;
}

type Value = { texts: readonly string[] } | { words: readonly number[] } | { floats: readonly number[] };

const GROUPS = ["POINT", "ANALOG", "TRIAL", "MANUFACTURER"] as const;

function parameterSection(markers: MarkerHead): Uint8Array<ArrayBuffer> {
  const { names, times, frameRate, firstFrame } = markers;
  const long = (n: number) => ({ words: [n & 0xffff, Math.floor(n / 65536)] });
  const section: number[] = [1, 0x50, 0, 84];
  GROUPS.forEach((group, i) => {
    section.push(group.length, -(i + 1) & 255, ...ascii(group), 3, 0, 0);
  });
  const point: [string, Value][] = [
    ["DATA_START", { words: [0] }],
    ["USED", { words: [names.length] }],
    ["FRAMES", { words: [Math.min(65535, times.length)] }],
    ["SCALE", { floats: [-1] }],
    ["RATE", { floats: [frameRate] }],
    ["UNITS", { texts: ["mm"] }],
    ["X_SCREEN", { texts: ["+X"] }],
    ["Y_SCREEN", { texts: ["+Y"] }],
    ...labels("LABELS", names),
    ...labels("DESCRIPTIONS", names),
    ...(times.length > 65535 ? [["LONG_FRAMES", { floats: [times.length] }] as [string, Value]] : []),
  ];
  for (const [key, value] of point) addParameter(section, 1, key, value);
  for (const key of ["USED", "OFFSET", "LABELS", "SCALE", "RATE", "GEN_SCALE"])
    addParameter(section, 2, key, analogValue(key));
  addParameter(section, 3, "ACTUAL_START_FIELD", long(firstFrame + 1));
  addParameter(section, 3, "ACTUAL_END_FIELD", long(firstFrame + times.length));
  addParameter(section, 4, "SOFTWARE", { texts: ["Marey"] });
  section.push(0, 0);
  const blocks = Math.ceil(section.length / 512);
  if (blocks > 255)
    throw new MareyError("C3D_LIMIT", "c3d", `${names.length} names need more room than the format has`, "Write fewer markers"); // biome-ignore format: one message
  section[2] = blocks;
  const bytes = new Uint8Array(blocks * 512);
  bytes.set(section);
  return bytes;
}

function analogValue(key: string): Value {
  if (key === "OFFSET") return { words: [] };
  if (key === "LABELS") return { texts: [] };
  if (key === "USED") return { words: [0] };
  return { floats: key === "SCALE" ? [] : key === "RATE" ? [0] : [1] };
}

/** A list holds at most 255 texts; more go on in `LABELS2` and so forth. */
function labels(key: string, names: readonly string[]): [string, Value][] {
  const lists: [string, Value][] = [];
  for (let i = 0; i === 0 || i < names.length; i += 255)
    lists.push([i === 0 ? key : `${key}${i / 255 + 1}`, { texts: names.slice(i, i + 255) }]);
  return lists;
}

/** Where the value of the first parameter, POINT:DATA_START, lies: the size of the section decides it. */
const DATA_START_AT =
  GROUPS.reduce((at, group) => at + 2 + group.length + 3, 4) + 2 + "DATA_START".length + 2 + 2;

function addParameter(section: number[], group: number, key: string, value: Value): void {
  const body = "texts" in value ? textBody(value.texts) : "words" in value ? wordBody(value.words) : floatBody(value.floats); // biome-ignore format: a choice
  const offset = 2 + body.length + 1;
  section.push(key.length, group, ...ascii(key), offset & 255, offset >> 8, ...body, 0);
}

function textBody(texts: readonly string[]): number[] {
  const width = Math.min(255, Math.max(1, ...texts.map((text) => text.length)));
  const padded = texts.flatMap((text) => ascii(text.slice(0, width).padEnd(width)));
  return texts.length === 1 ? [255, 1, width, ...padded] : [255, 2, width, texts.length, ...padded];
}

/** A list of one number is a scalar, which has no dimensions. */
const head = (type: number, count: number) => (count === 1 ? [type, 0] : [type, 1, count]);

const wordBody = (words: readonly number[]) => [
  ...head(2, words.length),
  ...words.flatMap((word) => [word & 255, (word >> 8) & 255]),
];

const floatBody = (floats: readonly number[]) => [
  ...head(4, floats.length),
  ...new Uint8Array(Float32Array.from(floats).buffer),
];

/** The format knows no letters beyond ASCII. */
const ascii = (text: string) =>
  Array.from(text, (letter) => (letter.charCodeAt(0) < 127 ? letter.charCodeAt(0) : 63));

/**
 * The points of a C3D file as markers, Y up; `POINT:Y_SCREEN` says which axis of the file points up, Z when it is
 * absent, as in most laboratories.
 *
 * @throws MareyError `C3D_UNITS` for a length unit other than m, cm, mm.
 */
export function c3dToMarkers(c3d: C3d, name = "c3d"): Markers {
  const { units, labels: names, frameRate, firstFrame, frameCount } = c3d;
  if (units !== "m" && units !== "cm" && units !== "mm")
    throw new MareyError(
      "C3D_UNITS",
      name,
      `POINT:UNITS is "${units}", not m, cm or mm`,
      "Export in millimetres",
    );
  const screen = String(c3d.parameters.get("POINT:Y_SCREEN")?.[0] ?? "+Z").trim();
  const up = screen === "+Y" ? "y" : "z";
  const first = Math.max(0, firstFrame - 1);
  return {
    names,
    frameRate,
    units,
    firstFrame: first,
    times: Float64Array.from({ length: frameCount }, (_, t) => (first + t) / frameRate),
    points: turnVectors(c3d.points, up, "y"),
  };
}
