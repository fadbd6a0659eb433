import { expect, test } from "vitest";
import { skeleton } from "../skeleton/index.js";
import { detectionsCsv } from "./detectionsCsv.js";

test("a row for each joint; missing cells are empty, people without an id are counted", () => {
  const rows = detectionsCsv(
    skeleton("two", [
      ["nose", null, 0.1],
      ['a "b", c', "nose", 0.1],
    ]),
  );
  const joints = Float32Array.of(1.239, -0.001, 0.5, NaN, NaN, 0);
  expect(
    rows(12, 0.4, [
      { score: 1, joints, id: 3 },
      { score: 1, joints },
    ]),
  ).toBe(
    '12,0.4,3,nose,1.24,0,0.5\n12,0.4,3,"a ""b"", c",,,0\n' +
      '12,0.4,1,nose,1.24,0,0.5\n12,0.4,1,"a ""b"", c",,,0\n',
  );
  expect(rows(13, 0.5, [])).toBe("");
});
