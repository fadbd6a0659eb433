import type { Region } from "../../image/region.js";
import type { Size } from "../../image/resize.js";

/** Most parts along a side: a strip of a picture would be looked at for minutes. */
const MOST = 16;

/**
 * Squares that cover a picture with overlap, four of them or more, each two thirds of its shorter side; of a picture more
 * than about eight times as long as wide, 16 along it that are apart.
 */
export function quarters({ width, height }: Size): Region[] {
  const size = (2 / 3) * Math.min(width, height);
  const starts = (length: number) => {
    const count = Math.min(MOST, Math.max(2, Math.ceil((1.5 * (length - size)) / size) + 1));
    return Array.from({ length: count }, (_, i) => size / 2 + (i * (length - size)) / (count - 1));
  };
  return starts(height).flatMap((y) =>
    starts(width).map((x) => ({ centre: [x, y] as const, size, rotation: 0 })),
  );
}
