import { cocoFeet23, halpe26 } from "./body.js";
import { face68, face70 } from "./face.js";
import { handRows } from "./hand.js";
import { body25b } from "./openPose.js";
import { faceRows, linesOf, tables, withParts } from "./parts.js";
import { type JointRow, type Skeleton, skeleton } from "./skeleton.js";

/** COCO-WholeBody, 133: COCO with feet, the 68 points of the face, two hands. */
export const wholeBody133: Skeleton = {
  ...withParts(cocoFeet23, { face: face68, hands: true }),
  name: "wholebody133",
};

/** HALPE full body, 136. */
export const halpe136: Skeleton = { ...withParts(halpe26, { face: face68, hands: true }), name: "halpe136" };

/** OpenPose BODY_135: BODY_25B, the fingers of two hands without their roots, for which the wrists serve, and the face. */
export const body135: Skeleton = fingersFirst();

function fingersFirst(): Skeleton {
  const own = tables(body25b);
  const face = tables(face70);
  const hands = (["left_", "right_"] as const).flatMap((side) =>
    handRows(side)
      .slice(1)
      .map(
        ([joint, parent, sigma]): JointRow => [
          joint,
          parent === `${side}hand_root` ? `${side}wrist` : parent,
          sigma,
        ],
      ),
  );
  return skeleton(
    "body135",
    [...own.rows, ...hands, ...faceRows(face70, body25b)],
    [...own.edges, ...linesOf(hands), ...face.edges],
    face.mirror,
  );
}
