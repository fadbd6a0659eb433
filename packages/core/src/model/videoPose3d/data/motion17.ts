import { gunzipSync } from "fflate";
import { z } from "zod";
import { MareyError } from "../../../error.js";
import { readJson } from "../../../format/lines.js";
import { LIFTED_JOINTS, type MotionClip } from "../sequence.js";

const Index = z.object({
  fps: z.number().positive(),
  up: z.enum(["y", "z"]),
  frames: z.number().int().positive(),
  shape: z.tuple([z.unknown(), z.literal(LIFTED_JOINTS), z.literal(3)]),
  unit: z.string(),
  clips: z.array(
    z.object({
      name: z.string(),
      action: z.string(),
      start: z.number().int().nonnegative(),
      frames: z.number().int().positive(),
      bones_mm: z.array(z.number()).length(LIFTED_JOINTS - 1),
      same_as: z.string().optional(),
    }),
  ),
});

/** A clip of the set, with what its index says of it. */
export interface Motion17Clip extends MotionClip {
  /** 16: mean length of the bone from its parent of joints 1 to 16, metres, as the index states them. */
  bones: Float64Array;
  /** The clip whose motion this one repeats, on another skeleton. */
  sameAs?: string;
}

const REMEDY = "Copy both files of the set again";

/**
 * Reads a set of clips of the layout `h36m17` stored as 16-bit integers of half a millimetre, with an index in JSON.
 *
 * @param data the numbers, gzipped or not: frames × 17 × 3, little-endian.
 * @param index the JSON beside it.
 * @throws MareyError `MOTION17_INVALID` when the two don't belong together.
 */
export function readMotion17(data: Uint8Array, index: Uint8Array, name = "motion17"): Motion17Clip[] {
  const parsed = Index.safeParse(readJson(index, `${name}.json`));
  if (!parsed.success)
    throw invalid(`${name}.json`, z.prettifyError(parsed.error).replaceAll("\n", "; "), parsed.error);
  const { fps, up, frames, unit, clips } = parsed.data;
  const scale = metresOf(unit, name);
  const bytes = unpacked(data, frames * LIFTED_JOINTS * 3 * 2, name);
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  return clips.map((clip) => {
    if (clip.start + clip.frames > frames)
      throw invalid(`${name}.json`, `clip "${clip.name}" ends after the ${frames} frames of the set`);
    const positions = new Float32Array(clip.frames * LIFTED_JOINTS * 3);
    const from = clip.start * LIFTED_JOINTS * 3;
    for (let i = 0; i < positions.length; i++) positions[i] = view.getInt16(2 * (from + i), true) * scale;
    return {
      name: clip.name,
      action: clip.action,
      frameRate: fps,
      up,
      positions,
      bones: Float64Array.from(clip.bones_mm, (length) => length / 1000),
      ...(clip.same_as !== undefined && { sameAs: clip.same_as }),
    };
  });
}

/** Metres per unit of a text such as "0.5 mm". */
function metresOf(unit: string, name: string): number {
  const [, value, letters] = /^([\d.]+) (mm|cm|m)$/.exec(unit) ?? [];
  const scale = Number(value) * { mm: 1e-3, cm: 1e-2, m: 1 }[(letters ?? "m") as "mm" | "cm" | "m"];
  if (!(scale > 0)) throw invalid(`${name}.json`, `the unit "${unit}" is not a number of mm, cm or m`);
  return scale;
}

/** The bytes, unpacked into no more memory than the index promises. */
function unpacked(data: Uint8Array, size: number, name: string): Uint8Array {
  let bytes = data;
  if (data[0] === 0x1f && data[1] === 0x8b && data.length > 18) {
    // The last four bytes are the length of what was packed; a file that promises another one isn't unpacked.
    const promised = new DataView(data.buffer, data.byteOffset + data.length - 4, 4).getUint32(0, true);
    if (promised !== size)
      throw invalid(name, `it unpacks to ${promised} bytes, but its index promises ${size}`);
    try {
      bytes = gunzipSync(data, { out: new Uint8Array(size) });
    } catch (cause) {
      throw invalid(name, "it is no valid gzip file", cause);
    }
  }
  if (bytes.length !== size)
    throw invalid(name, `it has ${bytes.length} bytes, but its index promises ${size}`);
  return bytes;
}

const invalid = (where: string, what: string, cause?: unknown) =>
  new MareyError("MOTION17_INVALID", where, what, REMEDY, { cause });
