import { chance } from "./noise.js";

/** Where several people walk: back and forth through one place, past each other. */
export interface PathOptions {
  seed: number;
  people: number;
  /** Half the length of a lap, metres. */
  reach: number;
  /** Least distance between the middles of two neighbours as they pass, metres, give or take some 6 cm of sway. */
  closest: number;
  /** Fastest walk, metres per second. */
  speed: number;
  /** From 0, walking steadily, to 1, standing still once a while. */
  pauses: number;
  /** Seconds from one pause to the next. */
  pauseEvery: number;
}

export const PATHS: PathOptions = {
  seed: 1,
  people: 2,
  reach: 1.5,
  closest: 0.55,
  speed: 1.2,
  pauses: 0.6,
  pauseEvery: 13,
};

/** A place on the floor with the direction of the walk. */
export interface Step {
  x: number;
  y: number;
  /** Radians from the x axis. */
  heading: number;
  /** How fast, as a share of the path's fastest, 0..1. */
  pace: number;
}

/**
 * The path of one of several people: opposite points of a narrow ellipse, whose axis turns by and by. All reach its
 * middle at once, so they cross twice in each lap; its ends are tight turns.
 */
export function path(person: number, options: PathOptions): (seconds: number) => Step {
  const { seed, people, reach, closest, speed, pauses, pauseEvery } = options;
  const narrow = people > 1 ? closest / (2 * Math.sin(Math.PI / people)) : 0.35;
  const rate = speed / (reach * (1 + pauses));
  const slow = (2 * Math.PI) / pauseEvery;
  const begin = 2 * Math.PI * chance(seed, 1);
  const pause = 2 * Math.PI * chance(seed, 2);
  const side = (2 * Math.PI * person) / people + 2 * Math.PI * chance(seed, 3);
  const sway = 2 * Math.PI * chance(seed, 4, person);
  return (seconds) => {
    const u = begin + rate * (seconds - (pauses / slow) * Math.sin(slow * seconds + pause));
    const pace = (1 - pauses * Math.cos(slow * seconds + pause)) / (1 + pauses);
    const axis = side + 0.05 * seconds;
    const along = reach * Math.sin(u) + 0.05 * Math.sin(0.37 * seconds + sway);
    const across = narrow * Math.cos(u) + 0.03 * Math.sin(0.53 * seconds + 2 * sway);
    return {
      x: along * Math.cos(axis) - across * Math.sin(axis),
      y: along * Math.sin(axis) + across * Math.cos(axis),
      heading: axis + Math.atan2(-narrow * Math.sin(u), reach * Math.cos(u)),
      pace: pace * Math.hypot(Math.cos(u), (narrow / reach) * Math.sin(u)),
    };
  };
}
