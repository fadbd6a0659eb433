/** A box widened to a crop's aspect: what top-down networks look at. */
export interface CropBox {
  /** x, y, pixels. */
  centre: readonly [number, number];
  /** Width and height, pixels. */
  size: readonly [number, number];
}

/**
 * The box about a person's box that has the aspect of the crop, with room around it.
 *
 * @param box Left, top, width, height, pixels.
 * @param out Width and height of the crop, pixels.
 * @param padding Factor of both sides, usually 1.25.
 */
export function cropBox(box: ArrayLike<number>, out: readonly [number, number], padding: number): CropBox {
  const aspect = out[0] / out[1];
  const width = Math.max(box[2], box[3] * aspect);
  const height = Math.max(box[3], box[2] / aspect);
  return {
    centre: [box[0] + box[2] / 2, box[1] + box[3] / 2],
    size: [width * padding, height * padding],
  };
}

/**
 * The 2×3 matrix from picture to crop of three corresponding points, as Simple Baselines (2018), HRNet and MMPose place
 * them: the centre of the box lies on out/2, one scale from the widths holds for both axes.
 *
 * @param rotation Radians; positive turns the box's x axis towards y (clockwise on screen).
 */
export function threePointCrop(
  { centre, size }: CropBox,
  rotation: number,
  out: readonly [number, number],
): Float64Array {
  const scale = out[0] / size[0];
  const c = Math.cos(rotation) * scale;
  const s = Math.sin(rotation) * scale;
  return Float64Array.of(
    c,
    s,
    out[0] / 2 - c * centre[0] - s * centre[1],
    -s,
    c,
    out[1] / 2 + s * centre[0] - c * centre[1],
  );
}

/**
 * The unbiased 2×3 matrix from picture to crop (UDP, Huang et al. 2020): the box, measured in pixel steps, meets the
 * centres of the crop's outermost pixels.
 *
 * @param rotation Radians; positive turns the picture's x axis towards y in the crop, against `threePointCrop`.
 */
export function unbiasedCrop(
  { centre, size }: CropBox,
  rotation: number,
  out: readonly [number, number],
): Float64Array {
  const c = Math.cos(rotation);
  const s = Math.sin(rotation);
  const scaleX = (out[0] - 1) / size[0];
  const scaleY = (out[1] - 1) / size[1];
  return Float64Array.of(
    c * scaleX,
    -s * scaleX,
    scaleX * (size[0] / 2 - c * centre[0] + s * centre[1]),
    s * scaleY,
    c * scaleY,
    scaleY * (size[1] / 2 - s * centre[0] - c * centre[1]),
  );
}

/** The affine map that undoes one; all numbers are infinite or NaN when the map is flat. */
export function invertAffine(m: ArrayLike<number>): Float64Array {
  const determinant = m[0] * m[4] - m[1] * m[3];
  const [a, b, c, d] = [m[4] / determinant, -m[1] / determinant, -m[3] / determinant, m[0] / determinant];
  return Float64Array.of(a, b, -a * m[2] - b * m[5], c, d, -c * m[2] - d * m[5]);
}

/**
 * Samples a picture through an affine map without rounding the result: what a network gets to see. Bilinear between
 * integer pixel centres; outside the picture is 0.
 *
 * @param data height × width × channels.
 * @param matrix 2×3, output to input (`invertAffine` of a crop's matrix).
 * @param out rows × columns × channels, overwritten.
 */
export function sampleAffine(
  { data, width, height, channels }: Samples,
  matrix: ArrayLike<number>,
  columns: number,
  rows: number,
  out: Float32Array,
): Float32Array {
  for (let y = 0, o = 0; y < rows; y++)
    for (let x = 0; x < columns; x++, o += channels) {
      const u = matrix[0] * x + matrix[1] * y + matrix[2];
      const v = matrix[3] * x + matrix[4] * y + matrix[5];
      const left = Math.floor(u);
      const top = Math.floor(v);
      out.fill(0, o, o + channels);
      for (let k = 0; k < 4; k++) {
        const column = left + (k & 1);
        const row = top + (k >> 1);
        if (column < 0 || column >= width || row < 0 || row >= height) continue;
        const weight = (k & 1 ? u - left : left + 1 - u) * (k >> 1 ? v - top : top + 1 - v);
        const i = (row * width + column) * channels;
        for (let c = 0; c < channels; c++) out[o + c] += weight * data[i + c];
      }
    }
  return out;
}

/** A picture or stack of maps with the channels together. */
export interface Samples {
  data: ArrayLike<number>;
  width: number;
  height: number;
  channels: number;
}
