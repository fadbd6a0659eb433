import { blankPlanes, type ColourMatrix, type Image, type Planes, type Size } from "@marey/core/image";
import type { Frame } from "node-av/lib";
import type { Library } from "./library.js";
import { openPlaneScaler, openScaler } from "./scaler.js";
import { isSideways, type Turn, turnInto, turnPlanesInto } from "./turn.js";

/** Makes decoded frames into pictures as displayed: scaled, RGB, turned. */
export interface Painter {
  /** @param out Of the painter's size. @throws MareyError `VIDEO_SCALE`. */
  paint(frame: Frame, out: Image): Promise<void>;
  close(): void;
}

/** @param size Of the pictures as delivered. A frame of another shape than the first is stretched to it. */
export function openPainter(lib: Library, size: Size, turn: Turn | undefined, source: string): Painter {
  const scaled = isSideways(turn) ? { width: size.height, height: size.width } : size;
  const scaler = openScaler(lib, scaled, source);
  const upright = turn ? blankRgb(scaled) : undefined;
  return {
    async paint(frame, out) {
      await scaler.scale(frame, (upright ?? out).data);
      if (upright && turn) turnInto(upright, turn, out);
    },
    close: () => scaler.close(),
  };
}

/** Makes decoded frames into planes as displayed: scaled and turned. */
export interface PlanePainter {
  /** @param out Of the painter's size and matrix. @throws MareyError `VIDEO_SCALE`. */
  paint(frame: Frame, out: Planes): Promise<void>;
  close(): void;
}

/** As `openPainter`, without making pictures RGB. */
export function openPlanePainter(
  lib: Library,
  size: Size,
  matrix: ColourMatrix,
  turn: Turn | undefined,
  source: string,
): PlanePainter {
  const scaled = isSideways(turn) ? { width: size.height, height: size.width } : size;
  const scaler = openPlaneScaler(lib, scaled, matrix, source);
  const upright = turn ? blankPlanes(scaled, matrix) : undefined;
  return {
    async paint(frame, out) {
      await scaler.scale(frame, upright ?? out);
      if (upright && turn) turnPlanesInto(upright, turn, out);
    },
    close: () => scaler.close(),
  };
}

/** A decoded frame's size as displayed. */
export function shownSize({ width, height }: Size, turn: Turn | undefined): Size {
  return isSideways(turn) ? { width: height, height: width } : { width, height };
}

/** The size with the longer side brought down to at most `longerSide`. */
export function fitted({ width, height }: Size, longerSide = Number.POSITIVE_INFINITY): Size {
  const scale = Math.min(1, longerSide / Math.max(width, height));
  return { width: Math.max(1, Math.round(width * scale)), height: Math.max(1, Math.round(height * scale)) };
}

/** A black RGB picture. */
export function blankRgb({ width, height }: Size): Image {
  return { width, height, channels: 3, data: new Uint8Array(width * height * 3) };
}
