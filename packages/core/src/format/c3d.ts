import { type C3dParameter, c3dInvalid, c3dNumbers, readC3dParameters } from "./c3dParameters.js";

/** A C3D file: points over time and analogue channels. */
export interface C3d {
  labels: string[];
  /** Hz. */
  frameRate: number;
  firstFrame: number;
  frameCount: number;
  /** Length unit of the points as the file states it, mostly `mm`. */
  units: string;
  /** T×M×3; NaN where invalid. */
  points: Float64Array;
  /** T×M, 1 where the point is valid. */
  valid: Uint8Array;
  /** T×M, in the point unit; NaN where invalid. */
  residual: Float64Array;
  /** T×M, bit mask of the cameras that saw the point. */
  cameras: Uint8Array;
  analog: { labels: string[]; samplesPerFrame: number; data: Float64Array };
  parameters: Map<string, C3dParameter>;
}

export interface C3dOptions {
  /**
   * Reads a file whose last block of 512 bytes is not filled up, though the format wants it: such a file may be cut
   * off, or come from a careless writer. Refused when absent.
   */
  unpadded?: boolean;
}

/**
 * Reads a C3D file: Intel, DEC or MIPS numbers, integers or floats.
 *
 * @throws MareyError `C3D_INVALID` naming byte or parameter.
 */
export function readC3d(bytes: Uint8Array, name = "c3d", options: C3dOptions = {}): C3d {
  if (bytes.length < 1024 || bytes[1] !== 0x50)
    throw c3dInvalid(name, "it does not begin as a C3D file does (key 0x50 in byte 1)");
  if (bytes.length % 512 !== 0 && !options.unpadded)
    throw c3dInvalid(name, `its ${bytes.length} bytes are no whole number of 512-byte blocks: it is cut off`);
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const start = (bytes[0] - 1) * 512;
  if (start < 0 || start + 4 > bytes.length)
    throw c3dInvalid(name, "its parameter section lies outside the file");
  const numbers = c3dNumbers(view, bytes[start + 3], name);
  const parameters = readC3dParameters(bytes, start, numbers, name);
  const number = (key: string, otherwise: number) => {
    const value = parameters.get(key)?.[0];
    return typeof value === "number" ? value : otherwise;
  };
  const samples = numbers.uint16(18);
  const channels = samples === 0 ? 0 : numbers.uint16(4) / samples;
  const layout = {
    start: (number("POINT:DATA_START", numbers.uint16(16)) & 0xffff || numbers.uint16(16)) * 512 - 512,
    points: number("POINT:USED", numbers.uint16(2)) & 0xffff,
    channels: number("ANALOG:USED", channels) & 0xffff,
    samples: samples || 1,
    scale: number("POINT:SCALE", numbers.float(12)),
  };
  const frameRate = number("POINT:RATE", numbers.float(20));
  if (!(frameRate > 0 && frameRate < Infinity)) throw c3dInvalid(name, `its frame rate is ${frameRate}`);
  if (!Number.isFinite(layout.scale) || layout.scale === 0)
    throw c3dInvalid(name, `POINT:SCALE is ${layout.scale}`);
  const frameCount = countFrames(parameters, numbers.uint16(6), numbers.uint16(8));
  return {
    labels: labelsOf(parameters, "POINT", layout.points),
    frameRate,
    firstFrame: firstFrameOf(parameters, numbers.uint16(6)),
    frameCount,
    units: String(parameters.get("POINT:UNITS")?.[0] ?? "mm").trim(),
    ...readData(view, numbers, layout, frameCount, parameters, name),
    parameters,
  };
}

/** Two 16-bit words, low first, as TRIAL:ACTUAL_… hold a frame number. */
function frameWords(parameters: Map<string, C3dParameter>, key: string): number | undefined {
  const words = parameters.get(key) as readonly number[] | undefined;
  if (words?.length !== 2) return undefined;
  return (words[0] & 0xffff) + (words[1] & 0xffff) * 65536;
}

const firstFrameOf = (parameters: Map<string, C3dParameter>, header: number) =>
  frameWords(parameters, "TRIAL:ACTUAL_START_FIELD") ?? header;

