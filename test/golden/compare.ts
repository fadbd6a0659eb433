import type { Case, Outputs, Stored, Tolerance } from "./fixture.js";
import { numbers } from "./fixture.js";

/** Compares an operation's outputs with a case's; returns what is wrong with the first output that misses. */
export function compare(fixture: Case, outputs: Outputs): string | undefined {
  const { compare: ways = {}, outputTolerance = {}, gradientTolerance = {} } = fixture.attributes;
  for (const [name, stored] of Object.entries(fixture.expected)) {
    const way = ways[name];
    if (way === "info") continue;
    const got = outputs[name];
    if (got === undefined) return `output "${name}" was not computed`;
    const values = typeof got === "number" ? [got] : Array.from(got as ArrayLike<number | bigint>, Number);
    const wrong = compareOne(values, stored, outputTolerance[name] ?? fixture.tolerance, way);
    if (wrong) return `${name}: ${wrong}`;
  }
  for (const [name, stored] of Object.entries(fixture.gradients)) {
    const got = outputs[gradientOf(name)];
    if (got === undefined) return `the gradient of "${name}" was not computed`;
    const values = Array.from(got as ArrayLike<number>, Number);
    const wrong = compareOne(values, stored, gradientTolerance[name] ?? fixture.tolerance);
    if (wrong) return `gradient of ${name}: ${wrong}`;
  }
  return undefined;
}

/** The name under which an operation returns the gradient of L with respect to an input. */
export const gradientOf = (name: string) => `gradient of ${name}`;

function compareOne(got: number[], stored: Stored, tolerance: Tolerance, way?: string): string | undefined {
  const want = Array.from(numbers(stored));
  if (got.length !== want.length) return `${got.length} values, expected ${want.length} [${stored.shape}]`;
  const integer = !["F64", "F32", "F16", "BF16"].includes(stored.dtype);
  const limits = integer ? { absolute: 0, relative: 0 } : tolerance;
  const rowLength = stored.shape.at(-1) ?? 1;
  switch (way) {
    case undefined:
      return difference(got, want, limits);
    case "upToSign":
      return best([got, negate(got)], want, limits);
    case "upToSignPerRow":
      return rows(want, rowLength)
        .map((row, i) => {
          const mine = got.slice(i * rowLength, (i + 1) * rowLength);
          return best([mine, negate(mine)], row, limits);
        })
        .find((wrong) => wrong !== undefined);
    case "upToScale":
      return best([unit(got), negate(unit(got))], unit(want), limits);
    case "set":
      return compareSets(
        rows(got, want.length / (stored.shape[0] ?? 1)),
        rows(want, want.length / (stored.shape[0] ?? 1)),
        limits,
      );
    case "atMost":
    case "atLeast":
      return want
        .map((w, i) => {
          const slack = allowance(w, limits);
          const fine = way === "atMost" ? got[i] <= w + slack : got[i] >= w - slack;
          return fine ? undefined : `[${i}] is ${got[i]}, must be ${way === "atMost" ? "≤" : "≥"} ${w}`;
        })
        .find((wrong) => wrong !== undefined);
    default:
      return `unknown comparison "${way}"`;
  }
}

function allowance(
  want: number,
  { absolutePixels = 0, absolute = absolutePixels, relative = 0, mixed }: Tolerance,
): number {
  return mixed !== undefined ? mixed * (1 + Math.abs(want)) : absolute + relative * Math.abs(want);
}

function difference(got: number[], want: number[], tolerance: Tolerance): string | undefined {
  for (let i = 0; i < want.length; i++) {
    if (Object.is(got[i], want[i]) || got[i] === want[i]) continue;
    if (!(Math.abs(got[i] - want[i]) <= allowance(want[i], tolerance)))
      return `[${i}] is ${got[i]}, expected ${want[i]} (off by ${Math.abs(got[i] - want[i])})`;
  }
  return undefined;
}

function best(candidates: number[][], want: number[], tolerance: Tolerance): string | undefined {
  const wrongs = candidates.map((candidate) => difference(candidate, want, tolerance));
  return wrongs.some((wrong) => wrong === undefined) ? undefined : wrongs[0];
}

function compareSets(got: number[][], want: number[][], tolerance: Tolerance): string | undefined {
  const left = [...got];
  for (const row of want) {
    const at = left.findIndex((mine) => difference(mine, row, tolerance) === undefined);
    if (at < 0) return `no row equals [${row.slice(0, 6)}…]`;
    left.splice(at, 1);
  }
  return undefined;
}

const negate = (values: number[]) => values.map((v) => -v);
const unit = (values: number[]) => values.map((v) => v / Math.hypot(...values));
const rows = (values: number[], length: number) =>
  Array.from({ length: values.length / length }, (_, i) => values.slice(i * length, (i + 1) * length));
