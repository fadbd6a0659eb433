/**
 * Bodies skinned per second on one core, every joint turned and all correctives applied: the lite and the full mesh of the
 * open body, against the same formulas as plain loops over dense matrices in the same run. The shape stays, as in a clip;
 * new shapes and normals are timed by themselves. Seconds are the processor's, so that other processes don't count.
 *
 * npx tsx --conditions=marey-source benchmarks/skinning.ts
 */
import { random } from "@marey/core/array";
import { type BodyModel, bodySkinner, openBody, vertexNormals } from "@marey/core/body";
import { readOpenBody } from "marey";

const bodies = 1000;
const repetitions = 7;
const seed = 1;

/** Poses with every joint turned by up to half a radian about each axis. */
function drawPoses(joints: number): Float64Array[] {
  const { uniform } = random(seed);
  return Array.from({ length: 64 }, () =>
    Float64Array.from({ length: 3 * joints }, () => uniform(-0.5, 0.5)),
  );
}

/** Σ over joints of dense weights V×J, and dense correctives V×3×P: what the formulas say and no more. */
function plain(model: BodyModel): (pose: Float64Array, out: Float32Array) => void {
  const V = model.vertices;
  const J = model.joints.length;
  const P = 9 * (J - 1);
  const [correctives, weights] = [denseCorrectives(model, P), denseWeights(model, J)];
  // The chain of joints is cheap; it comes from the same code.
  const chain = bodySkinner(model, { correctives: false });
  const unused = new Float32Array(3 * V);
  const [A, features, T, p] = [12 * J, P, 12, 3].map((n) => new Float64Array(n)) as Float64Array[];
  return (pose, out) => {
    chain.pose(pose, [0, 0, 0], unused);
    relative(model, chain.transforms, chain.restJoints, A!, features!);
    for (let v = 0; v < V; v++) {
      T!.fill(0);
      for (let j = 0; j < J; j++)
        for (let i = 0; i < 12; i++) T![i]! += weights[v * J + j]! * A![12 * j + i]!;
      for (let a = 0; a < 3; a++) {
        let sum = chain.rest[3 * v + a]!;
        for (let i = 0; i < P; i++) sum += correctives[(3 * v + a) * P + i]! * features![i]!;
        p![a] = sum;
      }
      for (let a = 0; a < 3; a++)
        out[3 * v + a] =
          T![4 * a]! * p![0]! + T![4 * a + 1]! * p![1]! + T![4 * a + 2]! * p![2]! + T![4 * a + 3]!;
    }
  };
}

/** Skinning transforms and corrective features (R − I of all joints but the root) of a posed chain. */
function relative(
  { parents }: BodyModel,
  world: Float64Array,
  rest: Float64Array,
  A: Float64Array,
  features: Float64Array,
): void {
  A.set(world);
  for (let j = 0; j < parents.length; j++) {
    for (let row = 0; row < 3; row++)
      for (let c = 0; c < 3; c++) A[12 * j + 4 * row + 3]! -= world[12 * j + 4 * row + c]! * rest[3 * j + c]!;
    const parent = parents[j]!;
    if (parent < 0) continue;
    for (let i = 0; i < 9; i++) {
      let sum = i % 4 === 0 ? -1 : 0;
      for (let k = 0; k < 3; k++)
        sum += world[12 * parent + 4 * k + Math.floor(i / 3)]! * world[12 * j + 4 * k + (i % 3)]!;
      features[9 * (j - 1) + i] = sum;
    }
  }
}

function denseCorrectives(model: BodyModel, P: number): Float32Array {
  const out = new Float32Array(3 * model.vertices * P);
  for (const { joint, vertices, offsets } of model.correctives ?? [])
    vertices.forEach((v, n) => {
      for (let i = 0; i < 27; i++)
        out[(3 * v + Math.floor(i / 9)) * P + 9 * (joint - 1) + (i % 9)] = offsets[27 * n + i]!;
    });
  return out;
}

function denseWeights({ vertices, weights }: BodyModel, J: number): Float32Array {
  const out = new Float32Array(vertices * J);
  weights.weights.forEach((weight, i) => {
    out[Math.floor(i / weights.perVertex) * J + weights.joints[i]!] += weight;
  });
  return out;
}

/** Runs per second of the processor: the median of several rounds. */
function rate(run: (i: number) => void, count = bodies): number {
  const rates = Array.from({ length: repetitions }, () => {
    const start = process.cpuUsage();
    for (let i = 0; i < count; i++) run(i);
    const { user, system } = process.cpuUsage(start);
    return (1e6 * count) / (user + system);
  });
  return rates.sort((a, b) => a - b)[repetitions >> 1]!;
}

const bytes = await readOpenBody();
for (const mesh of ["lite", "full"] as const) {
  const model = openBody(bytes, { mesh });
  const poses = drawPoses(model.joints.length);
  const pose = (i: number) => poses[i % poses.length]!;
  const [out, other] = [new Float32Array(3 * model.vertices), new Float32Array(3 * model.vertices)];
  const [skinner, bare] = [bodySkinner(model), bodySkinner(model, { correctives: false })];
  const peer = plain(model);
  skinner.pose(pose(0), [0, 0, 0], out);
  peer(pose(0), other);
  const apart = out.reduce((worst, x, i) => Math.max(worst, Math.abs(x - other[i]!)), 0);
  if (!(apart < 1e-5)) throw new Error(`the plain loops are ${apart} m apart`);
  const fast = rate((i) => skinner.pose(pose(i), [0, 0, 0], out));
  const slow = rate((i) => peer(pose(i), other), bodies / 20);
  const lines: [string, number][] = [
    ["with correctives", fast],
    ["without correctives", rate((i) => bare.pose(pose(i), [0, 0, 0], out))],
    ["plain loops", slow],
    ["new shapes", rate((i) => skinner.shape([i, 1, 1, 1, 1, 1, 1, 1, 1, 1]), bodies / 5)],
    ["normals", rate(() => vertexNormals(out, model.triangles, other))],
  ];
  const times = (fast / slow).toFixed(1);
  console.log(`${mesh} mesh, ${model.vertices} vertices, a second on one core (${times} times plain loops):`);
  for (const [name, value] of lines) console.log(`  ${name.padEnd(20)} ${value.toFixed(0).padStart(6)}`);
}
