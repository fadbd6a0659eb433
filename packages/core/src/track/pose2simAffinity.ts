import { EigenvalueDecomposition, Matrix } from "ml-matrix";
import type { Camera } from "../camera/camera.js";
import { cameraCentre, viewingRays } from "../camera/projection.js";
import type { Detection } from "../motion/keypoints.js";
import { countedPeople } from "./pose2sim.js";

export interface SeveralAssociationOptions {
  /** Distance between rays at which two detections have nothing in common, metres (default 0.1). */
  maxDistance?: number;
  /** Refined affinities below this are none (default 0.2). */
  minAffinity?: number;
  /** Views in which a person must be seen (default 2). */
  minViews?: number;
}

/** A detection with the viewing rays of its joints in Plücker form. */
interface RayBundle {
  view: number;
  person: number;
  /** J×3, unit length; zeros where the joint is missing. */
  directions: Float64Array;
  /** J×3: centre × direction. */
  moments: Float64Array;
  confidence: Float64Array;
}

/**
 * Groups the detections of a frame by person, as Pose2Sim's association of several persons: affinities from the
 * distances between rays, refined towards low rank, then read row by row.
 *
 * @param cameras Their distortion is left out, as Pose2Sim does.
 * @returns For each person the index of its detection in each view, −1 for none. The order has no meaning over time.
 * Source: Pose2Sim, `personAssociation.py`, after v0.10.41; the refinement is EasyMocap's `matchSVT`.
 */
export function associateSeveralPeople(
  cameras: readonly Camera[],
  frame: readonly (readonly Detection[])[],
  { maxDistance = 0.1, minAffinity = 0.2, minViews = 2 }: SeveralAssociationOptions = {},
): Int16Array[] {
  const bundles = frame.flatMap((detections, v) =>
    countedPeople(detections).map((person) => rayBundle(cameras[v], v, person, detections[person])),
  );
  if (bundles.length === 0) return [];
  const viewOf = bundles.map(({ view }) => view);
  const affinity = bundles.map((a) =>
    bundles.map((b) => (a.view === b.view ? 0 : 1 - Math.min(bundleDistance(a, b) / maxDistance, 1))),
  );
  const refined = lowRankAffinity(affinity, viewOf);
  const proposals = refined.map((row) => proposal(row, bundles, frame.length, minAffinity));
  return pickProposals(proposals, minViews);
}

function rayBundle(camera: Camera, view: number, person: number, { joints }: Detection): RayBundle {
  const count = joints.length / 3;
  const pixels = new Float64Array(2 * count);
  const confidence = new Float64Array(count);
  for (let j = 0; j < count; j++) {
    pixels[2 * j] = joints[3 * j];
    pixels[2 * j + 1] = joints[3 * j + 1];
    confidence[j] = Number.isNaN(joints[3 * j]) ? 0 : joints[3 * j + 2];
  }
  const directions = viewingRays(pixels, { ...camera, distortion: [] }).map((d) => (Number.isNaN(d) ? 0 : d));
  const [x, y, z] = cameraCentre(camera);
  const moments = new Float64Array(3 * count);
  for (let i = 0; i < moments.length; i += 3) {
    moments[i] = y * directions[i + 2] - z * directions[i + 1];
    moments[i + 1] = z * directions[i] - x * directions[i + 2];
    moments[i + 2] = x * directions[i + 1] - y * directions[i];
  }
  return { view, person, directions, moments, confidence };
}

/** Σ |d₀·m₁ + m₀·d₁| w / (1e-5 + Σ w), w = √(c₀ c₁): the rays' distance times the sine of their angle, metres. */
function bundleDistance(a: RayBundle, b: RayBundle): number {
  let sum = 0;
  let weights = 1e-5;
  for (let j = 0, i = 0; j < a.confidence.length; j++, i += 3) {
    let product = 0;
    for (let c = 0; c < 3; c++)
      product += a.directions[i + c] * b.moments[i + c] + a.moments[i + c] * b.directions[i + c];
    const weight = Math.sqrt(a.confidence[j] * b.confidence[j]);
    sum += Math.abs(product) * weight;
    weights += weight;
  }
  return sum / weights;
}

