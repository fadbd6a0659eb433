import type { Image } from "@marey/core/image";
import type { Frame, FrameSource } from "@marey/core/seam";
import { isSideways, type Turn, turnInto } from "../video/turn.js";

export interface TurnOptions {
  /** Mirror the pictures, left for right. */
  flip?: boolean;
  /** Turn them against the clock, degrees, before they are mirrored. */
  rotate?: 0 | 90 | 180 | 270;
}

const turns: Record<number, Turn> = {
  0: [1, 0, 0, 1],
  90: [0, -1, 1, 0],
  180: [-1, 0, 0, -1],
  270: [0, 1, -1, 0],
};

/** A source whose pictures are turned and mirrored before anybody sees them. */
export function turned(source: FrameSource, { flip = false, rotate = 0 }: TurnOptions): FrameSource {
  if (!flip && rotate === 0) return source;
  const [a, b, c, d] = turns[rotate] as Turn;
  const turn: Turn = flip ? [-a, b, -c, d] : [a, b, c, d];
  const isTurned = isSideways(turn);
  let out: Image | undefined;
  async function* iterate(): AsyncGenerator<Frame> {
    for await (const frame of source) {
      const { width, height, channels, data } = frame.image;
      const size = isTurned ? { width: height, height: width } : { width, height };
      if (out?.width !== size.width || out.height !== size.height)
        out = { ...size, channels, data: new Uint8Array(data.length) };
      turnInto(frame.image, turn, out);
      yield { ...frame, image: out };
    }
  }
  const { width, height, deliveredWidth, deliveredHeight } = source;
  return {
    ...source,
    ...(isTurned && {
      width: height,
      height: width,
      deliveredWidth: deliveredHeight,
      deliveredHeight: deliveredWidth,
    }),
    [Symbol.asyncIterator]: iterate,
  };
}
