import fc from "fast-check";
import { expect, test } from "vitest";
import { MareyError } from "../error.js";
import { assign, assignWithin } from "./assignment.js";

/** A matrix of small integers (so that ties happen), up to 5 × 5. */
const matrix = fc
  .tuple(fc.integer({ min: 1, max: 5 }), fc.integer({ min: 1, max: 5 }))
  .chain(([rows, columns]) =>
    fc.record({
      rows: fc.constant(rows),
      columns: fc.constant(columns),
      cost: fc.array(fc.oneof(fc.integer({ min: -9, max: 9 }), fc.constant(Infinity)), {
        minLength: rows * columns,
        maxLength: rows * columns,
      }),
    }),
  );

/** Smallest objective over all partial matchings, `unmatched` for each row or column that is left alone. */
function bruteForce(cost: number[], rows: number, columns: number, unmatched: number): number {
  const search = (row: number, taken: number): number => {
    if (row === rows) return unmatched * (columns - taken.toString(2).replaceAll("0", "").length);
    let best = unmatched + search(row + 1, taken);
    for (let c = 0; c < columns; c++)
      if (!(taken & (1 << c)))
        best = Math.min(best, cost[row * columns + c]! + search(row + 1, taken | (1 << c)));
    return best;
  };
  return search(0, 0);
}

test("assign: the total is the smallest of all complete assignments, or none exists", () =>
  fc.assert(
    fc.property(matrix, ({ rows, columns, cost }) => {
      // So dear to leave out that a complete assignment always wins where there is one.
      const idle = 1000;
      const left = idle * Math.abs(rows - columns);
      const best = bruteForce(cost, rows, columns, idle) - left;
      if (best >= idle) {
        expect(() => assign(cost, rows, columns)).toThrow(MareyError);
        return;
      }
      const found = assign(cost, rows, columns);
      expect(found.total).toBe(best);
      expect(new Set(found.columns).size).toBe(Math.min(rows, columns));
      expect(new Set(found.rows).size).toBe(Math.min(rows, columns));
    }),
  ));

test("assignWithin: the objective is the smallest of all partial assignments", () =>
  fc.assert(
    fc.property(matrix, fc.integer({ min: 0, max: 12 }), ({ rows, columns, cost }, limit) => {
      const found = assignWithin(cost, rows, columns, limit);
      const unmatched = rows + columns - 2 * found.rows.length;
      expect(found.total + (unmatched * limit) / 2).toBeCloseTo(
        bruteForce(cost, rows, columns, limit / 2),
        9,
      );
      for (const [i, row] of found.rows.entries())
        expect(cost[row * columns + found.columns[i]!]!).toBeLessThan(limit);
    }),
  ));

test("assign: maximising is minimising the negative", () => {
  const cost = [7, 5, 9, 8, 9, 4, 2, 3, 6, 1, 4, 7];
  expect(assign(cost, 3, 4, { maximise: true }).total).toBe(
    -assign(
      cost.map((c) => -c),
      3,
      4,
    ).total,
  );
});

test("assign: what can't be solved is refused by a code", () => {
  const code = (run: () => unknown) => {
    try {
      run();
    } catch (error) {
      return (error as MareyError).code;
    }
    return undefined;
  };
  expect(code(() => assign([1, NaN, 2, 3], 2, 2))).toBe("ASSIGNMENT_INVALID");
  expect(code(() => assign([1, -Infinity, 2, 3], 2, 2))).toBe("ASSIGNMENT_INVALID");
  expect(code(() => assign([1, 2, 3], 2, 2))).toBe("ASSIGNMENT_INVALID");
  expect(code(() => assign([1, Infinity, 2, Infinity], 2, 2))).toBe("ASSIGNMENT_INFEASIBLE");
});
