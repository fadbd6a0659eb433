import { random, shuffle } from "../../array/random.js";
import { mixed } from "../noise.js";

/** The order in which samples of scenes are shown: those of some scenes together are mixed, one such group after the other. */
export interface SampleOrder {
  /** Samples in a group. */
  readonly group: number;
  /** The sample at a place: which scene, counted from 0, and which of its samples. */
  at(place: number): { scene: number; sample: number };
  /** The seed of a scene. */
  seedOf(scene: number): number;
}

/**
 * Mixes the samples of scenes, because the pictures of one scene are alike. Any place can be asked for; the same seed gives
 * the same order.
 *
 * @param samples Of each scene. @param scenes In a group; 1 leaves scenes in their order but mixes their samples.
 */
export function sampleOrder(seed: number, samples: number, scenes: number): SampleOrder {
  const group = samples * scenes;
  let known = -1;
  let order: Uint32Array = new Uint32Array(0);
  return {
    group,
    seedOf: (scene) => mixed(seed, scene),
    at(place) {
      const g = Math.floor(place / group);
      if (g !== known) order = shuffle(group, random(mixed(seed, g, 0x0de2)));
      known = g;
      const drawn = order[place - g * group];
      return { scene: g * scenes + Math.floor(drawn / samples), sample: drawn % samples };
    },
  };
}
