import { bodyKeypoints } from "../../body/keypoints.js";
import type { Camera } from "../../camera/camera.js";
import { project } from "../../camera/projection.js";
import type { Skeleton } from "../../skeleton/skeleton.js";
import { pointVisibility, VISIBILITY } from "../render/visibility.js";
import type { StudioBody } from "../scene/actor.js";
import type { Stage } from "../scene/stage.js";
import { pointsOf } from "../scene/truth.js";
import { bodyInCamera } from "./bodyInCamera.js";
import type { SamplePerson } from "./sample.js";
import { sightOf } from "./sight.js";

/** What takes the picture that is labelled. */
export interface View {
  /** With its distortion: joints are where its picture shows them. */
  camera: Camera;
  /** Without, of a picture that holds all that the camera's does: `lensOf`'s. */
  pinhole: Camera;
}

/** The joints of everybody on a stage, as a camera sees them. P people. */
export interface SeenJoints {
  /** P×J×3, see `SamplePerson.keypoints`. */
  keypoints: Float32Array;
  /** P×J×3, m, in the world. */
  points: Float32Array;
}

export interface Labeller {
  /** Where the joints of all people of the frame that was posed last are in a view, and whether they are seen there. */
  joints(stage: Stage, view: View): SeenJoints;
  /**
   * The labels of those of whom a pixel is to be seen, in the stage's order.
   *
   * @param person H×W, the renderer's person channel, as the camera's lens shows it.
   */
  people(stage: Stage, view: View, seen: SeenJoints, person: Uint8Array): LabelledPosed[];
}

/** A person's labels with who it is. */
export interface LabelledPosed {
  id: number;
  labels: SamplePerson;
}

/**
 * Labels rendered pictures in a layout of J joints.
 *
 * @throws MareyError `BODY_KEYPOINT` for a layout with joints that the body lacks.
 */
export function labeller(body: StudioBody, skeleton: Skeleton): Labeller {
  const names = pointsOf(body, skeleton);
  const J = names.length;
  const locate = bodyKeypoints(body.model, names);
  const sight = sightOf(body.model, names);
  return {
    joints({ people, shot }, { camera, pinhole }) {
      const points = new Float32Array(3 * J * people.length);
      people.forEach(({ vertices, joints }, p) => {
        locate(vertices, joints, points.subarray(3 * J * p));
      });
      const query = {
        points,
        persons: people.flatMap(({ id }) => names.map(() => id)),
        own: people.flatMap(() => sight.own),
        margin: Float64Array.from({ length: J * people.length }, (_, i) => sight.margin[i % J]),
      };
      const seen = pointVisibility(shot(0).surfaces, pinhole, query);
      const pixels = project(points, camera);
      const keypoints = new Float32Array(points.length);
      for (let i = 0; i < seen.length; i++) {
        const [x, y] = [pixels[2 * i], pixels[2 * i + 1]];
        const isInside = x >= -0.5 && y >= -0.5 && x < camera.width - 0.5 && y < camera.height - 0.5;
        keypoints.set([x, y, isInside ? seen[i] : VISIBILITY.outside], 3 * i);
      }
      return { keypoints, points };
    },
    people(stage, { camera }, { keypoints, points }, person) {
      const extents = extentsOf(person, camera.width);
      return stage.people.flatMap((posed, p): LabelledPosed[] => {
        const extent = extents.get(posed.id);
        if (!extent) return [];
        const mine = (values: Float32Array) => values.slice(3 * J * p, 3 * J * (p + 1));
        const labels = {
          ...extent,
          keypoints: mine(keypoints),
          joints3d: inCamera(mine(points), camera),
          body: bodyInCamera(posed, stage.scene.actors[p].betas, camera),
        };
        return [{ id: posed.id, labels }];
      });
    },
  };
}

/** Box and number of the pixels that show each person. */
function extentsOf(person: Uint8Array, width: number): Map<number, Pick<SamplePerson, "box" | "area">> {
  const extents = new Map<number, { box: [number, number, number, number]; area: number }>();
  for (let i = 0; i < person.length; i++) {
    const id = person[i];
    if (id === 0) continue;
    const x = i % width;
    const y = (i - x) / width;
    const extent = extents.get(id);
    if (!extent) {
      extents.set(id, { box: [x, y, x, y], area: 1 });
      continue;
    }
    extent.area++;
    const { box } = extent;
    if (x < box[0]) box[0] = x;
    if (x > box[2]) box[2] = x;
    box[3] = y;
  }
  return extents;
}

function inCamera(points: Float32Array, { rotation: R, translation: t }: Camera): Float32Array {
  for (let i = 0; i < points.length; i += 3) {
    const [x, y, z] = [points[i], points[i + 1], points[i + 2]];
    for (let c = 0; c < 3; c++) points[i + c] = R[3 * c] * x + R[3 * c + 1] * y + R[3 * c + 2] * z + t[c];
  }
  return points;
}
