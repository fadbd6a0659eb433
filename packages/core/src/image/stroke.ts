import type { Colour } from "./draw.js";

/** How a joint, and the limbs that end in it, are drawn. */
export interface Stroke {
  part: "body" | "hand" | "face";
  /** Width as a share of a limb's. */
  size: number;
  /** Its own colour; the person's when absent. */
  colour?: Colour;
}

/** As in GLB files. */
const left: Colour = [255, 140, 46];
const right: Colour = [52, 172, 255];
const pale: Colour = [235, 240, 245];
/** From thumb to little finger, as OpenPose's users know them: red, yellow, green, blue, violet. */
const fingers: Record<string, Colour> = {
  hand_root: [150, 150, 150],
  thumb: [255, 70, 70],
  index: [250, 225, 60],
  middle: [70, 220, 110],
  ring: [80, 150, 255],
  pinky: [225, 100, 255],
};

/** Joints that stand close together. */
const small = /(^|_)(nose|eye|ear|mouth|finger|thumb|pinky|index|toe|heel)/;
const finger = /^(?:left_|right_)?(hand_root|(?:thumb|index|middle|ring|pinky)(?=\d))/;

/** The stroke of a joint by its name: the left side orange, the right side blue; fingers and faces finer. */
export function strokeOf(name: string): Stroke {
  if (/^face_\d+$/.test(name)) return { part: "face", size: 0.2, colour: pale };
  const which = finger.exec(name)?.[1];
  if (which !== undefined) return { part: "hand", size: 0.34, colour: fingers[which] };
  const size = small.test(name) ? 0.6 : 1;
  if (name.startsWith("left_")) return { part: "body", size, colour: left };
  return name.startsWith("right_") ? { part: "body", size, colour: right } : { part: "body", size };
}

/** The stroke of a limb: as its ends where they agree, the side's where one end is in the middle, else the person's. */
export function limbStroke(a: Stroke, b: Stroke): Stroke {
  const fine = a.size < b.size ? a : b;
  if (fine.part !== "body") return fine;
  const colour = a.colour === undefined || a.colour === b.colour ? b.colour : b.colour ? undefined : a.colour;
  return { part: "body", size: fine.size, ...(colour && { colour }) };
}
