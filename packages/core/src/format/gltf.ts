import {
  type Container,
  gltfInvalid,
  indexBelow,
  isObject,
  type Json,
  numberList,
  openGlb,
} from "./gltfContainer.js";

/** What moves of a glTF file: nodes, animations, skins and the vertices that they carry. Y up, metres. */
export interface Gltf {
  nodes: GltfNode[];
  animations: GltfChannel[][];
  skins: {
    joints: number[] /** Inverse bind matrices, 16 numbers each, column-major. */;
    inverseBind: Float64Array;
  }[];
  meshes: { primitives: GltfPrimitive[]; weights: number[] }[];
}

export interface GltfNode {
  name: string;
  /** Index of the parent, −1 for a root. */
  parent: number;
  translation: number[];
  /** Quaternion x, y, z, w. */
  rotation: number[];
  scale: number[];
  /** 16 numbers, column-major, instead of the three above. */
  matrix?: number[];
  mesh?: number;
  skin?: number;
}

export interface GltfChannel {
  node: number;
  path: "translation" | "rotation" | "scale" | "weights";
  interpolation: "LINEAR" | "STEP" | "CUBICSPLINE";
  /** Seconds, increasing. */
  times: Float64Array;
  /** Width values a key; three times as many (in-tangent, value, out-tangent) for cubic splines. */
  values: Float64Array;
  width: number;
}

export interface GltfPrimitive {
  /** V×3. */
  positions: Float64Array;
  /** V×3 each: displacements of the morph targets. */
  targets: Float64Array[];
  /** V×4 indices into the skin's joints, and their weights; absent when not skinned. */
  joints?: Float64Array;
  weights?: Float64Array;
}

/**
 * Reads what moves of a binary glTF file (version 2, data inside).
 *
 * @throws MareyError `GLB_INVALID` naming the part.
 */
export function readGlb(bytes: Uint8Array, name = "glb"): Gltf {
  const file = openGlb(bytes, name);
  const nodes = readNodes(file);
  const meshes = file.list("meshes").map((mesh, i) => readMesh(file, mesh, `mesh ${i}`));
  const skins = file.list("skins").map((skin, i) => readSkin(file, skin, nodes.length, `skin ${i}`));
  for (const [i, node] of nodes.entries()) {
    if (node.mesh !== undefined) indexBelow(node.mesh, meshes.length, `${name}, node ${i}, mesh`);
    if (node.skin !== undefined) indexBelow(node.skin, skins.length, `${name}, node ${i}, skin`);
  }
  const targets = nodes.map(({ mesh }) => (mesh === undefined ? 0 : meshes[mesh].weights.length));
  const animations = file
    .list("animations")
    .map((animation, i) => readAnimation(file, animation, targets, `animation ${i}`));
  return { nodes, animations, skins, meshes };
}

/** Levels of a scene: far beyond any figure, and little enough to walk. */
const DEEPEST = 1000;

function readNodes(file: Container): GltfNode[] {
  const list = file.list("nodes");
  const nodes = list.map((node, i): GltfNode => {
    const where = `${file.name}, node ${i}`;
    const numbers = (key: string, otherwise: number[]) =>
      node[key] === undefined ? otherwise : numberList(node[key], otherwise.length, `${where}, ${key}`);
    return {
      name: typeof node.name === "string" ? node.name : `node ${i}`,
      parent: -1,
      translation: numbers("translation", [0, 0, 0]),
      rotation: numbers("rotation", [0, 0, 0, 1]),
      scale: numbers("scale", [1, 1, 1]),
      ...(node.matrix !== undefined && { matrix: numberList(node.matrix, 16, `${where}, matrix`) }),
      ...(node.mesh !== undefined && { mesh: node.mesh as number }),
      ...(node.skin !== undefined && { skin: node.skin as number }),
    };
  });
  list.forEach(({ children = [] }, i) => {
    if (!Array.isArray(children)) throw gltfInvalid(`${file.name}, node ${i}`, "its children are no list");
    for (const child of children) {
      const c = indexBelow(child, nodes.length, `${file.name}, node ${i}, children`);
      if (nodes[c].parent >= 0) throw gltfInvalid(`${file.name}, node ${c}`, "it has two parents");
      nodes[c].parent = i;
    }
  });
  nodes.forEach((_, i) => {
    let steps = 0;
    for (let p = nodes[i].parent; p >= 0; p = nodes[p].parent)
      if (p === i || steps++ > DEEPEST)
        throw gltfInvalid(`${file.name}, node ${i}`, "it is its own ancestor, or too deep");
  });
  for (const [s, { nodes: roots = [] }] of file.list("scenes").entries())
    for (const root of Array.isArray(roots) ? roots : [NaN])
      indexBelow(root, nodes.length, `${file.name}, scene ${s}`);
  return nodes;
}

