import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { distributionBoxes } from "./distributionBoxes.js";
import { boxRows, rowJoints } from "./rows.js";

const unit = { scaleX: 1, scaleY: 1, shift: 0 };

describe("tables", () => {
  const side = fc.integer({ min: 1, max: 200 });
  test("a box is the same in each of its forms, and in columns as in rows", () => {
    fc.assert(
      fc.property(side, side, side, side, (left, top, width, height) => {
        const forms = {
          xyxy: [left, top, left + width, top + height],
          yxyx: [top, left, top + height, left + width],
          cxcywh: [left + width / 2, top + height / 2, width, height],
        } as const;
        for (const [form, box] of Object.entries(forms)) {
          const table = [
            [0.9, ...box],
            [0.1, ...box],
          ];
          const options = { from: 1, form: form as "xyxy", unit, score: { column: 0 }, minScore: 0.5 };
          const rows = boxRows({ data: table.flat(), rows: 2, columns: 5 }, options);
          expect(rows).toEqual([{ row: 0, score: 0.9, box: [left, top, left + width, top + height] }]);
          const data = table[0].flatMap((_, c) => table.map((row) => row[c]));
          expect(boxRows({ data, rows: 2, columns: 5, transposed: true }, options)).toEqual(rows);
        }
      }),
    );
  });

  test("scores: logits, a factor, one for each class, a class in a column", () => {
    const data = [0, 0, 4, 4, 0, 2, -1, 1];
    const read = (score: object, more: object = {}) =>
      boxRows(
        { data, rows: 1, columns: 8 },
        { from: 0, form: "xyxy", unit, score: { column: 5, ...score }, minScore: 0.01, ...more },
      ).map((row) => row.score);
    expect(read({ logit: true })).toEqual([1 / (1 + Math.exp(-2))]);
    expect(read({ logit: true, times: 7 })[0]).toBeCloseTo(1 / (1 + Math.exp(-2)) / (1 + Math.exp(-1)));
    expect(read({ times: 7 })).toEqual([2]);
    expect(read({ classes: 3 })).toEqual([2]);
    expect(read({ classes: 3 }, { wanted: 2 })).toEqual([]);
    expect(read({}, { classColumn: 4 })).toEqual([2]);
    expect(read({}, { classColumn: 4, wanted: 3 })).toEqual([]);
  });

  test("boxes without size, and scores that are no numbers, aren't found", () => {
    const options = { from: 1, form: "xyxy", unit, score: { column: 0 }, minScore: 0.5 } as const;
    expect(boxRows({ data: [0.9, 3, 3, 3, 9, NaN, 0, 0, 4, 4], rows: 2, columns: 5 }, options)).toEqual([]);
  });

  test("joints: x and y in any order, relative to the input, a score kept within 0..1", () => {
    const rows = { data: [9, 0.5, 0.25, 3, 0, 1, 1, 0, 0], rows: 1, columns: 9 };
    const relative = { scaleX: 64, scaleY: 32, shift: -0.5 };
    expect([...rowJoints(rows, 0, 1, ["y", "x", "score", "skip"], 2, relative)]).toEqual([
      15.5, 15.5, 1, 63.5, 31.5, 0,
    ]);
    expect(rowJoints(rows, 0, 1, ["y", "x", "skip", "logit"], 1, relative)[2]).toBe(0.5);
    expect([...rowJoints(rows, 0, 1, ["x", "y"], 1, unit)]).toEqual([0.5, 0.25, 1]);
  });
});

test("distributions: a box at the expected distances from its cell's middle", () => {
  const [columns, bins, stride] = [4, 5, 8];
  const scores = new Float32Array(16 * 2);
  const distances = new Float32Array(16 * 4 * bins).fill(-40);
  const cell = 6; // column 2, row 1
  scores[cell * 2 + 1] = 0.8;
  // Left 1, top between 1 and 2, right 2, bottom 3 strides.
  for (const [side, hot] of [[1], [1, 2], [2], [3]].entries())
    for (const bin of hot) distances[(cell * 4 + side) * bins + bin] = 0;
  const options = { columns, stride, classes: 2, wanted: 1, bins, minScore: 0.5 };
  const [found, ...others] = distributionBoxes(scores, distances, options);
  expect(others).toEqual([]);
  const [x, y] = [2.5 * 8 - 0.5, 1.5 * 8 - 0.5];
  expect(found.score).toBeCloseTo(0.8);
  for (const [i, edge] of [x - 8, y - 12, x + 16, y + 24].entries())
    expect(found.box[i]).toBeCloseTo(edge, 4);
  expect(distributionBoxes(scores, distances, { ...options, wanted: 0 })).toEqual([]);
  expect(distributionBoxes(scores, distances, { ...options, logits: true, minScore: 0.65 }).length).toBe(1);
});
