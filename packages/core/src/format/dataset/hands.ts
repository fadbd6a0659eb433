import { hand21, interHand42 } from "../../skeleton/layouts.js";
import { readJson } from "../lines.js";
import {
  type AnnotatedPerson,
  type Annotations,
  type Fields,
  invalidAnnotations,
  isRecord,
  jointExtent,
  jointsOf,
  numbersOf,
} from "./annotations.js";
import { cocoFile, readCocoAnnotations } from "./cocoAnnotations.js";

const matrixOf = (value: unknown): number[] | undefined =>
  Array.isArray(value) ? numbersOf(value.flat()) : undefined;

/**
 * Reads FreiHAND's own files (Zimmermann et al. 2019), `training_xyz.json` (21×3 metres in the camera's frame) and
 * `training_K.json`: the points projected by K. Pictures are `00000000.jpg` and so on, 224×224.
 *
 * @throws MareyError `ANNOTATIONS_INVALID` naming the entry; `JSON_INVALID`, `TEXT_INVALID`.
 */
export function readFreiHand(
  xyz: Uint8Array,
  intrinsics: Uint8Array,
  name = "training_xyz.json",
): Annotations {
  const [hands, cameras] = [readJson(xyz, name), readJson(intrinsics, "training_K.json")];
  if (!Array.isArray(hands) || !Array.isArray(cameras) || hands.length !== cameras.length)
    throw invalidAnnotations(name, "points and cameras are not as many", "Pass xyz and K of the same set");
  const people = hands.map((hand: unknown, i): AnnotatedPerson => {
    const [points, K] = [matrixOf(hand), matrixOf(cameras[i])];
    if (points?.length !== 63 || K?.length !== 9)
      throw invalidAnnotations(`${name}, entry ${i}`, "it is not 21 points with a 3×3 camera");
    const flat = hand21.joints.flatMap((_, j) => {
      const [x, y, z] = points.slice(3 * j, 3 * j + 3);
      const depth = K[6] * x + K[7] * y + K[8] * z;
      return [(K[0] * x + K[1] * y + K[2] * z) / depth, (K[3] * x + K[4] * y + K[5] * z) / depth, 2];
    });
    const joints = jointsOf(flat);
    const box = jointExtent(joints);
    return { id: i, image: i, joints, crowd: false, ...(box && { box }) };
  });
  return {
    dataset: "hand",
    skeleton: hand21,
    images: people.map((_, i) => ({
      id: i,
      file: `${String(i).padStart(8, "0")}.jpg`,
      width: 224,
      height: 224,
    })),
    people,
  };
}

/** InterHand2.6M's three files of a split. */
export interface InterHandFiles {
  data: Uint8Array;
  camera: Uint8Array;
  joints: Uint8Array;
}

/**
 * Reads InterHand2.6M (Moon et al. 2020): `…_data.json` lists the pictures, `…_joint_3d.json` has the points of both
 * hands in the world (mm), which `…_camera.json` projects: x = R (X − c), then focal lengths and principal point.
 *
 * @throws MareyError `ANNOTATIONS_INVALID` naming the entry; `JSON_INVALID`, `TEXT_INVALID`.
 */
export function readInterHand(
  { data, camera, joints }: InterHandFiles,
  name = "interhand_data.json",
): Annotations {
  const file = cocoFile(readJson(data, name), name);
  const cameras = readJson(camera, "camera.json");
  const worlds = readJson(joints, "joint_3d.json");
  if (!file || !isRecord(cameras) || !isRecord(worlds))
    throw invalidAnnotations(name, "it is not InterHand's");
  const images = new Map(file.images.map((image) => [image.id, image]));
  return readCocoAnnotations(file, name, {
    dataset: "interhand",
    skeleton: interHand42,
    keypoints: (annotation, where) => {
      const { capture, camera: view, frame_idx } = images.get(annotation.image_id) ?? {};
      const taken = `${where}, capture ${capture}, camera ${view}, frame ${frame_idx}`;
      const { world_coord, joint_valid } = part(part(worlds, capture, taken), frame_idx, taken);
      const seen = matrixOf(annotation.joint_valid) ?? [];
      const known = (Array.isArray(joint_valid) ? joint_valid.flat() : []) as unknown[];
      const points = matrixOf(world_coord) ?? [];
      if (points.length !== 126) throw invalidAnnotations(taken, "its points are not 42");
      const project = projection(part(cameras, capture, taken), String(view), taken);
      return interHand42.joints.flatMap((_, j) =>
        seen[j] && known[j] ? [...project(points.slice(3 * j, 3 * j + 3)), 1] : [0, 0, 0],
      );
    },
  });
}

function part(whole: Fields, key: unknown, where: string): Fields {
  const found = whole[String(key)];
  if (isRecord(found)) return found;
  throw invalidAnnotations(where, "joints or camera are missing", "Pass the three files of one split");
}

function projection(capture: Fields, view: string, where: string): (point: number[]) => [number, number] {
  const [centre, R, focal, principal] = ["campos", "camrot", "focal", "princpt"].map((key) =>
    matrixOf(isRecord(capture[key]) ? capture[key][view] : undefined),
  );
  if (centre?.length !== 3 || R?.length !== 9 || focal?.length !== 2 || principal?.length !== 2)
    throw invalidAnnotations(where, "its camera isn't whole", "Pass the camera file of the same split");
  return (point) => {
    const moved = point.map((value, k) => value - centre[k]);
    const [x, y, z] = [0, 3, 6].map(
      (row) => R[row] * moved[0] + R[row + 1] * moved[1] + R[row + 2] * moved[2],
    );
    return [(focal[0] * x) / z + principal[0], (focal[1] * y) / z + principal[1]];
  };
}
