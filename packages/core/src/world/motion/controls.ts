/**
 * What a motion says of the body in an instant, instead of joint rotations: where the pelvis is, how trunk, head and arms
 * are held. Legs follow from the pelvis and the feet. Angles in radians, lengths in metres.
 */
const TRUNK = [
  /** The pelvis on the floor, and its height as a share of its height above straight legs. */
  ...["x", "z", "height"],
  /** Of the pelvis: facing (0 is +Z, a quarter turn +X), forwards, to the right. */
  ...["yaw", "pitch", "roll"],
  /** Of the spine, from the pelvis to the chest: forwards, to the left, turned left. */
  ...["bend", "lean", "twist"],
  /** Of the head: down, turned left, tilted left. */
  ...["nod", "turn", "tilt"],
] as const;

const SIDE = [
  /** The upper arm from hanging: forwards, outwards, turned inwards about itself. */
  ...["forward", "out", "spin"],
  /** Elbow's bend; the forearm turned palm backwards; the hand bent to its palm; fingers closed. */
  ...["elbow", "palm", "flex", "grip"],
  /** Share of the hand's way to (handX, handY, handZ) in the world, and how far the elbow is lifted outwards there. */
  ...["reach", "handX", "handY", "handZ", "swivel"],
  /** The shoulder raised; the knee turned outwards. */
  ...["shrug", "knee"],
] as const;

export type TrunkControl = (typeof TRUNK)[number];
export type SideControl = (typeof SIDE)[number];
export type Control = TrunkControl | `left.${SideControl}` | `right.${SideControl}`;

/** All controls, in the order in which they are stored. */
export const CONTROLS: readonly Control[] = [
  ...TRUNK,
  ...SIDE.map((name) => `left.${name}` as const),
  ...SIDE.map((name) => `right.${name}` as const),
];

/** Indices of the trunk's controls. */
export const T = Object.fromEntries(TRUNK.map((name, i) => [name, i])) as Record<TrunkControl, number>;
/** Indices of a side's controls, from `SIDE_AT`. */
export const S = Object.fromEntries(SIDE.map((name, i) => [name, i])) as Record<SideControl, number>;
/** Where the left and the right side's controls begin. */
export const SIDE_AT: readonly [number, number] = [TRUNK.length, TRUNK.length + SIDE.length];

/** Standing at ease: arms hang a little forwards with soft elbows. */
export const AT_EASE: Readonly<Partial<Record<Control, number>>> = {
  ...{ height: 0.994, bend: 0.02 },
  ...{ "left.forward": 0.04, "left.out": 0.14, "left.spin": 0.15, "left.elbow": 0.28, "left.palm": 0.25 },
  ...{
    "right.forward": 0.04,
    "right.out": 0.14,
    "right.spin": 0.15,
    "right.elbow": 0.28,
    "right.palm": 0.25,
  },
  ...{ "left.flex": 0.08, "right.flex": 0.08, "left.grip": 0.25, "right.grip": 0.25 },
};
