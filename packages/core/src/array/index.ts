export { type EulerFrame, type EulerOrder, eulerToMatrix, matrixToEuler } from "./euler.js";
export { type Minimum, minimise, type Residuals } from "./levenbergMarquardt.js";
export {
  cross,
  crossMatrix,
  determinant3,
  dot,
  invert3,
  multiply,
  multiply3,
  transform3,
  transpose,
  unit,
} from "./matrix.js";
export { nullVector4 } from "./nullVector.js";
export { fitPlane, fitPlaneRobustly, type Plane, planeDistances } from "./plane.js";
export { polynomialRoots, type Root } from "./polynomial.js";
export { centroid, procrustes, type Similarity, transformPoints } from "./procrustes.js";
export { type Random, random, shuffle } from "./random.js";
export {
  matrixToQuaternion,
  matrixToRotationVector,
  nearestRotation,
  quaternionConjugate,
  quaternionMultiply,
  quaternionRotate,
  quaternionToMatrix,
  quaternionToRotationVector,
  rotationBetween,
  rotationFrom6d,
  rotationMean,
  rotationVectorToMatrix,
  rotationVectorToMatrixJacobian,
  rotationVectorToQuaternion,
  slerp,
} from "./rotation.js";
export { leastSquares, solveCholesky } from "./solve.js";
export { jacobiSvd, nullVector, type Svd, svd, symmetricEigen } from "./svd.js";
