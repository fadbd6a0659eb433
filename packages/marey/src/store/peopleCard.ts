import { GRAPH_INPUT, GRAPH_OUTPUT } from "@marey/core/model/openPose";

/** A picture as all of OpenPose's networks take it: what a card says of the input, but for its size. */
export const openPosePicture = {
  name: GRAPH_INPUT,
  type: "float32",
  layout: "NCHW",
  colour: "BGR",
  scale: 1 / 256,
  offset: -0.5,
} as const;

/** A network of OpenPose's form that sees everybody: its maps and the pictures that it is given. */
export interface PeopleForm {
  readonly joints: readonly string[];
  /** Indices of both joints of each limb, in the order of their fields' channels. */
  readonly limbs: readonly (readonly [number, number])[];
  /** Whether a map of the background stands between the joints' and the fields. */
  readonly background: boolean;
  /** Pixels of which an input's sides are multiples. */
  readonly multipleOf: number;
  /** Pixels of the longer side of the input. */
  readonly longerSide: number;
}

/** What a card says of input and output of a network that `inferenceGraph` wrote and that sees everybody. */
export function peopleCard({ joints, limbs, background, multipleOf, longerSide }: PeopleForm) {
  const first = joints.length + (background ? 1 : 0);
  return {
    input: { ...openPosePicture, height: null, width: null, multipleOf, longerSide, fit: "corner" as const },
    codec: {
      kind: "part-affinity" as const,
      maps: GRAPH_OUTPUT,
      layout: "NCHW" as const,
      background,
      limbs: limbs.map(([a, b], l) => ({
        joints: [joints[a] as string, joints[b] as string] satisfies [string, string],
        channels: [first + 2 * l, first + 2 * l + 1] satisfies [number, number],
      })),
    },
  };
}
