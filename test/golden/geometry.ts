import * as array from "@marey/core/array";
import * as camera from "@marey/core/camera";
import type { Case, Operations, Outputs } from "./fixture.js";
import { numbers } from "./fixture.js";

type Row = Float64Array;

/** Applies a function to the rows of a tensor (its entries along the first axis) and joins the results. */
function perRow(fixture: Case, name: string, f: (row: Row, n: number) => ArrayLike<number>): number[] {
  const tensor = fixture.inputs[name];
  const values = numbers(tensor);
  const length = values.length / (tensor.shape[0] || 1);
  return Array.from({ length: tensor.shape[0] }, (_, n) =>
    Array.from(f(values.subarray(n * length, (n + 1) * length), n)),
  ).flat();
}

const row = (fixture: Case, name: string, n: number, length: number) =>
  numbers(fixture.inputs[name]).subarray(n * length, (n + 1) * length);
const radians = (v: Row) => v.map((angle) => (angle * Math.PI) / 180);
const degrees = (v: Row) => v.map((angle) => (angle * 180) / Math.PI);

const rotations: Operations = {
  rotationVectorToMatrix: (c) => ({ R: perRow(c, "v", (v) => array.rotationVectorToMatrix(v)) }),
  matrixToRotationVector: (c) => ({ v: perRow(c, "R", (R) => array.matrixToRotationVector(R)) }),
  rotationVectorToMatrixJacobian: (c) => ({ dRdv: perRow(c, "v", array.rotationVectorToMatrixJacobian) }),
  quaternionToMatrix: (c) => ({ R: perRow(c, "q", (q) => array.quaternionToMatrix(q)) }),
  matrixToQuaternion: (c) => ({ q: perRow(c, "R", (R) => array.matrixToQuaternion(R)) }),
  quaternionToRotationVector: (c) => ({ v: perRow(c, "q", (q) => array.quaternionToRotationVector(q)) }),
  quaternionMultiply: (c) => ({
    q: perRow(c, "a", (a, n) => array.quaternionMultiply(a, row(c, "b", n, 4))),
  }),
  quaternionRotate: (c) => ({ y: perRow(c, "q", (q, n) => array.quaternionRotate(q, row(c, "v", n, 3))) }),
  slerp: (c) => ({
    R: perRow(c, "a", (a, n) =>
      Array.from(numbers(c.inputs.t)).flatMap((t) =>
        Array.from(array.quaternionToMatrix(array.slerp(a, row(c, "b", n, 4), t))),
      ),
    ),
  }),
  rotationMean: (c) => ({ mean: array.rotationMean(numbers(c.inputs.R), numbers(c.inputs.w)) }),
  nearestRotation: (c) => ({ R: perRow(c, "M", array.nearestRotation) }),
  rotationFrom6d: (c) => ({ R: perRow(c, "x", array.rotationFrom6d) }),
  eulerRoundTrip: (c) => {
    const { order, frame } = c.attributes;
    const R = perRow(c, "angles", (v) => array.eulerToMatrix(radians(v), order, frame));
    const anglesFromR = perRow(c, "angles", (v) =>
      degrees(array.matrixToEuler(array.eulerToMatrix(radians(v), order, frame), order, frame)),
    );
    return { R, anglesFromR };
  },
  eulerGimbalLock: (c) => {
    const { order, frame } = c.attributes;
    return {
      R: perRow(c, "R", (R) => array.eulerToMatrix(array.matrixToEuler(R, order, frame), order, frame)),
    };
  },
};

/** The camera of a case that gives K, a pose and coefficients, view `v` of several. */
function cameraOf(c: Case, rotation: Float64Array, translation: Float64Array, v = 0): camera.Camera {
  const K = row(c, "K", v, 9);
  const stored = c.inputs.distortion;
  const distortion = stored ? Array.from(numbers(stored)) : [];
  const each = stored && stored.shape.length > 1 ? stored.shape[1] : distortion.length;
  return {
    name: `view ${v}`,
    width: 0,
    height: 0,
    fx: K[0],
    fy: K[4],
    cx: K[2],
    cy: K[5],
    distortion: distortion.slice(v * each, (v + 1) * each),
    rotation,
    translation,
  };
}

const poseless = (c: Case) => cameraOf(c, Float64Array.of(1, 0, 0, 0, 1, 0, 0, 0, 1), new Float64Array(3));
const posed = (c: Case) =>
  cameraOf(c, array.rotationVectorToMatrix(numbers(c.inputs.rotationVector)), numbers(c.inputs.translation));

