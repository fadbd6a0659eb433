import { bodySkinner } from "../../body/skinning.js";
import type { Camera } from "../../camera/camera.js";
import { handHeld } from "../handHeld.js";
import { dress, posePerson } from "../person/person.js";
import type { Shot } from "../render/shot.js";
import type { Surface } from "../render/surface.js";
import { poseActor } from "./acting.js";
import type { StudioBody } from "./actor.js";
import type { Scene } from "./scene.js";

/** Someone on the stage, in the frame that was posed last. */
export interface Posed {
  id: number;
  /** V×3, m: the bare body. */
  vertices: Float32Array;
  /** J×3, m. */
  joints: Float64Array;
  /** J×3 rotation vectors, and where the body's origin is, m: what the skinner made them of. */
  pose: Float32Array;
  translation: Float64Array;
}

/** A scene whose people are dressed: poses any frame, in any order. Its arrays are written over by the next call. */
export interface Stage {
  scene: Scene;
  people: readonly Posed[];
  /** Puts everybody where they are in a frame; past a motion's end they stay as they are. */
  pose(frame: number): void;
  /** What a camera sees in the frame that was posed last. */
  shot(view: number): Shot;
  /** The camera in a frame: cameras in hands move. */
  camera(view: number, frame: number): Camera;
}

export interface StageOptions {
  /** Also where everything is one frame later, for optical flow; default false, since it poses everybody twice. */
  flow?: boolean;
}

export function openStage(body: StudioBody, scene: Scene, { flow = false }: StageOptions = {}): Stage {
  const { actors, setting, rig, frameRate } = scene;
  const people = actors.map((actor) => {
    const skinner = bodySkinner(body.model);
    skinner.shape(actor.betas);
    return {
      ...{ actor, id: actor.id, skinner },
      person: dress(body.model, actor.look, actor.betas, { person: actor.id, later: flow }),
      vertices: new Float32Array(3 * body.model.vertices),
      joints: new Float64Array(3 * body.model.joints.length),
      pose: new Float32Array(3 * body.model.joints.length),
      translation: new Float64Array(3),
    };
  });
  const surfaces: Surface[] = [...setting.surfaces, ...people.flatMap(({ person }) => person.surfaces)];
  let now = 0;
  let moment = {};
  const camera = (view: number, frame: number) =>
    handHeld(rig.cameras[view], frame / frameRate, scene.unrest, scene.seed, view);
  return {
    scene,
    people,
    pose(frame) {
      now = frame;
      moment = {};
      for (const { actor, skinner, person, ...posed } of people) {
        const { vertices, translation } = posed;
        if (flow) {
          poseActor(skinner, actor, frame + 1, posed);
          posePerson(person, { vertices, transforms: skinner.transforms, translation }, "later");
        }
        poseActor(skinner, actor, frame, posed);
        posePerson(person, { vertices, transforms: skinner.transforms, translation }, "now");
      }
    },
    shot: (view) => ({
      ...{ surfaces, camera: camera(view, now), lights: setting.lights, moment },
      ...(setting.background ? { background: setting.background } : {}),
      ...(flow && scene.unrest > 0 ? { laterCamera: camera(view, now + 1) } : {}),
    }),
    camera,
  };
}
