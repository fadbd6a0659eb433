import type { BodyModel, SparseRows } from "../../body/model.js";
import { add, mul, sub } from "../../graph/elementwise.js";
import { gather } from "../../graph/indexing.js";
import { matmul } from "../../graph/linear.js";
import { identity } from "../../graph/linearAlgebra.js";
import { concat, reshape, slice, transpose } from "../../graph/movement.js";
import { constant, type Node } from "../../graph/node.js";
import { reduceSum } from "../../graph/reduce.js";
import { axisAngleToMatrix } from "../../graph/rotation.js";

/** A body model on a graph, V vertices and J joints. */
export interface BodyTensors {
  /** [V, 3]. */
  template: Node;
  /** [V, 3, S]. */
  shapes: Node;
  /** [V, 3, 9 (J − 1)]; undefined for a model without correctives. */
  correctives?: Node | undefined;
  /** [J, V]. */
  regressor: Node;
  /** [V, J]. */
  weights: Node;
  /** J; −1 for the root, and before their children. */
  parents: ArrayLike<number>;
}

export interface BodyState {
  /** [N, S]. */
  betas: Node;
  /** [N, 3 J] or [N, J, 3] axis-angle in radians, or [N, J, 3, 3] rotation matrices; each relative to its parent. */
  pose: Node;
  /** [N, 3], m; added last. */
  translation?: Node | undefined;
}

/**
 * Linear blend skinning on a graph (Loper et al. 2015, eq. 2 to 10), for losses on joints and vertices: the same numbers as
 * `bodySkinner`, with gradients for shape, pose and translation. Smooth at zero rotations.
 *
 * @returns vertices [N, V, 3] and joints [N, J, 3], m.
 */
export function skin(body: BodyTensors, { betas, pose, translation }: BodyState) {
  const N = betas.shape[0];
  const V = body.template.shape[0];
  const J = body.parents.length;
  const rotations = pose.shape.length === 4 ? pose : axisAngleToMatrix(reshape(pose, [N, J, 3]));
  const used = slice(body.shapes, 2, 0, betas.shape[1]);
  const offsets = matmul(betas, reshape(used, [3 * V, betas.shape[1]]), { transB: true });
  const rest = add(reshape(offsets, [N, V, 3]), body.template);
  const restJoints = pointsTimes(rest, body.regressor);
  const { turns, positions } = chain(rotations, restJoints, body.parents);
  const bent = body.correctives ? add(rest, correction(rotations, body.correctives)) : rest;
  // A rest vertex v follows joint j to turns · (v − rest joint) + position.
  const shifts = sub(positions, rotated(turns, restJoints));
  const blended = matmulWeights(body.weights, reshape(turns, [N, J, 9]));
  const moved = add(rotated(reshape(blended, [N, V, 3, 3]), bent), matmulWeights(body.weights, shifts));
  const place = (points: Node) => (translation ? add(points, reshape(translation, [N, 1, 3])) : points);
  return { vertices: place(moved), joints: place(positions) };
}

/** R p of matrices [N, M, 3, 3] and points [N, M, 3]. */
const rotated = (R: Node, p: Node): Node =>
  reduceSum(mul(R, reshape(p, [p.shape[0], p.shape[1], 1, 3])), [-1]);

/** Σ over joints of weights [V, J] · values [N, J, C] → [N, V, C]: one product for the whole batch. */
function matmulWeights(weights: Node, values: Node): Node {
  const [N, J, C] = values.shape;
  const columns = reshape(transpose(values, [1, 0, 2]), [J, N * C]);
  return transpose(reshape(matmul(weights, columns), [weights.shape[0], N, C]), [1, 0, 2]);
}

/** Rows of a regressor [J, V] times points [N, V, 3]. */
const pointsTimes = (points: Node, regressor: Node): Node => matmulWeights(regressor, points);

