import { skeletons } from "@marey/core/skeleton";
import { expect, test } from "vitest";
import { cards } from "./cards.js";

test("cards: a network's skeleton is a layout that ships, called as the layout is", () => {
  const names = skeletons.map(({ name }) => name);
  const named = cards.flatMap(({ skeleton }) => skeleton ?? []);
  expect(named.length).toBeGreaterThan(2);
  expect(names).toEqual(expect.arrayContaining(named));
});
