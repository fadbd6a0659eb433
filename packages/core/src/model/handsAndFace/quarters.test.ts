import { expect, test } from "vitest";
import { quarters } from "./quarters.js";

test("four squares cover a picture; a long strip isn't cut into thousands", () => {
  const corners = quarters({ width: 90, height: 60 }).map(({ centre: [x, y], size }) => [x, y, size]);
  expect(corners.map(([x, y]) => `${x},${y}`)).toEqual([
    "20,20",
    "45,20",
    "70,20",
    "20,40",
    "45,40",
    "70,40",
  ]);
  for (const size of [
    { width: 10_000, height: 1 },
    { width: 1, height: 10_000 },
  ])
    expect(quarters(size)).toHaveLength(32);
});
