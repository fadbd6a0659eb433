import { describe, expect, test } from "vitest";
import { humanEva15 } from "../../../skeleton/layouts.js";
import { human36mCameras } from "../human36m.js";
import { actionOf, pairSequences, readKeypoints2d, readPositions3d } from "./official.js";

/** Written by NumPy 2.4: `savez_compressed(file, positions_3d={"S1": {"Walking 1": arange(2·32·3) / 100}, "S9": …})`. */
const POSITIONS = [
  "UEsDBC0AAAAIAAAAIQCJ0skI//////////8QABQAcG9zaXRpb25zXzNkLm5weQEAEAAoBgAAAAAAAFEDAAAAAAAA7dNfaFNnGMfxk9RY",
  "jIIIxTGQGhFMilKUTHDS875ScRXj2rVTihAtxzRZpDWNJ4nYaqHbiLV6WDb6iquoTKObuBE33FgmKpqyObboJtvINtwwin+wxT9ovPBm",
  "+6b1QsQ7L3az9+Iczpv3+X2el/AMNq5+/Y01Nm2zttXdHowFTPdil3tbk3ueyx3qMuOmEWnrMtuD5e3XjM5YkP1Y2IgG+fbUzHP1ul5s",
  "Ofsm7N7v0MaWNT2S2Bjtrm0LdJnB2o2JzvgGwzSNbmVNaTODga5ILG4mAnE1qCzH2EllVUbax48MKp+WVEtt61W/alEen60mXGE52uPd",
  "0WD5vL1pkRrYMf5ThWXbphobG1f8wxp7+GRcrR9Yq3qVx7K/uYC3NanV6OzYEHnLtUCF7WFHOTxc+STaZ/e5fBX9KjzZsodeeTq37plc",
  "rZxbr1WM389ZmF3nLKTrUrkS79n6hfxKPZVL6DX+lM6+PtqcZS+vZxqK7Jf0bLVD1Pinir1DLwvOi61VtWK0eZHwp+oFtUJ3topMgyFm",
  "JjsEOULT+kS2Oik26TupS4lij6J2SLRkD1CfFsOlo2RkhNd7gpysOBw9TVZOVGXOk5cXyZFLZBbEI89lcosiFLpB9ogopO+RXxLLi48x",
  "NOlP2SW9yapMpdykO+WF/BRJnzI5Mk0We6qk7nxJ0rN85JkhW7LVMtMwS9K/DIXmyOGSR85MzpXcRRbS86XX65Wp3ELJveTy4mJ5OKpL",
  "TVuCUY+xDKMBYwXGSowmjGaMVRitGGsw/BjrMAyMAEYII4zRgRHBiGLEMBIYWzB6MHox+qh5G+cd6t7FSlK7Ha+f+h2YO8nYhWuR8x52",
  "iqz38T8gb5AeFJm76WMPuR/SyxDZe+lnH/n76ekAxkcYBzEOYaQxjmB8jPEJxlGMYxifYnyGkcE4jvE5xhcYJzC+xPgK42uMLMY3GCcx",
  "TmGcxjiDcRbjHEYOYxjjW4zvMM5jfI/xA8aPGHmMixg/YfyMcQnjF4xfMX7DKGD8jvEHxp8YlzH+wvgb4wpGEeMqxjWM6xg3MG5i3MK4",
  "jTGCMYpxB+Muxj2M+xgPMB5KxSTEGK5Xy8M1cZkRZ7aeM1m2J5M1Y6C+z6b9v/7jNfavJQyetf8CUEsBAi0DLQAAAAgAAAAhAInSyQhR",
  "AwAAKAYAABAAAAAAAAAAAAAAAIABAAAAAHBvc2l0aW9uc18zZC5ucHlQSwUGAAAAAAEAAQA+AAAAkwMAAAAA",
];
/** Likewise: two cameras, two joints, three frames of S1 counted in tens; one of S9, in float64. */
const KEYPOINTS = [
  "UEsDBC0AAAAIAAAAIQBZZ+Jg//////////8QABQAcG9zaXRpb25zXzJkLm5weQEAEACwAgAAAAAAAG4BAAAAAAAApZDPSwJBFMdn10z6",
  "ce5W7KHYFUQ0OlQEklJEWxpFRAeRVcdW0t1ldjaQFLyECUMXX3fp1B8Q/Q3R3xD9DR671du1QEIh6MFnHjvz5jt8tpc9PTw6l8gVuVbL",
  "1C0xdVNRmzk1pqgVm3FmWAWblam/vWvUXIr7rmk4FL+1aExpKf+r2fbU/YpMghILlld3GvFCyWY0XvdqvGowZjRAzBcYLdmWy5lX4tAD",
  "EQ4mQUSs8nCkBzq5gYxUhA4cg6ZLUTMkwmXecKg/L+fWoXs7PAoJqQnZbHb/EytY9BSHYjcPLdCEfJLELmbOjNpl1bpQkpAHzZTNsJ9v",
  "Rr7T9ZAu63IHzDkhV9ZGo7d+RRM/OpMYGirbhPSRAaKkCdlDHEQgfeQJeUHe0oDXJr+6GCS2U4QkMOkR+UCW8eYBwpE75AF5Rl6R9yCR",
  "uui34ftN7xgc9cbLSSNyI//NXBqnpgzVBqlJfbzKzxurf0ygrmdgi38BUEsDBC0AAAAIAAAAIQAbctXe//////////8MABQAbWV0YWRh",
  "dGEubnB5AQAQAFwBAAAAAAAA+AAAAAAAAACljj9LxEAQxZP7g3BaWVinSw6O1GJjIVgYzIlgYRGWvWTkoslumN0Ii3dgI3qwXcYP5ify",
  "9pKPcL/iwXvzmJkufbp/ePa9d+8jLEDlGF4F4WYZLoLwRaJGLpjEAg7xLa8UuFyteQPOR/NFsA2OY/Y5+f3zBuyFaOvGxCyXCHHdVrrk",
  "iNyQPWMIuRRKY5tr6shO+ybZE1EMlY4S74tu/BV90yNFiT9fj+200KaBQ3+0vKTdzzAaW39DaZre/Tt6Sa41rXYZbSmypxU3stVM8BrI",
  "ThpeItmZO8deZSm0omRkz9/ANL1jytQ1aDSUUZS5H7gTn0PL3cZ4D1BLAQItAy0AAAAIAAAAIQBZZ+JgbgEAALACAAAQAAAAAAAAAAAA",
  "AACAAQAAAABwb3NpdGlvbnNfMmQubnB5UEsBAi0DLQAAAAgAAAAhABty1d74AAAAXAEAAAwAAAAAAAAAAAAAAIABsAEAAG1ldGFkYXRh",
  "Lm5weVBLBQYAAAAAAgACAHgAAADmAgAAAAA=",
];
const HUMANEVA = [
  "UEsDBC0AAAAIAAAAIQChtj0n//////////8QABQAcG9zaXRpb25zXzNkLm5weQEAEABOBAAAAAAAABEBAAAAAAAAm+wX6hsQychQxlCt",
  "npJanFykbqWgXuOvrqOgnpZfVFKUmBefX5SSChJ2S8wpTgWKF2ckFqQC+RqaOgq1CpQBrgaWqYeZGcCgRyyvNLegUi8+Ob8oVS+3NKck",
  "M7GoKLFySg9PfFFqcn5ecUlRaXLJlMlTeljBKqf0sOelQJRMnuLN0DrFmTFpSvuUoCka3oyaGcw9rCkllQWpIPVM/hZTOjsgUsw9jDVT",
  "/Pz8vP4DAZjwti+ZktQZO6V2Sg9HSFFiZp5+sCGIIxCemJOdmZeuYKiQnFGal20wJYMpgxVkUQY71BpvFm9+b+b2KRncPUxpJsh22KDZ",
  "wQCyw+kCE8inDfajeBQPFzwFmLKLixOBpB4AUEsBAi0DLQAAAAgAAAAhAKG2PScRAQAATgQAABAAAAAAAAAAAAAAAIABAAAAAHBvc2l0",
  "aW9uc18zZC5ucHlQSwUGAAAAAAEAAQA+AAAAUwEAAAAA",
];

