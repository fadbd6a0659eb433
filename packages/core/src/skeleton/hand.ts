import { type JointRow, type Skeleton, skeleton } from "./skeleton.js";

const fingers = ["thumb", "index", "middle", "ring", "pinky"] as const;

/** COCO-WholeBody's sigmas of a hand: root, then five fingers of four points, base to tip. */
const sigmas = [
  0.029, 0.022, 0.035, 0.037, 0.047, 0.026, 0.025, 0.024, 0.035, 0.018, 0.024, 0.022, 0.026, 0.017, 0.021,
  0.021, 0.032, 0.02, 0.019, 0.022, 0.031,
];

/**
 * The rows of a hand in the order of OpenPose, COCO-WholeBody and FreiHAND: the root, then from thumb to little finger
 * four points each, base to tip.
 *
 * @param side Before every name: `left_`, `right_`, or nothing for a hand of its own.
 * @param arm The root's parent; null where there is no wrist.
 */
export function handRows(side: "left_" | "right_" | "" = "", arm: string | null = null): JointRow[] {
  const root: JointRow = [`${side}hand_root`, arm, sigmas[0]];
  return [
    root,
    ...fingers.flatMap((finger, f) =>
      [1, 2, 3, 4].map((k): JointRow => {
        const parent = k === 1 ? root[0] : `${side}${finger}${k - 1}`;
        return [`${side}${finger}${k}`, parent, sigmas[4 * f + k]];
      }),
    ),
  ];
}

/** One hand, 21; of either side. */
export const hand21: Skeleton = skeleton("hand21", handRows());

/** InterHand2.6M, 42: the right hand, then the left, each finger from tip to base and the wrist last. */
export const interHand42: Skeleton = skeleton(
  "interhand42",
  (["right_", "left_"] as const).flatMap((side) => {
    const [root, ...points] = handRows(side);
    return [...fingers.flatMap((_, f) => points.slice(4 * f, 4 * f + 4).reverse()), root];
  }),
);
