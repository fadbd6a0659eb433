/** What is known of a joint in a frame; it survives filters, files and the viewer. */
export const JointState = {
  /** No value: coordinates are NaN, confidence 0. */
  missing: 0,
  /** Measured. */
  visible: 1,
  /** Placed by a network or method that knows that the joint is hidden. */
  occluded: 2,
  /** Filled in: interpolated, predicted, or taken from the body's structure. */
  inferred: 3,
} as const;

export type JointState = (typeof JointState)[keyof typeof JointState];

export const jointStateNames = ["missing", "visible", "occluded", "inferred"] as const;