/** The header holds 16 bits; longer recordings say their length in one of three ways. */
function countFrames(parameters: Map<string, C3dParameter>, first: number, last: number): number {
  const start = frameWords(parameters, "TRIAL:ACTUAL_START_FIELD");
  const end = frameWords(parameters, "TRIAL:ACTUAL_END_FIELD");
  if (start !== undefined && end !== undefined && end >= start) return end - start + 1;
  const long = parameters.get("POINT:LONG_FRAMES")?.[0];
  if (typeof long === "number" && long > 0) return Math.round(long);
  const frames = parameters.get("POINT:FRAMES")?.[0];
  const counted = last >= first ? last - first + 1 : 0;
  if (last === 65535 && typeof frames === "number") return Math.max(counted, frames & 0xffff);
  return counted;
}

function labelsOf(parameters: Map<string, C3dParameter>, group: string, count: number): string[] {
  const labels = ["LABELS", "LABELS2", "LABELS3"].flatMap((key) => [
    ...(parameters.get(`${group}:${key}`) ?? []),
  ]);
  return Array.from({ length: count }, (_, i) =>
    String(labels[i] ?? `${group === "POINT" ? "M" : "A"}${i + 1}`),
  );
}

interface Layout {
  start: number;
  points: number;
  channels: number;
  samples: number;
  scale: number;
}

function readData(
  view: DataView,
  numbers: ReturnType<typeof c3dNumbers>,
  { start, points: count, channels, samples, scale }: Layout,
  frames: number,
  parameters: Map<string, C3dParameter>,
  name: string,
) {
  const float = scale < 0;
  const size = float ? 4 : 2;
  const needed = start + frames * (4 * count + channels * samples) * size;
  if (start < 512 || needed > view.byteLength)
    throw c3dInvalid(
      name,
      `${frames} frames of ${count} points and ${channels * samples} analogue values end at byte ${needed}, the file at ${view.byteLength}`,
    );
  const read = float ? numbers.float : numbers.int16;
  const step = float ? 1 : scale;
  const points = new Float64Array(frames * count * 3);
  const valid = new Uint8Array(frames * count);
  const residual = new Float64Array(frames * count);
  const cameras = new Uint8Array(frames * count);
  const data = new Float64Array(frames * samples * channels);
  const calibration = analogCalibration(parameters, channels);
  const sample = float || !isUnsigned(parameters) ? read : numbers.uint16;
  let at = start;
  let a = 0;
  for (let t = 0; t < frames; t++) {
    for (let i = t * count; i < (t + 1) * count; i++, at += 4 * size) {
      const [x, y, z] = [read(at), read(at + size), read(at + 2 * size)];
      // Some writers mark a missing point by coordinates that are no numbers.
      const word = Number.isFinite(x + y + z) ? Math.trunc(read(at + 3 * size)) : -1;
      const seen = word >= 0;
      valid[i] = seen ? 1 : 0;
      residual[i] = seen ? (word & 255) * Math.abs(scale) : NaN;
      cameras[i] = seen ? (word >> 8) & 127 : 0;
      points.set(seen ? [x * step, y * step, z * step] : [NaN, NaN, NaN], i * 3);
    }
    for (let s = 0; s < samples; s++)
      for (let c = 0; c < channels; c++, at += size)
        data[a++] = (sample(at) - calibration.offset[c]) * calibration.scale[c];
  }
  const labels = labelsOf(parameters, "ANALOG", channels);
  return { points, valid, residual, cameras, analog: { labels, samplesPerFrame: samples, data } };
}

const isUnsigned = (parameters: Map<string, C3dParameter>) =>
  String(parameters.get("ANALOG:FORMAT")?.[0] ?? "").startsWith("UNSIGNED");

function analogCalibration(parameters: Map<string, C3dParameter>, channels: number) {
  const list = (key: string, otherwise: number) => {
    const values = parameters.get(key) ?? [];
    return Array.from({ length: channels }, (_, c) => Number(values[c] ?? otherwise));
  };
  const general = Number(parameters.get("ANALOG:GEN_SCALE")?.[0] ?? 1);
  return {
    offset: list("ANALOG:OFFSET", 0),
    scale: list("ANALOG:SCALE", 1).map((scale) => scale * general),
  };
}
