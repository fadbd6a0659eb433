import { MareyError } from "../../error.js";

/** A part of a picture, in its pixels, as COCO's annotations state it. */
export type Region = PolygonRegion | RunRegion;

/** What lies in any of the polygons. */
interface PolygonRegion {
  /** x, y of the corners in turn. */
  readonly polygons: readonly Float64Array[];
  /** Left, top, right, bottom. */
  readonly box: readonly [number, number, number, number];
}

/** Run lengths in COCO's order: column after column, outside and inside by turns. */
interface RunRegion {
  /** Where each run ends, pixels from the start of the first column. */
  readonly ends: Uint32Array;
  readonly width: number;
  readonly height: number;
  readonly box: readonly [number, number, number, number];
}

const REMEDY = "Give polygons, or run lengths with the picture's size, as COCO's annotations have them";
const invalid = (where: string, what: string) => new MareyError("ANNOTATIONS_INVALID", where, what, REMEDY);

/**
 * The region of an annotation's `segmentation`: polygons, run lengths as numbers, or COCO's compressed run lengths.
 *
 * @param where What errors call the annotation.
 * @throws MareyError `ANNOTATIONS_INVALID` when it is none of these.
 */
export function readRegion(segmentation: unknown, where: string): Region {
  if (Array.isArray(segmentation))
    return polygonRegion(segmentation.map((polygon) => cornersOf(polygon, where)));
  const { counts, size } = (segmentation ?? {}) as { counts?: unknown; size?: unknown };
  const [height, width] = Array.isArray(size) ? (size as unknown[]) : [];
  if (!isLength(height) || !isLength(width)) throw invalid(where, "its segmentation has no size");
  return runRegion(lengthsOf(counts, where), width, height, where);
}

const isLength = (value: unknown): value is number => Number.isSafeInteger(value) && (value as number) >= 0;

/** A rectangle: what remains of a person whose outline nobody drew. */
export function boxRegion([left, top, right, bottom]: readonly [number, number, number, number]): Region {
  const polygons = [Float64Array.of(left, top, right, top, right, bottom, left, bottom)];
  return { polygons, box: [left, top, right, bottom] };
}

function cornersOf(polygon: unknown, where: string): Float64Array {
  const isOne = Array.isArray(polygon) && polygon.length % 2 === 0 && polygon.every(Number.isFinite);
  if (!isOne) throw invalid(where, "a polygon of its segmentation is no list of x and y");
  return Float64Array.from(polygon as number[]);
}

/** What lies in any of the polygons: x, y of each one's corners in turn. */
export function polygonRegion(polygons: readonly Float64Array[]): Region {
  const box: [number, number, number, number] = [Infinity, Infinity, -Infinity, -Infinity];
  for (const corners of polygons)
    for (let i = 0; i < corners.length; i += 2) {
      box[0] = Math.min(box[0], corners[i]);
      box[1] = Math.min(box[1], corners[i + 1]);
      box[2] = Math.max(box[2], corners[i]);
      box[3] = Math.max(box[3], corners[i + 1]);
    }
  return { polygons, box };
}

function runRegion(lengths: readonly number[], width: number, height: number, where: string): Region {
  const ends = new Uint32Array(lengths.length);
  let end = 0;
  let [left, right] = [Infinity, -Infinity];
  for (let i = 0; i < lengths.length; i++) {
    if (i % 2 === 1 && lengths[i] > 0) {
      left = Math.min(left, Math.floor(end / height));
      right = Math.max(right, Math.floor((end + lengths[i] - 1) / height));
    }
    end += lengths[i];
    ends[i] = end;
  }
  if (end > width * height) throw invalid(where, `its runs cover ${end} of ${width * height} pixels`);
  return { ends, width, height, box: [left - 0.5, -0.5, right + 0.5, height - 0.5] };
}

function lengthsOf(counts: unknown, where: string): number[] {
  if (Array.isArray(counts) && counts.every(isLength)) return counts as number[];
  if (typeof counts !== "string")
    throw invalid(where, "its segmentation has neither polygons nor run lengths");
  const lengths = decompressed(counts);
  if (lengths.every(isLength)) return lengths;
  throw invalid(where, "its compressed run lengths are damaged");
}

/**
 * COCO's text of run lengths: five bits a character from "0" on, the lowest first, the sixth bit says that more follow;
 * from the fourth length on it is the difference to the length two before.
 */
function decompressed(text: string): number[] {
  const lengths: number[] = [];
  for (let at = 0; at < text.length; ) {
    let value = 0;
    let scale = 1;
    let bits: number;
    do {
      bits = text.charCodeAt(at++) - 48;
      value += (bits & 31) * scale;
      scale *= 32;
    } while (bits & 32);
    if (bits & 16) value -= scale;
    lengths.push(lengths.length > 2 ? value + lengths[lengths.length - 2] : value);
  }
  return lengths;
}

/** Whether a place of the picture lies in the region. */
export function isInside(region: Region, x: number, y: number): boolean {
  const [left, top, right, bottom] = region.box;
  if (!(x >= left && x <= right && y >= top && y <= bottom)) return false;
  if ("ends" in region) return isInRuns(region, Math.round(x), Math.round(y));
  return region.polygons.some((corners) => isInPolygon(corners, x, y));
}

function isInRuns({ ends, width, height }: RunRegion, x: number, y: number): boolean {
  if (x < 0 || y < 0 || x >= width || y >= height) return false;
  const pixel = x * height + y;
  let [low, high] = [0, ends.length];
  while (low < high) {
    const middle = (low + high) >> 1;
    if (ends[middle] > pixel) high = middle;
    else low = middle + 1;
  }
  return low < ends.length && low % 2 === 1;
}

/** Even–odd rule: how often a line to the right crosses the outline. */
function isInPolygon(corners: Float64Array, x: number, y: number): boolean {
  let inside = false;
  for (let i = 0, j = corners.length - 2; i < corners.length; j = i, i += 2) {
    const [ax, ay, bx, by] = [corners[i], corners[i + 1], corners[j], corners[j + 1]];
    if (ay > y !== by > y && x < ((bx - ax) * (y - ay)) / (by - ay) + ax) inside = !inside;
  }
  return inside;
}

/** How many places across and down a cell are asked whether they lie in a region. */
const PLACES = 3;

/** The cells of maps over a crop, and how crop pixels lie in the picture. */
export interface MaskGrid {
  readonly columns: number;
  readonly rows: number;
  /** Crop pixels from one cell to the next. */
  readonly stride: number;
  /** Crop → picture, 2×3. */
  readonly matrix: ArrayLike<number>;
}

/**
 * Lowers a mask by the share of each cell that lies in any of the regions: where people are that nobody labelled.
 *
 * @param mask rows×columns, written: 1 where everything is labelled.
 */
export function encodeMask(regions: readonly Region[], grid: MaskGrid, mask: Float32Array): void {
  const { columns, rows, stride, matrix: m } = grid;
  mask.fill(1);
  for (let row = 0; row < rows && regions.length > 0; row++)
    for (let column = 0; column < columns; column++) {
      let covered = 0;
      for (let place = 0; place < PLACES * PLACES; place++) {
        const u = (column + ((place % PLACES) + 0.5) / PLACES) * stride - 0.5;
        const v = (row + (Math.floor(place / PLACES) + 0.5) / PLACES) * stride - 0.5;
        const x = m[0] * u + m[1] * v + m[2];
        const y = m[3] * u + m[4] * v + m[5];
        for (const region of regions)
          if (isInside(region, x, y)) {
            covered++;
            break;
          }
      }
      mask[row * columns + column] = 1 - covered / (PLACES * PLACES);
    }
}
