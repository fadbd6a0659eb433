/** Positions at which a pixel's path is sampled, at most. */
const TAPS = 12;

/**
 * Blurs a picture along what moves in it: every pixel becomes the mean of what lies on its path while the shutter is open.
 * One rendered picture does instead of many; edges of what moves fast stay a little too sharp against what rests.
 *
 * @param flow Where each pixel's content is one frame later, width × height × 2, pixels.
 * @param shutter Share of the time between two frames for which the shutter is open, 0 to 1.
 * @param out width × height × 3, another buffer than `data`.
 */
export function motionBlur(
  data: Uint8Array,
  width: number,
  height: number,
  flow: Float32Array,
  shutter: number,
  out: Uint8Array,
): void {
  for (let y = 0, i = 0; y < height; y++)
    for (let x = 0; x < width; x++, i++) {
      const dx = flow[2 * i] * shutter;
      const dy = flow[2 * i + 1] * shutter;
      const taps = Math.min(TAPS, 1 + Math.floor(Math.max(Math.abs(dx), Math.abs(dy))));
      let red = 0;
      let green = 0;
      let blue = 0;
      for (let k = 0; k < taps; k++) {
        const t = (k + 0.5) / taps - 0.5;
        const u = Math.min(width - 1, Math.max(0, Math.round(x + dx * t)));
        const v = Math.min(height - 1, Math.max(0, Math.round(y + dy * t)));
        const p = 3 * (v * width + u);
        red += data[p];
        green += data[p + 1];
        blue += data[p + 2];
      }
      out[3 * i] = red / taps + 0.5;
      out[3 * i + 1] = green / taps + 0.5;
      out[3 * i + 2] = blue / taps + 0.5;
    }
}
