import { MareyError } from "../error.js";
import { readDecimal, writeDecimal } from "./decimal.js";
import { readLines } from "./lines.js";
import { type MarkerRows, type Markers, rowsOf } from "./markers.js";

const REMEDY = "Export the file again, or correct this place by hand";

export interface TrcOptions {
  /**
   * Reads the rows that are there even if the header promises more. When absent, up to one missing row is accepted
   * (Pose2Sim's filter stage drops the last frame and leaves the header) and more are taken for a truncated file.
   */
  trustRows?: boolean;
}

/**
 * Reads an OpenSim marker file. Rows decide: names come from line 4 and the frame count from the rows; an empty cell
 * is NaN.
 *
 * @throws MareyError `TRC_INVALID` naming line and column.
 */
export function readTrc(bytes: Uint8Array, name = "trc", options: TrcOptions = {}): Markers {
  const lines = readLines(bytes, name);
  const header = readHeader(lines, name);
  const rows = readRows(lines, header.names.length, name);
  const missing = header.frames - rows.times.length;
  if (missing > 1 && !options.trustRows)
    throw invalid(name, `the header promises ${header.frames} frames, ${rows.times.length} are there`);
  const firstFrame = rows.numbers[0] ?? 0;
  const gapless = rows.numbers.every((number, t) => number === firstFrame + t);
  return {
    names: header.names,
    frameRate: header.frameRate,
    units: header.units,
    firstFrame,
    times: Float64Array.from(rows.times),
    points: Float64Array.from(rows.points),
    ...(!gapless && { frameNumbers: Float64Array.from(rows.numbers) }),
  };
}

function readHeader(lines: readonly string[], name: string) {
  if (!lines[0]?.startsWith("PathFileType"))
    throw invalid(`${name}, line 1`, 'it does not begin with "PathFileType": this is no TRC file');
  if (lines.length < 5) throw invalid(name, `${lines.length} lines, the header alone has 5`);
  const [rate, , frames, , units] = lines[2].split("\t").map((cell) => cell.trim());
  const frameRate = readDecimal(rate);
  if (!(frameRate !== undefined && frameRate > 0))
    throw invalid(`${name}, line 3`, `the DataRate is "${rate}"; columns must be separated by tabs`);
  if (units !== "m" && units !== "cm" && units !== "mm")
    throw invalid(`${name}, line 3`, `the Units column is "${units}", not m, cm or mm`);
  if (!/^Frame#\tTime(\t|$)/.test(lines[3]))
    throw invalid(`${name}, line 4`, 'it does not begin with "Frame#" and "Time"');
  const cells = lines[3].split("\t").slice(2);
  while (cells.length > 0 && cells[cells.length - 1].trim() === "") cells.pop();
  // A name stands above the first of its three columns.
  const names = cells.filter((_, i) => i % 3 === 0).map((cell) => cell.trim());
  if (names.includes("") || cells.some((cell, i) => i % 3 !== 0 && cell.trim() !== ""))
    throw invalid(`${name}, line 4`, "the marker names don't stand in every third column");
  const coordinates = (lines[4] ?? "").split("\t").filter((cell) => cell.trim() !== "");
  if (coordinates.length !== 3 * names.length)
    throw invalid(
      `${name}, line 5`,
      `${coordinates.length} coordinate names for ${names.length} markers of line 4`,
    );
  return { frameRate, units, names, frames: Number.parseInt(frames, 10) || 0 } as const;
}

function readRows(lines: readonly string[], markers: number, name: string) {
  const numbers: number[] = [];
  const times: number[] = [];
  const points: number[] = [];
  for (let l = 5; l < lines.length; l++) {
    if (lines[l].trim() === "") continue;
    const cells = lines[l].split("\t");
    while (cells.length > 2 + 3 * markers && cells[cells.length - 1].trim() === "") cells.pop();
    if (cells.length !== 2 + 3 * markers)
      throw invalid(
        `${name}, line ${l + 1}`,
        `${cells.length} columns, ${2 + 3 * markers} belong to ${markers} markers`,
      );
    for (let c = 0; c < cells.length; c++) {
      const value = readDecimal(cells[c]);
      if (value === undefined || (c < 2 && Number.isNaN(value)))
        throw invalid(`${name}, line ${l + 1}, column ${c + 1}`, `"${cells[c].trim()}" is no number`);
      (c === 0 ? numbers : c === 1 ? times : points).push(value);
    }
  }
  return { numbers, times, points };
}

/**
 * Writes an OpenSim marker file, text equal to Pose2Sim's: tabs, shortest decimals that read back exactly, empty cells
 * for NaN.
 *
 * @param file The file's name, which the first line repeats.
 * @returns Pieces of text, to be written one after the other.
 */
export function writeTrc(markers: Markers, file: string): Generator<string> {
  return writeTrcRows({ ...markers, rows: rowsOf(markers) }, file);
}

/** `writeTrc` from rows that are made one after the other. */
export function* writeTrcRows(markers: MarkerRows, file: string): Generator<string> {
  const { names, frameRate, units, firstFrame, times, frameNumbers } = markers;
  const rate = String(frameRate);
  const coordinates = names.map((_, i) => `X${i + 1}\tY${i + 1}\tZ${i + 1}`);
  yield [
    `PathFileType\t4\t(X/Y/Z)\t${file}`,
    "DataRate\tCameraRate\tNumFrames\tNumMarkers\tUnits\tOrigDataRate\tOrigDataStartFrame\tOrigNumFrames",
    [rate, rate, times.length, names.length, units, rate, firstFrame, times.length].join("\t"),
    `Frame#\tTime\t${names.join("\t\t\t")}\t\t\t`,
    `\t\t${coordinates.join("\t")}\t`,
    "",
  ].join("\n");
  let t = 0;
  for (const points of markers.rows) {
    let row = `${frameNumbers?.[t] ?? firstFrame + t}\t${writeDecimal(times[t])}`;
    for (let i = 0; i < points.length; i++) row += `\t${writeDecimal(points[i])}`;
    yield `${row}\n`;
    t++;
  }
}

function invalid(where: string, what: string): MareyError {
  return new MareyError("TRC_INVALID", where, what, REMEDY);
}
