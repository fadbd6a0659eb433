import { readFileSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { MareyError } from "@marey/core";
import fc from "fast-check";
import { afterAll, expect, test } from "vitest";
import { type SmallSession, sessionMaker } from "./smallSession.js";

const { remove, session: make } = sessionMaker();
afterAll(remove);

/** A change of a file: bytes overwritten, a piece cut out, repeated or put in, or a number replaced. */
const change = fc.oneof(
  fc.record({ kind: fc.constant("byte" as const), at: fc.nat(1e6), byte: fc.nat(255) }),
  fc.record({ kind: fc.constant("cut" as const), at: fc.nat(1e6), length: fc.nat(300) }),
  fc.record({ kind: fc.constant("repeat" as const), at: fc.nat(1e6), length: fc.nat(300) }),
  fc.record({ kind: fc.constant("end" as const), at: fc.nat(1e6) }),
  fc.record({
    kind: fc.constant("number" as const),
    at: fc.nat(1e6),
    text: fc.constantFrom(
      "nan",
      "-inf",
      "1e308",
      "-1e-308",
      "0",
      "-1",
      "1e9",
      "null",
      '"x"',
      "[]",
      "{}",
      "true",
      "2024-01-01",
      "99999999999999999999",
      "",
    ),
  }),
  fc.record({
    kind: fc.constant("text" as const),
    at: fc.nat(1e6),
    text: fc.string({ maxLength: 12, unit: "binary" }),
  }),
);
type Change = typeof change extends fc.Arbitrary<infer Value> ? Value : never;

function apply(bytes: Buffer, made: Change): Buffer {
  const at = made.at % (bytes.length + 1);
  const [before, after] = [bytes.subarray(0, at), bytes.subarray(at)];
  switch (made.kind) {
    case "byte":
      return Buffer.concat([before, Buffer.of(made.byte), after.subarray(1)]);
    case "cut":
      return Buffer.concat([before, after.subarray(made.length)]);
    case "repeat":
      return Buffer.concat([before, after.subarray(0, made.length), after]);
    case "end":
      return before;
    case "text":
      return Buffer.concat([before, Buffer.from(made.text), after]);
    case "number": {
      const text = bytes.toString("latin1");
      const numbers = [...text.matchAll(/-?\d+(\.\d+)?(e-?\d+)?/g)];
      const found = numbers[made.at % Math.max(1, numbers.length)];
      if (!found) return bytes;
      return Buffer.from(
        text.slice(0, found.index) + made.text + text.slice(found.index + found[0].length),
        "latin1",
      );
    }
  }
}

/** Captures a session of which a file was changed: a result of finite numbers, or an error that says what to do. */
async function survives(session: SmallSession, file: string, changes: readonly Change[], settings: object) {
  const good = readFileSync(file);
  writeFileSync(file, changes.reduce(apply, good));
  try {
    const summary = await session.capture({ formats: ["csv"], ...settings });
    // Of what isn't known the cell is empty; anything else must be a number.
    for (const { files } of summary.people)
      for (const path of files)
        for (const line of readFileSync(path, "utf8").trim().split("\n").slice(1))
          for (const cell of line.split(",").slice(0, 3))
            expect(Number.isFinite(Number(cell)), `${path}: ${line}`).toBe(true);
    for (const path of summary.people.flatMap(({ files }) => files))
      expect(readFileSync(path, "utf8")).not.toMatch(/\b(nan|inf|infinity|undefined|null)\b/i);
  } catch (error) {
    if (!(error instanceof MareyError)) throw error;
    expect(error.remedy).not.toBe("");
    expect(session.results()).toEqual([]);
  } finally {
    writeFileSync(file, good);
    rmSync(session.out, { recursive: true, force: true });
  }
}

const changes = fc.array(change, { minLength: 1, maxLength: 3 });
const ways = fc.constantFrom({}, { filter: "butterworth" }, { method: "pose2sim" });

const config = `[project]
multi_person = true
frame_rate = 30
frame_range = [0, 11]
[pose]
pose_model = "Body_with_feet"
[personAssociation]
likelihood_threshold_association = 0.3
[personAssociation.multi_person]
reconstruction_error_threshold = 0.1
min_affinity = 0.2
[triangulation]
reproj_error_threshold_triangulation = 15
likelihood_threshold_triangulation = 0.3
min_cameras_for_triangulation = 2
max_distance_m = 1.0
interp_if_gap_smaller_than = 20
interpolation = "linear"
min_chunk_size = 3
sections_to_keep = "all"
fill_large_gaps_with = "last_value"
[filtering]
reject_outliers = true
type = "butterworth"
[filtering.butterworth]
order = 4
cut_off_frequency = 6
`;

test.each([
  ["a calibration", (session: SmallSession) => session.calibration],
  ["detections", (session: SmallSession) => session.frame(1, 3)],
  [
    "Config.toml",
    (session: SmallSession) => {
      const path = join(session.folder, "Config.toml");
      writeFileSync(path, config);
      return path;
    },
  ],
])("%s, damaged in any way, gives a result or an error that helps", async (_, fileOf) => {
  const session = await make({ rig: { cameras: 3 } });
  const file = fileOf(session);
  await fc.assert(
    fc.asyncProperty(changes, ways, (list, settings) => survives(session, file, list, settings)),
    { numRuns: 60, interruptAfterTimeLimit: 25_000 },
  );
});
