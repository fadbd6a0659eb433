import { readFileSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";
import { cardSkeleton, readCard } from "./card.js";
import { codecSchema } from "./cardCodec.js";

const page = readFileSync(join(import.meta.dirname, "../../../../docs/cards.md"), "utf8");
const examples = [...page.matchAll(/```json\n(.*?)```/gs)].map(([, text]) => JSON.parse(text!));

test("docs/cards.md: every example is a card with joints that there are", () => {
  expect(examples.length).toBeGreaterThan(6);
  for (const example of examples) {
    const card = readCard(example, example.name);
    expect(cardSkeleton(card) === undefined).toBe(example.skeleton === null);
  }
});

test("docs/cards.md: names every codec", () => {
  for (const { shape } of codecSchema.options) expect(page).toContain(`\`${shape.kind.value}\``);
});