const bytes = (lines: string[]) => Uint8Array.from(Buffer.from(lines.join(""), "base64"));
const positions = () => readPositions3d(bytes(POSITIONS));
const keypoints = () => readKeypoints2d(bytes(KEYPOINTS));
const cameras = new Map(["S1", "S9"].map((subject) => [subject, human36mCameras()]));

describe("VideoPose3D's files", () => {
  test("Human3.6M's 32 joints become 17", () => {
    const [walk, eat] = positions();
    expect([walk.subject, walk.action, walk.joints]).toEqual(["S1", "Walking 1", 17]);
    expect(walk.positions).toHaveLength(2 * 51);
    // Joint 27 of 32 in frame 1 is the last one kept.
    expect(walk.positions[51 + 48]).toBeCloseTo((96 + 27 * 3) / 100, 6);
    expect([eat.subject, eat.positions.length]).toEqual(["S9", 51]);
  });

  test("HumanEva's 15 stay, in the layout of its parents", () => {
    const [walk] = readPositions3d(bytes(HUMANEVA));
    expect([walk.subject, walk.action, walk.joints]).toEqual(["Train/S1", "Walking 1 chunk0", 15]);
    expect(humanEva15.parents).toEqual([-1, 0, 1, 2, 3, 1, 5, 6, 0, 8, 9, 0, 11, 12, 1]);
    expect(humanEva15.mirror[2]).toBe(5);
  });

  test("keypoints come by camera, with their layout's partners", () => {
    const { layout, joints, mirror, recordings } = keypoints();
    expect([layout, joints, mirror]).toEqual(["pair", 2, [1, 0]]);
    expect([...recordings[0].views[1]]).toEqual([1, 11, 21, 31, 41, 51, 61, 71, 81, 91, 101, 111]);
    expect([...recordings[1].views[0]]).toEqual([1, 1, 1, 1]);
  });

  test("pairs are cut to the motion, seen by each camera, normalised", () => {
    const sequences = pairSequences(keypoints(), positions(), cameras, { frameRate: 50 });
    expect(sequences.map(({ frames }) => frames)).toEqual([2, 2, 1, 1]);
    const [first] = sequences;
    expect([first.action, first.joints, first.poseJoints]).toEqual(["Walking", 2, 17]);
    expect(first.keypoints[2]).toBeCloseTo((2 * 20) / 1000 - 1, 6);
    expect(first.keypoints[3]).toBeCloseTo((2 * 30 - 1002) / 1000, 6);
    // S9 stands in the world's origin, which is before every camera.
    expect(sequences[2].positions?.[2]).toBeCloseTo(5.47448, 4);
    const unlabelled = pairSequences(keypoints(), undefined, cameras, {
      frameRate: 50,
      downsample: 2,
      subjects: ["S1"],
    });
    expect(unlabelled.map(({ frames, positions: none }) => [frames, none])).toEqual([
      [2, undefined],
      [2, undefined],
    ]);
    expect(unlabelled[0].frameRate).toBe(25);
  });

  test("what isn't such a file is refused, and so are views without a camera", () => {
    expect(() => readKeypoints2d(bytes(POSITIONS))).toThrow(`it has no array "metadata"`);
    expect(() => readPositions3d(bytes(KEYPOINTS))).toThrow(expect.objectContaining({ code: "LIFT_NPZ" }));
    const none = () => pairSequences(keypoints(), positions(), new Map(), { frameRate: 50 });
    expect(none).toThrow('S1 "Walking 1", camera 1: no camera was given');
  });

  test("actions are grouped by their first word", () => {
    expect(actionOf("WalkDog 1")).toBe("WalkDog");
  });
});