/** V×N×2 pixels (or none) and V×N weights as N×V×3 observations. */
function observations(c: Case, pixels?: ArrayLike<number>): Float64Array {
  const [views, count] = c.inputs.w.shape;
  const weights = numbers(c.inputs.w);
  return Float64Array.from({ length: count * views * 3 }, (_, i) => {
    const at = (Math.floor(i / 3) % views) * count + Math.floor(i / (3 * views));
    return i % 3 === 2 ? weights[at] : pixels ? pixels[2 * at + (i % 3)] : 0;
  });
}

/** N×V to V×N. */
const byView = (values: Float64Array, views: number) => array.transpose(values, values.length / views, views);

const fisheye = (c: Case, change: typeof camera.distortFisheye, points: ArrayLike<number>) => {
  const out = new Float64Array(points.length);
  const k = numbers(c.inputs.distortion);
  for (let i = 0; i < out.length; i += 2) change(points[i], points[i + 1], k, out, i);
  return out;
};

const projection: Operations = {
  projectPoints: (c): Outputs => {
    const view = posed(c);
    const points = numbers(c.inputs.objectPoints);
    if (c.attributes.model !== "fisheye") {
      const imagePoints = camera.project(points, view, { behind: "formula" });
      const pose = { rotation: view.rotation, scale: 1, translation: view.translation };
      return { imagePoints, depth: array.transformPoints(pose, points).filter((_, i) => i % 3 === 2) };
    }
    const plane = { ...view, fx: 1, fy: 1, cx: 0, cy: 0, distortion: [] };
    const bent = fisheye(c, camera.distortFisheye, camera.project(points, plane, { behind: "formula" }));
    return {
      imagePoints: bent.map((value, i) =>
        i % 2 === 0 ? view.fx * value + view.cx : view.fy * value + view.cy,
      ),
    };
  },
  projectPointsJacobian: (c) => {
    const out = camera.projectionJacobian(
      numbers(c.inputs.objectPoints),
      posed(c),
      numbers(c.inputs.rotationVector),
    );
    return {
      rotationVector: out.rotation,
      translation: out.translation,
      focal: out.focal,
      principalPoint: out.principalPoint,
      distortion: out.distortion.filter((_, i) => i % 8 < c.attributes.coefficients),
    };
  },
  undistortPoints: (c): Outputs => {
    const view = poseless(c);
    const pixels = numbers(c.inputs.imagePoints);
    if (c.attributes.model !== "fisheye")
      return { normalised: camera.normalise(pixels, view), pixels: camera.undistort(pixels, view) };
    const bent = camera.normalise(pixels, { ...view, distortion: [] });
    return { normalised: fisheye(c, camera.undistortFisheye, bent) };
  },
  decomposeProjectionMatrix: (c) => {
    const { K, rotation, translation, centre } = camera.decomposeProjectionMatrix(numbers(c.inputs.P));
    return { K, R: rotation, t: translation, centre };
  },
};

