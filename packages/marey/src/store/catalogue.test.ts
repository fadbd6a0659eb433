import { findSkeleton } from "@marey/core/skeleton";
import { expect, test } from "vitest";
import { architectures } from "./architectures.js";
import { cardSchema, cardSkeleton } from "./card.js";
import { cards } from "./cards.js";
import { catalogue, catalogueEntry } from "./catalogue.js";
import { isModelName } from "./stored.js";

test("names are of their own, and can be stored", () => {
  const names = catalogue.map(({ name }) => name);
  expect(new Set([...names, ...cards.map(({ name }) => name)]).size).toBe(names.length + cards.length);
  expect(names.filter((name) => !isModelName(name))).toEqual([]);
  expect(() => catalogueEntry("nobody")).toThrow(expect.objectContaining({ code: "NETWORK_UNKNOWN" }));
});

test.each(catalogue.map((entry) => [entry.name, entry] as const))("%s is whole", (name, entry) => {
  const { digest, unpack, urls, importer, licence } = entry;
  for (const url of [...urls, licence.url]) expect(URL.canParse(url), url).toBe(true);
  expect(urls[0]).toMatch(/^https:/);
  const digests = [digest.sha256, unpack?.sha256].filter((each) => each !== undefined);
  for (const each of digests) expect(each).toMatch(/^[0-9a-f]{64}$/);
  if (digest.md5) expect(digest.md5).toMatch(/^[0-9a-f]{32}$/);
  if (digest.sha256Prefix) expect(urls[0]).toContain(digest.sha256Prefix);
  expect(entry.format === "zip").toBe(unpack !== undefined);
  // What a person must know before using it.
  expect(licence.note.length).toBeGreaterThan(20);
  if (/NC|OpenPose/.test(licence.name)) expect(licence.commercial).toBe(false);
  if (importer.kind === "architecture") expect(architectures).toHaveProperty(importer.network);
  if (importer.kind !== "weights" && importer.skeleton !== null)
    expect(findSkeleton(importer.skeleton)?.name).toBe(importer.skeleton);
  if (importer.kind !== "onnx") return;
  const card = cardSchema.parse({
    name,
    file: `${name}.onnx`,
    skeleton: importer.skeleton,
    ...importer.card,
  });
  expect(cardSkeleton(card)?.name ?? null).toBe(importer.skeleton);
});
