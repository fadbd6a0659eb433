import { expect, test, vi } from "vitest";
import { interruptible, interruption, toldBy } from "./interrupt.js";

test("who interrupts is told what each input says of itself, once, else what the command says", () => {
  const [a, b] = [interruption("a.mp4: after 3 frames"), interruption("b.mp4: after 4 frames")];
  expect(toldBy(a, "interrupted")).toEqual([a.message]);
  expect(toldBy(new AggregateError([a, new Error("pipe"), b, a]), "interrupted")).toEqual([
    a.message,
    b.message,
  ]);
  expect(toldBy(new Error("the decoder was stopped"), "interrupted")).toEqual(["interrupted"]);
});

test("an interruption prints its line and ends with 130; other failures are handed on", async () => {
  const exit = vi.spyOn(process, "exit").mockImplementation((() => undefined) as () => never);
  const told = vi.spyOn(process.stderr, "write").mockImplementation(() => true);
  const work = (signal: AbortSignal) =>
    new Promise((_, reject) => {
      signal.addEventListener("abort", () => reject(signal.reason));
      process.emit("SIGINT");
    });
  try {
    await interruptible(work, "walk: interrupted; nothing was written");
    expect(told.mock.calls.flat().join("")).toBe("walk: interrupted; nothing was written\n");
    expect(exit).toHaveBeenCalledExactlyOnceWith(130);
    await expect(interruptible(() => Promise.reject(new Error("broken")))).rejects.toThrow("broken");
  } finally {
    exit.mockRestore();
    told.mockRestore();
  }
  expect(process.listenerCount("SIGINT")).toBe(0);
});
