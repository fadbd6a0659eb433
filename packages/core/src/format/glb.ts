import { type Accessor, Document, type Node, WebIO } from "@gltf-transform/core";
import { MareyError } from "../error.js";
import type { Motion } from "../motion/motion.js";
import type { Skeleton } from "../skeleton/skeleton.js";
import { type Fitted, fittedPerson, readRotation } from "./fitted.js";
import { animatedGlb } from "./glbAnimation.js";
import { joinPieces } from "./pieces.js";
import { restPositions, type Side, stickFigure } from "./stickFigure.js";

/** Linear RGB: orange left, blue right (told apart by colour-blind people too), light grey between. */
const COLOURS: Record<Side, readonly [number, number, number]> = {
  left: [0.79, 0.35, 0.02],
  right: [0.02, 0.2, 0.55],
  middle: [0.55, 0.55, 0.55],
};

/**
 * Writes fitted people as one binary glTF: Y up, metres, right-handed; a node per joint, rotations and the root's
 * translation animated in one clip, and a skinned stick figure, so that any viewer shows it. Frames without a pose
 * have no keys: viewers interpolate across them.
 *
 * @returns The file in pieces, made one after the other.
 * @throws MareyError `MOTION_UNFITTED`, `MOTION_ROOTS`, `MOTION_EMPTY` (see `fittedPerson`).
 */
export async function glbPieces(motion: Motion, file = "glb"): Promise<Iterable<Uint8Array>> {
  if (motion.people.length === 0)
    throw new MareyError("MOTION_EMPTY", file, "there are no people to write", "Check the capture");
  const document = new Document();
  document.getRoot().getAsset().generator = "Marey";
  const { skeleton, frameRate, firstFrame, frameCount } = motion;
  document.getRoot().setExtras({ marey: { skeleton: skeleton.name, frameRate, firstFrame, frameCount } });
  const buffer = document.createBuffer();
  const scene = document.createScene(file);
  document.getRoot().setDefaultScene(scene);
  const write: Writing = {
    document,
    accessor: (type, array) => document.createAccessor().setType(type).setArray(array).setBuffer(buffer),
  };
  const materials = figureMaterials(document);
  const animated = motion.people.map((person) => {
    const fitted = fittedPerson(person, motion, file);
    const joints = jointNodes(document, skeleton, fitted);
    const name = `person ${person.id}`;
    scene.addChild(document.createNode(name).addChild(joints[fitted.order[0]]));
    scene.addChild(body(write, name, skeleton, fitted, joints, materials));
    return { fitted, joints };
  });
  const { json, resources } = await new WebIO().writeJSON(document);
  const [binary] = Object.values(resources);
  // The writer numbers nodes in this order.
  const nodes = document.getRoot().listNodes();
  const people = animated.map(({ fitted, joints }) => ({
    fitted,
    nodes: joints.map((joint) => nodes.indexOf(joint)),
  }));
  return animatedGlb(json, binary, people, frameRate);
}

/** `glbPieces` as one array of bytes. */
export async function writeGlb(motion: Motion, file = "glb"): Promise<Uint8Array> {
  return joinPieces(await glbPieces(motion, file));
}

interface Writing {
  document: Document;
  accessor: (type: "SCALAR" | "VEC3" | "VEC4" | "MAT4", array: NumberArray) => Accessor;
}

type NumberArray = NonNullable<Parameters<Accessor["setArray"]>[0]>;
type Materials = Record<Side, ReturnType<Document["createMaterial"]>>;

function figureMaterials(document: Document): Materials {
  const material = (side: Side) =>
    document
      .createMaterial(side)
      .setBaseColorFactor([...COLOURS[side], 1])
      .setMetallicFactor(0)
      .setRoughnessFactor(0.7);
  return { left: material("left"), right: material("right"), middle: material("middle") };
}

/** Nodes at the first frame's pose, so that a viewer without animation shows that. */
function jointNodes(document: Document, layout: Skeleton, fitted: Fitted): Node[] {
  const t = fitted.posed.indexOf(1);
  const rotation = new Float64Array(4);
  const nodes = layout.joints.map((name, j) => {
    const at =
      layout.parents[j] < 0 ? fitted.root.subarray(t * 3, t * 3 + 3) : fitted.rest.subarray(j * 3, j * 3 + 3);
    readRotation(fitted, t, j, rotation);
    const q = unit(rotation);
    return document
      .createNode(name)
      .setTranslation([at[0], at[1], at[2]])
      .setRotation([q[0], q[1], q[2], q[3]]);
  });
  layout.parents.forEach((parent, j) => {
    if (parent >= 0) nodes[parent].addChild(nodes[j]);
  });
  return nodes;
}

function body(
  { document, accessor }: Writing,
  name: string,
  layout: Skeleton,
  fitted: Fitted,
  joints: Node[],
  materials: Materials,
): Node {
  const bind = new Float32Array(layout.joints.length * 16);
  const rest = restPositions(layout, fitted.rest);
  layout.joints.forEach((_, j) => {
    const [x, y, z] = rest.subarray(j * 3, j * 3 + 3);
    bind.set([1, 0, 0, 0, 0, 1, 0, 0, 0, 0, 1, 0, -x, -y, -z, 1], j * 16);
  });
  const skin = document.createSkin(name).setInverseBindMatrices(accessor("MAT4", bind));
  for (const joint of joints) skin.addJoint(joint);
  const mesh = document.createMesh(name);
  for (const part of stickFigure(layout, fitted.rest)) {
    const carriers = new Uint16Array(part.joints.length * 4);
    const weights = new Float32Array(part.joints.length * 4);
    part.joints.forEach((joint, v) => {
      carriers[v * 4] = joint;
      weights[v * 4] = 1;
    });
    mesh.addPrimitive(
      document
        .createPrimitive()
        .setAttribute("POSITION", accessor("VEC3", part.positions))
        .setAttribute("NORMAL", accessor("VEC3", part.normals))
        .setAttribute("JOINTS_0", accessor("VEC4", carriers))
        .setAttribute("WEIGHTS_0", accessor("VEC4", weights))
        .setIndices(accessor("SCALAR", part.indices))
        .setMaterial(materials[part.side]),
    );
  }
  return document.createNode(`${name} figure`).setMesh(mesh).setSkin(skin);
}

function unit(q: Float64Array): number[] {
  const length = Math.hypot(q[0], q[1], q[2], q[3]);
  return length > 0 ? Array.from(q, (value) => value / length) : [0, 0, 0, 1];
}
