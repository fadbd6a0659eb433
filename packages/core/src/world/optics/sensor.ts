import { type Random, random } from "../../array/random.js";
import type { Image } from "../../image/image.js";

/** What a camera does to light besides projecting it. */
export interface Sensor {
  /** Standard deviation of the blur of lens and sensor, pixels. */
  softness: number;
  /** Factors of red, green and blue: exposure and white balance. */
  gain: readonly [number, number, number];
  /** Exponent of the brightness: below 1 lifts the shadows. */
  gamma: number;
  /** Factor of the colours' distance from grey. */
  saturation: number;
  /** How much darker the corners are than the middle, 0 to 1. */
  vignette: number;
  /** Standard deviation of the noise, in grey levels: that of the electronics, and that of light at full brightness. */
  readNoise: number;
  shotNoise: number;
}

/** A faultless camera. */
export const CLEAR_SENSOR: Sensor = {
  softness: 0,
  gain: [1, 1, 1],
  gamma: 1,
  saturation: 1,
  vignette: 0,
  readNoise: 0,
  shotNoise: 0,
};

/** A camera of those that people have: mostly decent, sometimes dim, coloured or noisy. */
export function drawSensor(chance: Random): Sensor {
  const exposure = Math.exp(chance.normal(0, 0.18));
  const warmth = chance.normal(0, 0.07);
  const dim = chance.uniform() < 0.2;
  return {
    softness: chance.uniform() < 0.5 ? 0 : chance.uniform(0.3, 1.1),
    gain: [exposure * (1 + warmth), exposure * (1 + chance.normal(0, 0.02)), exposure * (1 - warmth)],
    gamma: Math.exp(chance.normal(0, 0.15)),
    saturation: Math.max(0, chance.normal(1, 0.25)) * (chance.uniform() < 0.03 ? 0 : 1),
    vignette: chance.uniform() < 0.4 ? chance.uniform(0, 0.35) : 0,
    readNoise: dim ? chance.uniform(2, 7) : chance.uniform(0, 2.5),
    shotNoise: dim ? chance.uniform(3, 10) : chance.uniform(0, 4),
  };
}

/** So many numbers of the normal distribution are drawn once; noise reads them from a place that changes with each row. */
const NORMALS = 1 << 15;
let normals: Float32Array | undefined;

function normalTable(): Float32Array {
  const chance = random(7);
  return Float32Array.from({ length: NORMALS }, () => chance.normal());
}

/**
 * Makes a rendered picture one that this sensor took, in place.
 *
 * @param seed Decides the noise of this picture.
 */
export function exposeSensor(image: Image, sensor: Sensor, seed: number): void {
  if (sensor.softness > 0) soften(image, sensor.softness);
  develop(image, sensor);
  if (sensor.readNoise > 0 || sensor.shotNoise > 0) addNoise(image, sensor, seed);
}

function develop({ width, height, data }: Image, { gain, gamma, saturation, vignette }: Sensor): void {
  const curves = gain.map((factor) =>
    Float32Array.from({ length: 256 }, (_, level) => 255 * ((factor * level) / 255) ** gamma),
  );
  const [reds, greens, blues] = curves as [Float32Array, Float32Array, Float32Array];
  const reach = 4 / (width * width + height * height);
  for (let y = 0, p = 0; y < height; y++) {
    const dy = y - (height - 1) / 2;
    for (let x = 0; x < width; x++, p += 3) {
      const dx = x - (width - 1) / 2;
      const light = 1 - vignette * reach * (dx * dx + dy * dy);
      const red = light * reds[data[p]];
      const green = light * greens[data[p + 1]];
      const blue = light * blues[data[p + 2]];
      const grey = 0.299 * red + 0.587 * green + 0.114 * blue;
      data[p] = level(grey + saturation * (red - grey));
      data[p + 1] = level(grey + saturation * (green - grey));
      data[p + 2] = level(grey + saturation * (blue - grey));
    }
  }
}

const level = (value: number) => (value < 0 ? 0 : value > 255 ? 255 : value + 0.5);

/** Noise whose variance grows with the light (Foi et al. 2008, "Practical Poissonian-Gaussian noise modeling"). */
function addNoise({ width, height, data }: Image, { readNoise, shotNoise }: Sensor, seed: number): void {
  normals ??= normalTable();
  const deviation = Float32Array.from({ length: 256 }, (_, v) =>
    Math.sqrt(readNoise * readNoise + (shotNoise * shotNoise * v) / 255),
  );
  const chance = random(seed);
  for (let y = 0, p = 0; y < height; y++) {
    let n = chance.integer(NORMALS);
    for (const end = p + width * 3; p < end; p++) {
      data[p] = level(data[p] + deviation[data[p]] * normals[n]);
      n = (n + 1) & (NORMALS - 1);
    }
  }
}

/** A separable Gaussian blur, the picture's edge repeated. */
function soften({ width, height, data }: Image, deviation: number): void {
  const radius = Math.ceil(2.5 * deviation);
  const kernel = Float32Array.from({ length: radius + 1 }, (_, k) =>
    Math.exp((-k * k) / (2 * deviation * deviation)),
  );
  const sum = kernel.reduce((total, weight, k) => total + (k === 0 ? weight : 2 * weight), 0);
  for (let k = 0; k <= radius; k++) kernel[k] /= sum;
  const line = new Float32Array((Math.max(width, height) + 2 * radius) * 3);
  for (let y = 0; y < height; y++) blurLine(data, y * width * 3, 3, width, kernel, line);
  for (let x = 0; x < width; x++) blurLine(data, x * 3, width * 3, height, kernel, line);
}

function blurLine(
  data: Uint8Array,
  from: number,
  step: number,
  length: number,
  kernel: Float32Array,
  line: Float32Array,
): void {
  const radius = kernel.length - 1;
  for (let i = -radius, l = 0; i < length + radius; i++) {
    const p = from + Math.max(0, Math.min(length - 1, i)) * step;
    for (let c = 0; c < 3; c++) line[l++] = data[p + c];
  }
  for (let i = 0, l = 3 * radius; i < length; i++)
    for (let c = 0; c < 3; c++, l++) {
      let value = kernel[0] * line[l];
      for (let k = 1, off = 3; k <= radius; k++, off += 3)
        value += kernel[k] * (line[l - off] + line[l + off]);
      data[from + i * step + c] = value + 0.5;
    }
}
