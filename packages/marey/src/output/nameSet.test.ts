import fc from "fast-check";
import { expect, test } from "vitest";
import { nameSet } from "./nameSet.js";

const text = fc.string({ unit: fc.constantFrom("a", "7", "0", "/", "_", ".") });
const name = fc.oneof(
  text,
  fc
    .tuple(text, fc.nat(3000), fc.constantFrom(1, 4, 12), text)
    .map(([before, n, digits, after]) => `${before}${String(n).padStart(digits, "0")}${after}`),
);

test("it holds what a set of texts holds", () => {
  fc.assert(
    fc.property(fc.array(name), fc.array(name), (added, asked) => {
      const names = nameSet();
      for (const one of added) names.add(one);
      const set = new Set(added);
      expect([...names.names()].sort()).toEqual([...set].sort());
      for (const one of [...added, ...asked]) expect(names.has(one)).toBe(set.has(one));
      names.clear();
      expect([...names.names(), ...added.filter(names.has)]).toEqual([]);
    }),
  );
});
