import type { Image, Planes, Size } from "@marey/core/image";
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
  async function* iterate(): AsyncGenerator<Frame> {
    const [turnImage, turnCanvas] = [turner(turn), planeTurner(turn)];
    for await (const { image, canvas, ...frame } of source)
      yield { ...frame, image: turnImage(image), ...(canvas && { canvas: turnCanvas(canvas) }) };
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

/** Turns pictures into memory that it keeps for as long as their size stays. */
function turner(turn: Turn): (image: Image) => Image {
  let out: Image | undefined;
  return (image) => {
    const { channels, data } = image;
    const size = turnedSize(image, turn);
    if (out?.width !== size.width || out.height !== size.height)
      out = { ...size, channels, data: new Uint8Array(data.length) };
    turnInto(image, turn, out);
    return out;
  };
}

/** The same for planes. */
function planeTurner(turn: Turn): (planes: Planes) => Planes {
  const [turnLuma, turnChroma] = [turner(turn), turner(turn)];
  return ({ luma, chroma, matrix, ...size }) => ({
    ...turnedSize(size, turn),
    luma: turnLuma(luma),
    chroma: turnChroma(chroma),
    matrix,
  });
}

const turnedSize = ({ width, height }: Size, turn: Turn): Size =>
  isSideways(turn) ? { width: height, height: width } : { width, height };