const triangulation: Operations = {
  triangulateDlt: (c) => {
    const solver = camera.triangulator(numbers(c.inputs.P));
    const seen = observations(c, numbers(c.inputs.uv));
    const points = camera.triangulate(solver, seen);
    return {
      points,
      reprojectionError: byView(camera.reprojectionErrors(solver, points, seen), solver.views),
    };
  },
  triangulateDltDistorted: (c) => {
    const [views, count] = c.inputs.w.shape;
    const cameras = Array.from({ length: views }, (_, v) =>
      cameraOf(c, row(c, "R", v, 9), row(c, "t", v, 3), v),
    );
    const uv = numbers(c.inputs.uv);
    const plane = cameras.flatMap((view, v) =>
      Array.from(camera.normalise(uv.subarray(2 * v * count, 2 * (v + 1) * count), view)),
    );
    const solver = camera.triangulator(
      camera.projectionMatrices(cameras.map((view) => ({ ...view, fx: 1, fy: 1, cx: 0, cy: 0 }))),
    );
    const points = camera.triangulate(solver, observations(c, plane));
    const seenAgain = cameras.flatMap((view) =>
      Array.from(camera.project(points, view, { behind: "formula" })),
    );
    const reprojectionError = Array.from({ length: views * count }, (_, i) =>
      Math.hypot(seenAgain[2 * i] - uv[2 * i], seenAgain[2 * i + 1] - uv[2 * i + 1]),
    );
    return { points, reprojectionError };
  },
  triangulateOptimal: (c) => {
    const P = [...numbers(c.inputs.P0), ...numbers(c.inputs.P1)];
    const [F, a, b] = [c.inputs.F, c.inputs.a, c.inputs.b].map(numbers);
    // The stored corrections are OpenCV's, with its shortened polynomial: up to 8e-4 px from the optimum, and dearer.
    const out = camera.triangulateOptimal(F, P, a, b, { openCv: true });
    return { aCorrected: out.a, bCorrected: out.b, points: out.points, cost: out.cost };
  },
  refinePoints: (c) =>
    camera.refinePoints(
      camera.triangulator(numbers(c.inputs.P)),
      observations(c, numbers(c.inputs.uv)),
      numbers(c.inputs.initial),
      { loss: c.attributes.loss, scale: c.attributes.scale, maxSteps: 500 },
    ),
  pointCovariance: (c) => {
    const solver = camera.triangulator(numbers(c.inputs.P));
    const covariance = perRow(c, "points", (point, n) => {
      solver.point.set(point);
      const out = new Float64Array(9);
      const seen = observations(c);
      const at = 3 * solver.views * n;
      const mask = camera.usableViews(seen, at, solver.views, 0);
      camera.pointCovariance(solver, seen, at, mask, c.attributes.pixelSigma, out);
      return out;
    });
    const standardDeviation = perRow(c, "points", (_, n) =>
      [0, 4, 8].map((i) => Math.sqrt(covariance[9 * n + i])),
    );
    return { covariance, standardDeviation };
  },
};

const pair = (c: Case) => [numbers(c.inputs.a), numbers(c.inputs.b)] as const;

const twoViews: Operations = {
  fundamentalEightPoint: (c) => ({ F: camera.fundamentalEightPoint(...pair(c)) }),
  essentialFromPoints: (c) => ({ E: camera.essentialFromPoints(...pair(c)) }),
  essentialDecompose: (c) => {
    const { rotations, translation } = camera.decomposeEssential(numbers(c.inputs.E));
    return { rotations: [...rotations[0], ...rotations[1]], translation };
  },
  recoverPose: (c) => {
    const { rotation, translation, inFront } = camera.recoverPose(numbers(c.inputs.E), ...pair(c));
    return { R: rotation, t: translation, inFront };
  },
  homography: (c) => {
    const [a, b] = pair(c);
    const H = camera.estimateHomography(a, b);
    const mapped = camera.applyHomography(H, a);
    return { H, mapped, cost: mapped.reduce((sum, value, i) => sum + (value - b[i]) ** 2, 0) };
  },
};

function planeOutputs(c: Case, plane: array.Plane, inlier: ArrayLike<number>) {
  return {
    ...plane,
    rotationToUp: array.rotationBetween(plane.normal, c.attributes.up),
    distance: array.planeDistances(plane, numbers(c.inputs.points)),
    inlier,
  };
}

const alignment: Operations = {
  procrustes: (c) => {
    const [source, target, weights] = [c.inputs.source, c.inputs.target, c.inputs.w].map(numbers);
    const similarity = array.procrustes(source, target, {
      weights,
      scaled: c.attributes.kind === "similarity",
    });
    const aligned = array.transformPoints(similarity, source);
    const squares = aligned.reduce(
      (sum, value, i) => sum + weights[Math.floor(i / 3)] * (value - target[i]) ** 2,
      0,
    );
    const rms = Math.sqrt(squares / weights.reduce((sum, w) => sum + w));
    return { R: similarity.rotation, scale: similarity.scale, t: similarity.translation, aligned, rms };
  },
  planeFit: (c) => {
    const weights = numbers(c.inputs.w);
    const plane = array.fitPlane(numbers(c.inputs.points), c.attributes.up, weights);
    return planeOutputs(
      c,
      plane,
      weights.map((w) => (w > 0 ? 1 : 0)),
    );
  },
  planeFitRobust: (c) => {
    const weights = numbers(c.inputs.w);
    const { threshold, up } = c.attributes;
    const { inlier, ...plane } = array.fitPlaneRobustly(numbers(c.inputs.points), up, threshold, { weights });
    return planeOutputs(c, plane, inlier);
  },
};

/** The operations of the golden group `geometry` on the code of this project. */
export const geometry: Operations = {
  ...rotations,
  ...projection,
  ...triangulation,
  ...twoViews,
  ...alignment,
};
