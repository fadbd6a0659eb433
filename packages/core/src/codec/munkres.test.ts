import fc from "fast-check";
import { expect, test } from "vitest";
import { assign } from "../array/assignment.js";
import { munkres } from "./munkres.js";
import { topCells } from "./topCells.js";

test("its assignments cost as little as those of shortest paths", () =>
  fc.assert(
    fc.property(
      fc
        .integer({ min: 1, max: 8 })
        .chain((n) => fc.array(fc.integer({ min: -5, max: 20 }), { minLength: n * n, maxLength: n * n })),
      (costs) => {
        const n = Math.sqrt(costs.length);
        const columns = munkres(Float64Array.from(costs), n);
        expect(new Set(columns).size).toBe(n);
        const total = columns.reduce((sum, column, row) => sum + costs[row * n + column], 0);
        expect(total).toBe(assign(costs, n, n).total);
      },
    ),
  ));

test("the top cells hold the largest values in falling order", () =>
  fc.assert(
    fc.property(
      fc.array(fc.integer({ min: 0, max: 9 }), { maxLength: 60 }),
      fc.integer({ min: 0, max: 12 }),
      (values, count) => {
        const cells = topCells(values, count);
        expect(new Set(cells).size).toBe(Math.min(count, values.length));
        const sorted = [...values].sort((a, b) => b - a);
        expect(Array.from(cells, (i) => values[i])).toEqual(sorted.slice(0, count));
      },
    ),
  ));
