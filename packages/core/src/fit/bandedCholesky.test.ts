import { expect, test } from "vitest";
import { random } from "../array/random.js";
import { factorBanded, invertBanded, solveBanded } from "./bandedCholesky.js";

const n = 23;
const band = 4;
const width = band + 1;

/** A positive definite matrix in both forms. */
function example(seed: number) {
  const source = random(seed);
  const banded = new Float64Array(n * width);
  const dense = Array.from({ length: n }, () => new Float64Array(n));
  for (let i = 0; i < n; i++)
    for (let j = Math.max(0, i - band); j <= i; j++) {
      const value = i === j ? 10 : source.uniform(-1, 1);
      banded[i * width + i - j] = value;
      dense[i][j] = dense[j][i] = value;
    }
  return { source, banded, dense };
}

test("bandedCholesky: the solution satisfies the equations, wherever the matrix stands", () => {
  const { source, banded, dense } = example(1);
  const at = 7;
  const store = new Float64Array(at + banded.length);
  store.set(banded, at);
  const b = Float64Array.from({ length: n }, () => source.normal());
  const x = Float64Array.of(0, 0, ...b);
  expect(factorBanded(store, n, band, at)).toBe(true);
  solveBanded(store, n, band, at, x, 2);
  for (let i = 0; i < n; i++)
    expect(dense[i].reduce((sum, value, j) => sum + value * x[2 + j], 0)).toBeCloseTo(b[i], 12);
});

test("bandedCholesky: the inverse within the band is that of unit vectors' solutions", () => {
  const { banded } = example(2);
  factorBanded(banded, n, band, 0);
  const inverse = new Float64Array(n * width);
  invertBanded(banded, n, band, 0, inverse);
  for (let j = 0; j < n; j++) {
    const column = new Float64Array(n);
    column[j] = 1;
    solveBanded(banded, n, band, 0, column, 0);
    for (let i = j; i < Math.min(n, j + width); i++)
      expect(inverse[i * width + i - j]).toBeCloseTo(column[i], 12);
  }
});

test("bandedCholesky: says so when a matrix isn't positive definite", () => {
  const { banded } = example(3);
  banded[5 * width] = -1;
  expect(factorBanded(banded, n, band, 0)).toBe(false);
});
