import { afterEach, expect, test, vi } from "vitest";
import { main } from "./main.js";

afterEach(() => {
  vi.restoreAllMocks();
  process.exitCode = 0;
});

test("a folder that was deleted is told in a sentence, and nothing is done", async () => {
  let told = "";
  vi.spyOn(process.stderr, "write").mockImplementation((text) => {
    told += text;
    return true;
  });
  const listed = vi.spyOn(console, "log").mockImplementation(() => undefined);
  vi.spyOn(process, "cwd").mockImplementation(() => {
    throw Object.assign(new Error("ENOENT: no such file or directory, uv_cwd"), { code: "ENOENT" });
  });
  await main(["node", "marey", "models", "list"]);
  expect(process.exitCode).toBe(1);
  expect(told).toMatch(/^error FOLDER_GONE: .* isn't there any more\. Go into another folder/);
  expect(listed).not.toHaveBeenCalled();
});
