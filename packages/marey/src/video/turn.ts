import type { Image, Planes } from "@marey/core/image";
import type { Demuxer } from "./demux.js";

/** A turn by quarters, possibly mirrored: `x' = a·x + c·y`, `y' = b·x + d·y`, each −1, 0 or 1. */
export type Turn = readonly [a: number, b: number, c: number, d: number];

/** How the stream's pictures must be turned to be displayed, or undefined when they needn't be. */
export function displayTurn({ lib, stream }: Demuxer): Turn | undefined {
  const bytes = stream.codecpar.getCodedSideData(lib.AV_PKT_DATA_DISPLAYMATRIX);
  if (!bytes || bytes.length < 36) return undefined;
  // a b u; c d v; x y w in the machine's order: FFmpeg has read the file's big-endian numbers.
  const view = new DataView(bytes.buffer, bytes.byteOffset, 36);
  return nearestTurn([0, 4, 12, 16].map((at) => view.getInt32(at, true)));
}

/** The turn nearest to a matrix a, b, c, d of any scale; undefined for none. */
function nearestTurn([a = 1, b = 0, c = 0, d = 1]: readonly number[]): Turn | undefined {
  const upright = Math.abs(a) + Math.abs(d) >= Math.abs(b) + Math.abs(c);
  const turn: Turn = upright
    ? [Math.sign(a) || 1, 0, 0, Math.sign(d) || 1]
    : [0, Math.sign(b) || 1, Math.sign(c) || 1, 0];
  return turn[0] === 1 && turn[3] === 1 ? undefined : turn;
}

/** Whether a turn exchanges width and height. */
export const isSideways = (turn: Turn | undefined) => turn !== undefined && turn[0] === 0;

/** Turns a picture into `out`, which has the turned size. */
export function turnInto({ width, height, channels, data }: Image, [a, b, c, d]: Turn, out: Image): void {
  const left = (a < 0 ? width - 1 : 0) + (c < 0 ? height - 1 : 0);
  const top = (b < 0 ? width - 1 : 0) + (d < 0 ? height - 1 : 0);
  const across = (b * out.width + a) * channels;
  const down = (d * out.width + c) * channels;
  for (let y = 0, i = 0; y < height; y++) {
    let o = (top * out.width + left) * channels + y * down;
    for (let x = 0; x < width; x++, o += across)
      for (let channel = 0; channel < channels; channel++) out.data[o + channel] = data[i++]!;
  }
}

/** Turns planes into `out`, which has the turned size. */
export function turnPlanesInto({ luma, chroma }: Planes, turn: Turn, out: Planes): void {
  turnInto(luma, turn, out.luma);
  turnInto(chroma, turn, out.chroma);
}
