import { expect, test } from "vitest";
import { cardSkeleton } from "./card.js";
import { cards } from "./cards.js";

test("cards: a network's skeleton is a layout that ships, or one that it brings along, called as the layout is", () => {
  const named = cards.filter(({ skeleton }) => skeleton !== null);
  expect(named.length).toBeGreaterThan(2);
  for (const card of named) {
    const { skeleton } = card;
    expect(cardSkeleton(card)?.name).toBe(typeof skeleton === "string" ? skeleton : skeleton?.name);
  }
});
