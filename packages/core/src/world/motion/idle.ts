import { random } from "../../array/random.js";
import { CONTROLS, type Control } from "./controls.js";

/** Sizes of small unintended movements: metres, radians. */
const SIZES: Partial<Record<Control, number>> = {
  ...{ x: 0.006, z: 0.006, yaw: 0.012, pitch: 0.008, roll: 0.006, bend: 0.018, lean: 0.012, twist: 0.02 },
  ...{ nod: 0.035, turn: 0.09, tilt: 0.025 },
  ...{ "left.forward": 0.03, "left.out": 0.012, "left.elbow": 0.04, "left.palm": 0.08, "left.flex": 0.05 },
  ...{
    "right.forward": 0.03,
    "right.out": 0.012,
    "right.elbow": 0.04,
    "right.palm": 0.08,
    "right.flex": 0.05,
  },
};
const BREATH = 0.01;

/**
 * Sway, looking about and breathing, added to every control: sums of slow waves, so nobody stands like a post.
 *
 * @param size 1 is usual.
 */
export function unrest(seed: number, size: number): (time: number, controls: Float64Array) => void {
  const chance = random(seed + 0.5);
  const waves = CONTROLS.flatMap((name, i) =>
    [0.13, 0.29, 0.61].map((rate, n) => ({
      control: i,
      size: ((SIZES[name] ?? 0) * size * 0.75) / (n + 1),
      rate: 2 * Math.PI * rate * chance.uniform(0.75, 1.25),
      phase: chance.uniform(0, 2 * Math.PI),
    })),
  ).filter((wave) => wave.size > 0);
  const breathing = { rate: 2 * Math.PI * chance.uniform(0.2, 0.3), phase: chance.uniform(0, 6) };
  const breath = (["bend", "left.shrug", "right.shrug"] as const).map((name) => CONTROLS.indexOf(name));
  return (time, controls) => {
    for (const wave of waves) controls[wave.control] += wave.size * Math.sin(wave.rate * time + wave.phase);
    const air = BREATH * Math.sin(breathing.rate * time + breathing.phase);
    controls[breath[0]] -= air;
    controls[breath[1]] += air;
    controls[breath[2]] += air;
  };
}