const SPARSITY = 0.1;
const RANK = 50;
const TOLERANCE = 1e-4;
const ITERATIONS = 20;

/**
 * Makes an affinity matrix consistent: alternating directions between a low rank (singular values lowered by 50 / μ)
 * and entries within 0 and 1 that are 0 between detections of one view.
 */
function lowRankAffinity(affinity: readonly (readonly number[])[], viewOf: readonly number[]): number[][] {
  const n = affinity.length;
  const each = (value: (i: number, j: number) => number) =>
    Array.from({ length: n }, (_, i) => Array.from({ length: n }, (_, j) => value(i, j)));
  let X = each((i, j) => (i === j ? 0 : (affinity[i][j] + affinity[j][i]) / 2));
  const W = each((i, j) => SPARSITY - X[i][j]);
  let Y = each(() => 0);
  let mu = 64;
  for (let iteration = 0; iteration < ITERATIONS; iteration++) {
    const before = X;
    const Q = shrinkSpectrum(
      each((i, j) => X[i][j] + Y[i][j] / mu),
      RANK / mu,
    );
    const allowed = (i: number, j: number) => {
      if (i === j) return 1;
      return viewOf[i] === viewOf[j] ? 0 : Math.min(Math.max(Q[i][j] - (W[i][j] + Y[i][j]) / mu, 0), 1);
    };
    const next = each((i, j) => (allowed(i, j) + allowed(j, i)) / 2);
    Y = each((i, j) => Y[i][j] + mu * (next[i][j] - Q[i][j]));
    X = next;
    const primal = frobenius(each((i, j) => X[i][j] - Q[i][j])) / n;
    const dual = (mu * frobenius(each((i, j) => X[i][j] - before[i][j]))) / n;
    if (primal < TOLERANCE && dual < TOLERANCE) break;
    if (primal > 10 * dual) mu *= 2;
    else if (dual > 10 * primal) mu /= 2;
  }
  return X;
}

/** Lowers the singular values of a symmetric matrix by `amount`, to 0 at least. */
function shrinkSpectrum(symmetric: number[][], amount: number): number[][] {
  const { realEigenvalues: values, eigenvectorMatrix: V } = new EigenvalueDecomposition(
    new Matrix(symmetric),
    { assumeSymmetric: true },
  );
  // The singular values of a symmetric matrix are the absolute eigenvalues.
  const lowered = values.map((value) => Math.sign(value) * Math.max(Math.abs(value) - amount, 0));
  return V.mmul(Matrix.diag(lowered)).mmul(V.transpose()).to2DArray();
}

const frobenius = (matrix: number[][]) => Math.hypot(...matrix.flat());

/** For each view the person whose affinity to a row is largest, the first on ties; −1 where none reaches the limit. */
function proposal(
  row: readonly number[],
  bundles: readonly RayBundle[],
  views: number,
  minAffinity: number,
): Int16Array {
  const chosen = new Int16Array(views).fill(-1);
  const largest = new Float64Array(views);
  bundles.forEach(({ view, person }, i) => {
    if (row[i] < minAffinity || row[i] <= largest[view]) return;
    largest[view] = row[i];
    chosen[view] = person;
  });
  return chosen;
}

/**
 * Distinct proposals, the most frequent first (of equals the lexicographically last), without those that share a
 * detection with any before them, taken or not, and without those of too few views.
 */
function pickProposals(proposals: readonly Int16Array[], minViews: number): Int16Array[] {
  const distinct = new Map<string, { row: Int16Array; count: number }>();
  for (const row of proposals) {
    const entry = distinct.get(row.join()) ?? { row, count: 0 };
    entry.count++;
    distinct.set(row.join(), entry);
  }
  const ranked = [...distinct.values()].sort((a, b) => b.count - a.count || lexicographic(b.row, a.row));
  const rows = ranked.map(({ row }) => row);
  return rows.filter(
    (row, i) =>
      !rows.slice(0, i).some((earlier) => earlier.some((person, v) => person >= 0 && person === row[v])) &&
      row.filter((person) => person >= 0).length >= minViews,
  );
}

function lexicographic(a: Int16Array, b: Int16Array): number {
  const at = a.findIndex((value, i) => value !== b[i]);
  return at < 0 ? 0 : a[at] - b[at];
}
