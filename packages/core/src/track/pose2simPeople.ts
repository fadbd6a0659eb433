import type { Rig } from "../camera/camera.js";
import { type DropSearchOptions, triangulateDroppingViews } from "../camera/dropSearch.js";
import { projectionMatrices } from "../camera/projection.js";
import { type Triangulator, triangulator } from "../camera/triangulation.js";
import type { Detection, Detections } from "../motion/keypoints.js";
import { pose2simJoint, pose2simMarkers } from "../skeleton/pose2sim.js";
import { type People, unseenPerson } from "./people.js";
import { associateSinglePerson, type SingleAssociationOptions } from "./pose2sim.js";
import { associateSeveralPeople, type SeveralAssociationOptions } from "./pose2simAffinity.js";
import { type LinkOptions, linker, linkPeople } from "./pose2simLink.js";

export interface Pose2SimPeopleOptions {
  /** Look for any number of people instead of one (`multi_person`). */
  several?: boolean;
  single?: Partial<Omit<SingleAssociationOptions, "joint">>;
  /** Pose2Sim's name of the joint that stands for a single person; `Neck` when absent, the first joint without one. */
  tracked?: string;
  affinity?: SeveralAssociationOptions;
  /** The triangulation whose people are linked over time. */
  triangulation?: DropSearchOptions;
  link?: LinkOptions;
}

/**
 * Who is who by Pose2Sim's rules: association frame by frame and, with several people, identities by the distance of
 * the triangulated joints from frame to frame.
 *
 * @param views One per camera, in the order of the rig; joints in pixels, whose distortion is left out as there. A view
 *   that ends early sees no one afterwards.
 * @returns People with ids 0, 1 … in the order in which they appear; with one person always exactly one.
 */
export function pose2simPeople(
  views: readonly Detections[],
  rig: Rig,
  {
    several = false,
    single = {},
    tracked = "Neck",
    affinity = {},
    triangulation = {},
    link = {},
  }: Pose2SimPeopleOptions = {},
): People {
  const solver = triangulator(projectionMatrices(rig.cameras));
  const frameCount = Math.max(0, ...views.map(({ frames }) => frames.length));
  const { skeleton } = views[0];
  const joint = Math.max(pose2simJoint(skeleton, tracked), 0);
  const joints = pose2simMarkers(skeleton).map((marker) => marker.joint);
  const known = linker();
  const result: People = { frameCount, viewCount: views.length, people: [] };
  if (!several) result.people.push(unseenPerson(0, frameCount, views.length));
  for (let t = 0; t < frameCount; t++) {
    const frame = views.map(({ frames }) => frames[t] ?? []);
    if (!several) {
      result.people[0].detections.set(
        associateSinglePerson(solver, frame, { joint, ...single }),
        t * views.length,
      );
      continue;
    }
    const groups = associateSeveralPeople(rig.cameras, frame, affinity);
    const positions = groups.map((group) => triangulateGroup(solver, frame, group, joints, triangulation));
    linkPeople(known, positions, link).forEach((slot, i) => {
      while (result.people.length <= slot)
        result.people.push(unseenPerson(result.people.length, frameCount, views.length));
      result.people[slot].detections.set(groups[i], t * views.length);
    });
  }
  return result;
}

/** Positions of the given joints of a person, J×3, metres; NaN where no set of views agrees. */
function triangulateGroup(
  solver: Triangulator,
  frame: readonly (readonly Detection[])[],
  group: Int16Array,
  joints: readonly number[],
  options: DropSearchOptions,
): Float64Array {
  const views = frame.length;
  const observations = new Float64Array(joints.length * views * 3).fill(NaN);
  joints.forEach((joint, j) => {
    group.forEach((person, v) => {
      if (person < 0) return;
      const source = frame[v][person].joints;
      for (let c = 0; c < 3; c++) observations[(j * views + v) * 3 + c] = source[3 * joint + c];
    });
  });
  return triangulateDroppingViews(solver, observations, options).points;
}