function readSkin(file: Container, skin: Json, nodes: number, where: string): Gltf["skins"][number] {
  if (!Array.isArray(skin.joints)) throw gltfInvalid(`${file.name}, ${where}`, "its joints are no list");
  const joints = skin.joints.map((joint) => indexBelow(joint, nodes, `${file.name}, ${where}, joints`));
  const identity = [1, 0, 0, 0, 0, 1, 0, 0, 0, 0, 1, 0, 0, 0, 0, 1];
  const inverseBind =
    skin.inverseBindMatrices === undefined
      ? Float64Array.from(joints.flatMap(() => identity))
      : file.accessor(skin.inverseBindMatrices, "MAT4", where);
  if (inverseBind.length < joints.length * 16)
    throw gltfInvalid(`${file.name}, ${where}`, "it has fewer inverse bind matrices than joints");
  return { joints, inverseBind };
}

function readMesh(file: Container, mesh: Json, where: string): Gltf["meshes"][number] {
  if (!Array.isArray(mesh.primitives) || !mesh.primitives.every(isObject))
    throw gltfInvalid(`${file.name}, ${where}`, "its primitives are no list");
  const primitives = mesh.primitives.map((primitive) => readPrimitive(file, primitive, where));
  const count = primitives[0]?.targets.length ?? 0;
  const weights =
    mesh.weights === undefined
      ? new Array<number>(count).fill(0)
      : numberList(mesh.weights, count, `${file.name}, ${where}, weights`);
  return { primitives, weights };
}

function readPrimitive(file: Container, primitive: Json, where: string): GltfPrimitive {
  const attributes = isObject(primitive.attributes) ? primitive.attributes : {};
  const positions = file.accessor(attributes.POSITION, "VEC3", `${where}, POSITION`);
  const vertices = positions.length / 3;
  const perVertex = (values: Float64Array, width: number, key: string) => {
    if (values.length !== vertices * width)
      throw gltfInvalid(
        `${file.name}, ${where}, ${key}`,
        `${values.length / width} values for ${vertices} vertices`,
      );
    return values;
  };
  const targets = Array.isArray(primitive.targets) ? primitive.targets : [];
  const skinned = attributes.JOINTS_0 !== undefined;
  const four = (key: string) => perVertex(file.accessor(attributes[key], "VEC4", `${where}, ${key}`), 4, key);
  return {
    positions,
    targets: targets.map((target) =>
      isObject(target) && target.POSITION !== undefined
        ? perVertex(file.accessor(target.POSITION, "VEC3", `${where}, target`), 3, "target")
        : new Float64Array(positions.length),
    ),
    ...(skinned && { joints: four("JOINTS_0"), weights: four("WEIGHTS_0") }),
  };
}

const WIDTHS = { translation: 3, rotation: 4, scale: 3 } as const;

function readAnimation(
  file: Container,
  animation: Json,
  targets: readonly number[],
  where: string,
): GltfChannel[] {
  const { channels, samplers } = animation;
  const at = `${file.name}, ${where}`;
  if (!Array.isArray(channels) || !Array.isArray(samplers) || ![...channels, ...samplers].every(isObject))
    throw gltfInvalid(at, "it lacks channels or samplers");
  return (channels as Json[]).flatMap((channel): GltfChannel[] => {
    const target = isObject(channel.target) ? channel.target : {};
    if (target.node === undefined) return [];
    const node = indexBelow(target.node, targets.length, at);
    const sampler = (samplers as Json[])[indexBelow(channel.sampler, samplers.length, at)];
    const path = target.path as GltfChannel["path"];
    if (!(path in WIDTHS) && path !== "weights")
      throw gltfInvalid(at, `the path "${path}" can't be animated`);
    const interpolation = (sampler.interpolation ?? "LINEAR") as GltfChannel["interpolation"];
    if (!["LINEAR", "STEP", "CUBICSPLINE"].includes(interpolation))
      throw gltfInvalid(at, `the interpolation "${interpolation}" is unknown`);
    const width = path === "weights" ? targets[node] : WIDTHS[path];
    const times = file.accessor(sampler.input, "SCALAR", where);
    const type = path === "weights" ? "SCALAR" : width === 4 ? "VEC4" : "VEC3";
    const values = file.accessor(sampler.output, type, where);
    const keys = times.length * (interpolation === "CUBICSPLINE" ? 3 : 1);
    if (times.length === 0 || values.length !== keys * width)
      throw gltfInvalid(at, `${values.length} values for ${times.length} keys of ${width}`);
    if (times.some((time, i) => !(i === 0 || time > times[i - 1])))
      throw gltfInvalid(at, "its times don't increase");
    return [{ node, path, interpolation, times, values, width }];
  });
}
