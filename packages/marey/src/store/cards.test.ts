import { expect, test } from "vitest";
import { cardSkeleton, readCard } from "./card.js";
import { cards } from "./cards.js";

test("cards: a network's skeleton is a layout that ships, or one that it brings along, called as the layout is", () => {
  const named = cards.filter(({ skeleton }) => skeleton !== null);
  expect(named.length).toBeGreaterThan(2);
  for (const card of named) {
    const { skeleton } = card;
    expect(cardSkeleton(card)?.name).toBe(typeof skeleton === "string" ? skeleton : skeleton?.name);
  }
});

test("cards: thresholds that no decoder can work with are refused by their names", () => {
  const card = (thresholds: object) => ({
    name: "fields",
    file: "fields.onnx",
    input: { name: "x", width: 8, height: 8, layout: "NCHW", type: "float32", colour: "RGB" },
    codec: {
      kind: "part-affinity",
      maps: "maps",
      layout: "NCHW",
      limbs: [{ joints: ["a", "b"], channels: [0, 1] }],
      thresholds,
    },
    skeleton: null,
  });
  const codecOf = (thresholds: object) => readCard(card(thresholds), "fields").codec;
  expect(codecOf({ capacity: 20, minPeak: 0 })).toMatchObject({ thresholds: { capacity: 20, minPeak: 0 } });
  for (const wrong of [
    { capacity: 1e6 },
    { capacity: 10.5 },
    { capacity: 0 },
    { minPeak: 2 },
    { minGain: -1 },
    { fieldShift: Infinity },
    { minPeek: 0.1 },
  ])
    expect(() => codecOf(wrong), JSON.stringify(wrong)).toThrow(/codec\.thresholds/);
});
