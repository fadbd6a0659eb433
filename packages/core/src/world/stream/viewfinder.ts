import type { Random } from "../../array/random.js";
import { MareyError } from "../../error.js";
import type { Lens } from "../optics/lens.js";
import { VISIBILITY } from "../render/visibility.js";
import type { Stage } from "../scene/stage.js";
import { type CropOptions, drawCropCamera } from "./cropCamera.js";
import type { Darkroom } from "./darkroom.js";
import type { Labeller, SeenJoints } from "./labels.js";

/** A view in which somebody is to be seen. */
export interface Found {
  view: Lens;
  /** Whom the view is of. */
  subject: number;
  seen: SeenJoints;
}

/** Cameras that are tried before a scene is given up on, those tried at one moment, and the joints that must be seen. */
const TRIES = 24;
const AT_ONCE = 4;
const SEEN = 0.2;

/**
 * Somebody of a stage, and a camera that sees enough of them: not one that looks at a wardrobe's back. Poses the stage
 * anew where nobody is to be seen.
 *
 * @throws MareyError `STUDIO_SCENE` when nothing helps.
 */
export function findView(
  stage: Stage,
  chance: Random,
  { label, room, crop }: { label: Labeller; room: Darkroom; crop: CropOptions },
): Found {
  const { people, scene } = stage;
  for (let t = 1; t <= TRIES; t++) {
    const p = chance.integer(people.length);
    const view = room.view(drawCropCamera(chance, people[p].vertices, crop));
    const seen = label.joints(stage, view);
    if (shareSeen(seen, p, people.length) >= SEEN) return { view, subject: people[p].id, seen };
    if (t % AT_ONCE === 0) stage.pose(chance.integer(scene.frameCount));
  }
  throw new MareyError(
    "STUDIO_SCENE",
    `scene ${scene.seed}`,
    `${TRIES} cameras were tried, and none sees anybody`,
    "Allow fewer close-ups, or people who take more of the picture",
  );
}

function shareSeen({ keypoints }: SeenJoints, p: number, people: number): number {
  const J = keypoints.length / 3 / people;
  let seen = 0;
  for (let j = p * J; j < (p + 1) * J; j++) if (keypoints[3 * j + 2] === VISIBILITY.visible) seen++;
  return seen / J;
}
