import * as g from "@marey/core/graph";
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { filled, float, values } from "./values.js";

describe("einsum", () => {
  /** Some letters for each operand, and some of all letters for the result. */
  const equations = fc
    .tuple(fc.subarray([..."abcd"], { minLength: 1 }), fc.subarray([..."bcde"], { minLength: 1 }))
    .chain(([left, right]) => {
      const shuffled = (letters: string[]) =>
        fc.shuffledSubarray(letters, { minLength: letters.length, maxLength: letters.length });
      return fc.tuple(
        shuffled(left),
        shuffled(right),
        fc.shuffledSubarray([...new Set([...left, ...right])]),
      );
    });

  test("equals the sum over all letters, and so do its gradients", () =>
    fc.assert(
      fc.asyncProperty(equations, async ([left, right, result]) => {
        const equation = `${left.join("")},${right.join("")}->${result.join("")}`;
        const shape = (letters: string[]) => letters.map((letter) => 2 + (letter.charCodeAt(0) % 3));
        const [a, b] = [g.input("a", shape(left)), g.input("b", shape(right))];
        const y = g.einsum(equation, a, b);
        const seed = filled(y.shape);
        const [da, db] = g.gradients(g.reduceSum(g.mul(y, g.constant(seed, y.shape))), [a, b]);
        const feeds = { a: float(a.shape, filled(a.shape)), b: float(b.shape, filled(b.shape)) };
        const got = await values({ y, da: da!, db: db! }, feeds);
        const all = [...new Set([...left, ...right])];
        const sums = {
          y: new Float64Array(seed.length),
          da: new Float64Array(got.da!.length),
          db: new Float64Array(got.db!.length),
        };
        const sizes = shape(all);
        for (let at = 0; at < g.sizeOf(sizes); at++) {
          const place = (letters: string[]) =>
            letters.reduce(
              (flat, letter) =>
                flat * (2 + (letter.charCodeAt(0) % 3)) + digit(at, sizes, all.indexOf(letter)),
              0,
            );
          const [i, j, k] = [place(left), place(right), place(result)];
          sums.y[k]! += feeds.a.data[i]! * feeds.b.data[j]!;
          sums.da[i]! += seed[k]! * feeds.b.data[j]!;
          sums.db[j]! += seed[k]! * feeds.a.data[i]!;
        }
        for (const name of ["y", "da", "db"] as const)
          sums[name].forEach((want, i) => {
            expect(got[name]![i], `${equation} ${name}`).toBeCloseTo(want, 4);
          });
      }),
      { numRuns: 100 },
    ));

  test.each([
    ["ii->i", [[3, 3]], [1, 5, 9]],
    ["ii", [[3, 3]], [15]],
    [
      "ij,ij",
      [
        [3, 3],
        [3, 3],
      ],
      [285],
    ],
    ["...j,...j->...", [[3, 3], [3]], [14, 32, 50]],
    ["i...->...", [[3, 3]], [12, 15, 18]],
    ["ij,j,j->i", [[3, 3], [3], [1]], [14, 32, 50]],
  ] as const)("%s", async (equation, shapes, want) => {
    const operands = shapes.map((shape) =>
      g.constant(
        Array.from({ length: g.sizeOf(shape) }, (_, i) => i + 1),
        shape,
      ),
    );
    const { y } = await values({ y: g.einsum(equation, ...operands) });
    expect([...y!]).toEqual(want);
  });
});

/** The index along one axis of a flat place. */
const digit = (at: number, sizes: readonly number[], axis: number) =>
  Math.floor(at / g.sizeOf(sizes.slice(axis + 1))) % sizes[axis]!;