/** What the rotations of all joints but the root add to the vertices: [N, V, 3]. */
function correction(rotations: Node, correctives: Node): Node {
  const [N, J] = rotations.shape;
  const [V, , P] = correctives.shape;
  const features = reshape(sub(slice(rotations, 1, 1), identity(3)), [N, 9 * (J - 1)]);
  return reshape(matmul(features, reshape(correctives, [3 * V, P]), { transB: true }), [N, V, 3]);
}

/**
 * World rotations [N, J, 3, 3] and positions [N, J, 3] along the tree. Joints equally far from the root go together: as
 * many steps as the tree is deep, not as it has joints.
 */
function chain(rotations: Node, rest: Node, parents: ArrayLike<number>) {
  const levels = levelsOf(parents);
  const parentOf = Array.from(parents, (parent) => Math.max(parent, 0));
  const bones = sub(rest, gather(rest, indices(parentOf), 1));
  let turns = gather(rotations, indices(levels[0]), 1);
  let positions = gather(rest, indices(levels[0]), 1);
  const allTurns = [turns];
  const allPositions = [positions];
  for (let depth = 1; depth < levels.length; depth++) {
    const level = levels[depth];
    const above = indices(level.map((j) => levels[depth - 1].indexOf(parents[j])));
    const parentTurns = gather(turns, above, 1);
    positions = add(gather(positions, above, 1), rotated(parentTurns, gather(bones, indices(level), 1)));
    turns = matmul(parentTurns, gather(rotations, indices(level), 1));
    allTurns.push(turns);
    allPositions.push(positions);
  }
  const order = levels.flat();
  const back = indices(order.map((_, j) => order.indexOf(j)));
  return {
    turns: gather(concat(allTurns, 1), back, 1),
    positions: gather(concat(allPositions, 1), back, 1),
  };
}

/** Joints by their distance from the root. */
function levelsOf(parents: ArrayLike<number>): number[][] {
  const levels: number[][] = [];
  const depths: number[] = [];
  for (let j = 0; j < parents.length; j++) {
    depths[j] = parents[j] < 0 ? 0 : depths[parents[j]] + 1;
    levels[depths[j]] = [...(levels[depths[j]] ?? []), j];
  }
  return levels;
}

const indices = (values: readonly number[]) => constant(values, [values.length], "int64");

/**
 * A body model as constants of a graph. The correctives become dense, 12 · 9 (J − 1) bytes a vertex: 7 MB for the open
 * body's lite mesh, 32 MB for the full one.
 */
export function bodyTensors(model: BodyModel): BodyTensors {
  const V = model.vertices;
  const J = model.joints.length;
  return {
    template: constant(model.template, [V, 3]),
    shapes: constant(model.shapes, [V, 3, model.shapeCount]),
    correctives: model.correctives ? constant(denseCorrectives(model), [V, 3, 9 * (J - 1)]) : undefined,
    regressor: constant(denseRows(model.regressor, V), [J, V]),
    weights: constant(denseWeights(model), [V, J]),
    parents: model.parents,
  };
}

function denseCorrectives({ vertices: V, joints, correctives }: BodyModel): Float32Array {
  const P = 9 * (joints.length - 1);
  const out = new Float32Array(3 * V * P);
  for (const { joint, vertices, offsets } of correctives ?? [])
    for (let n = 0; n < vertices.length; n++)
      for (let i = 0; i < 27; i++)
        out[(3 * vertices[n] + Math.floor(i / 9)) * P + 9 * (joint - 1) + (i % 9)] = offsets[27 * n + i];
  return out;
}

function denseRows({ offsets, columns, values }: SparseRows, width: number): Float32Array {
  const out = new Float32Array((offsets.length - 1) * width);
  for (let row = 0; row < offsets.length - 1; row++)
    for (let i = offsets[row]; i < offsets[row + 1]; i++) out[row * width + columns[i]] = values[i];
  return out;
}

function denseWeights({ vertices: V, joints, weights }: BodyModel): Float32Array {
  const J = joints.length;
  const out = new Float32Array(V * J);
  weights.weights.forEach((weight, i) => {
    out[Math.floor(i / weights.perVertex) * J + weights.joints[i]] += weight;
  });
  return out;
}
