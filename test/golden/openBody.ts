import { readFileSync } from "node:fs";
import { join } from "node:path";
import { type BodyModel, bodySkinner, readBody } from "@marey/core/body";
import { goldenFolder, numbers, type Operation, type Operations } from "./fixture.js";

/** The files that the cases name lie beside the fixtures. */
const folder = join(goldenFolder, "../data/open-body");
const bytesOf = (name: string) => readFileSync(join(folder, `${name}.npz`));

const models = new Map<string, BodyModel>();

/** A body as the case asks for it; the one with fingers is an extension of the full one. */
function modelOf(name: string, correctives: boolean): BodyModel {
  const key = `${name} ${correctives}`;
  const hands = name === "open_body_hands";
  const model =
    models.get(key) ??
    readBody(bytesOf(hands ? "open_body" : name), name, {
      correctives,
      ...(hands && { over: bytesOf(name) }),
    });
  models.set(key, model);
  return model;
}

const bodyModel: Operation = ({ attributes, inputs }) => {
  const model = modelOf(attributes.model, attributes.correctives);
  const skinner = bodySkinner(model);
  const vertices = new Float64Array(3 * model.vertices);
  const joints = new Float64Array(3 * model.joints.length);
  skinner.shape(numbers(inputs.betas!));
  skinner.pose(numbers(inputs.pose!), numbers(inputs.translation!), vertices, joints);
  const picked = (from: ArrayLike<number>) =>
    Array.from(numbers(inputs.vertexIndices!)).flatMap((v) => [
      from[3 * v]!,
      from[3 * v + 1]!,
      from[3 * v + 2]!,
    ]);
  return {
    vertices: picked(vertices),
    joints,
    restVertices: picked(skinner.rest),
    restJoints: skinner.restJoints,
  };
};

/** The operations of the golden group `open-body`. */
export const openBody: Operations = { bodyModel };
