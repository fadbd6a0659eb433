import fc from "fast-check";
import { expect, test } from "vitest";
import { type EulerOrder, eulerToMatrix, matrixToEuler } from "./euler.js";
import { determinant3, multiply3, transform3, transpose } from "./matrix.js";
import {
  matrixToQuaternion,
  matrixToRotationVector,
  nearestRotation,
  quaternionConjugate,
  quaternionMultiply,
  quaternionRotate,
  quaternionToMatrix,
  rotationBetween,
  rotationMean,
  rotationVectorToMatrix,
  rotationVectorToMatrixJacobian,
  rotationVectorToQuaternion,
  slerp,
} from "./rotation.js";

const real = (min: number, max: number) => fc.double({ min, max, noNaN: true });
const triple = (size: number) => fc.tuple(real(-size, size), real(-size, size), real(-size, size));
const near = (a: ArrayLike<number>, b: ArrayLike<number>, tolerance = 1e-12) => {
  expect(a.length).toBe(b.length);
  for (let i = 0; i < a.length; i++) expect(Math.abs(a[i] - b[i])).toBeLessThan(tolerance);
};
const orders: EulerOrder[] = [
  "xyz",
  "xzy",
  "yxz",
  "yzx",
  "zxy",
  "zyx",
  "xyx",
  "xzx",
  "yxy",
  "yzy",
  "zxz",
  "zyz",
];

test("vector, matrix and quaternion are one rotation, up to half a turn and beyond", () =>
  fc.assert(
    fc.property(triple(4), triple(3), (v, point) => {
      const R = rotationVectorToMatrix(v);
      expect(determinant3(R)).toBeCloseTo(1, 12);
      near(multiply3(R, transpose(R, 3, 3)), [1, 0, 0, 0, 1, 0, 0, 0, 1]);
      const q = rotationVectorToQuaternion(v);
      near(quaternionToMatrix(q), R);
      near(quaternionRotate(q, point), transform3(R, point), 1e-11);
      near(quaternionToMatrix(matrixToQuaternion(R)), R);
      near(rotationVectorToMatrix(matrixToRotationVector(R)), R, 1e-11);
      near(quaternionMultiply(q, quaternionConjugate(q)), [0, 0, 0, 1]);
    }),
  ));

test("half a turn about any axis comes back", () =>
  fc.assert(
    fc.property(triple(1), (axis) => {
      const length = Math.hypot(...axis);
      fc.pre(length > 1e-3);
      const R = rotationVectorToMatrix(axis.map((value) => (value * Math.PI) / length));
      near(rotationVectorToMatrix(matrixToRotationVector(R)), R, 1e-11);
    }),
  ));

test("the derivative of Rodrigues' formula equals differences, near 0 too", () =>
  fc.assert(
    fc.property(fc.oneof(triple(3), triple(1e-4), triple(0.06)), (v) => {
      const J = rotationVectorToMatrixJacobian(v);
      const h = 1e-5;
      for (let k = 0; k < 3; k++) {
        const moved = (by: number) => rotationVectorToMatrix(v.map((value, i) => value + (i === k ? by : 0)));
        const [a, b] = [moved(h), moved(-h)];
        for (let i = 0; i < 9; i++)
          expect(Math.abs(J[3 * i + k] - (a[i] - b[i]) / (2 * h))).toBeLessThan(1e-9);
      }
    }),
  ));

test("Euler angles of every order and frame give the matrix again, in gimbal lock too", () => {
  const angle = fc.oneof(real(-7, 7), fc.constantFrom(0, Math.PI / 2, -Math.PI / 2, Math.PI, -Math.PI, 1e-9));
  fc.assert(
    fc.property(
      fc.constantFrom(...orders),
      fc.constantFrom("extrinsic", "intrinsic"),
      fc.tuple(angle, angle, angle),
      (order, frame, angles) => {
        const R = eulerToMatrix(angles, order, frame as "extrinsic");
        const back = matrixToEuler(R, order, frame as "extrinsic");
        near(eulerToMatrix(back, order, frame as "extrinsic"), R);
        const [low, high] = order[0] === order[2] ? [0, Math.PI] : [-Math.PI / 2, Math.PI / 2];
        expect(back[1]).toBeGreaterThanOrEqual(low);
        expect(back[1]).toBeLessThanOrEqual(high);
      },
    ),
    { numRuns: 500 },
  );
});

test("convention: intrinsic zxy is Rz·Rx·Ry, the channels of most BVH files", () => {
  const [z, x, y] = [0.3, -0.4, 0.8];
  const product = multiply3(
    multiply3(rotationVectorToMatrix([0, 0, z]), rotationVectorToMatrix([x, 0, 0])),
    rotationVectorToMatrix([0, y, 0]),
  );
  near(eulerToMatrix([z, x, y], "zxy", "intrinsic"), product);
});

test("slerp goes the shorter way at constant speed", () =>
  fc.assert(
    fc.property(triple(3), triple(3), real(0, 1), (a, b, t) => {
      const [p, q] = [rotationVectorToQuaternion(a), rotationVectorToQuaternion(b)];
      const step = matrixToRotationVector(
        multiply3(quaternionToMatrix(quaternionConjugate(p)), quaternionToMatrix(q)),
      );
      fc.pre(Math.hypot(...step) < 3.1); // both ways are as long at half a turn
      const want = multiply3(quaternionToMatrix(p), rotationVectorToMatrix(step.map((value) => value * t)));
      near(quaternionToMatrix(slerp(p, q, t)), want, 1e-9);
    }),
  ));

test("the nearest rotation to a rotation is itself, also scaled, and to a reflection is proper", () =>
  fc.assert(
    fc.property(triple(3), real(0.01, 100), (v, scale) => {
      const R = rotationVectorToMatrix(v);
      near(nearestRotation(R.map((value) => value * scale)), R, 1e-11);
      expect(determinant3(nearestRotation(R.map((value) => -value * scale)))).toBeCloseTo(1, 10);
    }),
  ));

test("the nearest rotation to a matrix of rank 1 or 0 is still a rotation", () => {
  expect(determinant3(nearestRotation([1, 2, 3, 2, 4, 6, -1, -2, -3]))).toBeCloseTo(1, 12);
  expect(determinant3(nearestRotation(new Float64Array(9)))).toBe(1);
});

test("the rotation between two directions, opposite ones too", () =>
  fc.assert(
    fc.property(triple(2), triple(2), fc.boolean(), (a, b, opposite) => {
      fc.pre(Math.hypot(...a) > 1e-3 && Math.hypot(...b) > 1e-3);
      const to = opposite ? a.map((value) => -2 * value) : b;
      const turned = transform3(rotationBetween(a, to), a);
      near(
        turned.map((value) => value / Math.hypot(...a)),
        to.map((value) => value / Math.hypot(...to)),
        1e-7,
      );
    }),
  ));

test("the mean of a rotation and its inverse steps is the rotation", () => {
  const R = rotationVectorToMatrix([0.4, 1, -2]);
  const sides = [0.3, -0.3].map((angle) => multiply3(R, rotationVectorToMatrix([0, angle, 0])));
  near(rotationMean([...sides[0], ...sides[1]]), R);
});
