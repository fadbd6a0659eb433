import { expect, test } from "vitest";
import { linker, linkPeople } from "./pose2simLink.js";

/** Three joints on a line from (x, 0, 0) up. */
const person = (x: number) => Float64Array.of(x, 0, 0, x, 0, 0.5, x, 0, 1);

test("people keep their slots in whatever order they come; who is too far away is new", () => {
  const known = linker();
  expect(linkPeople(known, [person(0), person(3)])).toEqual([0, 1]);
  expect(linkPeople(known, [person(3.1), person(0.1)])).toEqual([1, 0]);
  expect(linkPeople(known, [person(0.2), person(5)])).toEqual([0, 2]);
});

test("someone unseen attracts from the last place, until that is too long ago", () => {
  const known = linker();
  linkPeople(known, [person(0)]);
  for (let t = 0; t < 3; t++) linkPeople(known, [], { maxUnseen: 4 });
  expect(linkPeople(known, [person(0.5)], { maxUnseen: 4 })).toEqual([0]);
  for (let t = 0; t < 5; t++) linkPeople(known, [], { maxUnseen: 4 });
  expect(linkPeople(known, [person(0.5)], { maxUnseen: 4 })).toEqual([1]);
});

test("a missing coordinate is no difference; nothing in common is no match", () => {
  const known = linker();
  linkPeople(known, [person(0)]);
  expect(linkPeople(known, [Float64Array.of(NaN, 0, 0, 0.3, 0, 0.5, NaN, NaN, NaN)])).toEqual([0]);
  expect(linkPeople(known, [new Float64Array(9).fill(NaN)])).toEqual([1]);
});
