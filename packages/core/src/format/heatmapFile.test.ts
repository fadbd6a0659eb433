import { expect, test } from "vitest";
import { chosenMaps, mapsFloats, mapsPicture } from "./heatmapFile.js";

/** Two joints, the background and one field (x, y), each 1×2. */
const maps = {
  data: Float32Array.of(0, 1, 0.5, 1.2, 0.25, 0, -1, 1, 0, 0.5),
  channels: 5,
  rows: 1,
  columns: 2,
  joints: 2,
  background: true,
};
const all = { parts: true, background: true, fields: true };
const values = (scale: 0 | 1 | 2 | 3) => Array.from(chosenMaps(maps, { ...all, scale }).data);

test("maps scale from 0 to 1, fields from −1 to 1, both cut off", () => {
  expect(values(3)).toEqual(Array.from(maps.data));
  expect(values(2)).toEqual([0, 255, 128, 255, 64, 0, 0, 255, 128, 191]);
  expect(values(1)).toEqual([0, 1, 0.5, 1, 0.25, 0, 0, 1, 0.5, 0.75]);
  expect(values(0)).toEqual([-1, 1, 0, 1, -0.5, -1, -1, 1, 0, 0.5]);
});

test("what is chosen stands side by side, or after its sizes", () => {
  const parts = chosenMaps(maps, { parts: true, background: false, fields: false, scale: 2 });
  expect(mapsPicture(parts)).toEqual({
    width: 4,
    height: 1,
    channels: 1,
    data: Uint8Array.of(0, 255, 128, 255),
  });
  const fields = chosenMaps(maps, { parts: false, background: false, fields: true, scale: 3 });
  expect(Array.from(new Float32Array(mapsFloats(fields).buffer))).toEqual([3, 2, 1, 2, -1, 1, 0, 0.5]);
  const background = chosenMaps(
    { ...maps, background: false },
    { ...all, parts: false, fields: false, scale: 3 },
  );
  expect(background.channels).toBe(0);
});

test("two rows: pictures stand beside each other, not below", () => {
  const two = { data: Float32Array.of(1, 2, 3, 4, 5, 6, 7, 8), channels: 2, rows: 2, columns: 2 };
  expect(Array.from(mapsPicture(two).data)).toEqual([1, 2, 5, 6, 3, 4, 7, 8]);
});
