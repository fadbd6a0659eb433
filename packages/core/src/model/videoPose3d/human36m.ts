import { quaternionConjugate, quaternionToMatrix } from "../../array/rotation.js";
import type { Camera } from "../../camera/camera.js";
import { MareyError } from "../../error.js";
import { readJson } from "../../format/lines.js";

/** The four cameras of Human3.6M, in the order of its files. */
export const HUMAN36M_CAMERAS = ["54138969", "55011271", "58860488", "60457274"] as const;

type Human36mCamera = (typeof HUMAN36M_CAMERAS)[number];

interface Intrinsics {
  size: readonly [number, number];
  focal: readonly [number, number];
  centre: readonly [number, number];
  radial: readonly [number, number, number];
  /** In Human3.6M's order, OpenCV's p2 first. */
  tangential: readonly [number, number];
}

const INTRINSICS: Record<Human36mCamera, Intrinsics> = {
  "54138969": {
    size: [1000, 1002],
    focal: [1145.0494, 1143.7811],
    centre: [512.5415, 515.4515],
    radial: [-0.2070989, 0.2477752, -0.0030752],
    tangential: [-0.0009757, -0.00142447],
  },
  "55011271": {
    size: [1000, 1000],
    focal: [1149.6757, 1147.5917],
    centre: [508.8486, 508.0649],
    radial: [-0.1942136, 0.2404085, 0.00682],
    tangential: [-0.00161903, -0.00274089],
  },
  "58860488": {
    size: [1000, 1000],
    focal: [1149.1407, 1148.799],
    centre: [519.8158, 501.4026],
    radial: [-0.2083382, 0.255488, -0.0024605],
    tangential: [0.00148439, -0.00076],
  },
  "60457274": {
    size: [1000, 1002],
    focal: [1145.5114, 1144.7739],
    centre: [514.9682, 501.882],
    radial: [-0.1983841, 0.2183237, -0.0089478],
    tangential: [-0.00058721, -0.00181336],
  },
};

/** Where subject S1's cameras stand: orientation (w, x, y, z), camera to world; centre in mm, world z up. */
const STANDS: Record<Human36mCamera, readonly [readonly number[], readonly number[]]> = {
  "54138969": [
    [0.1407056, -0.1500702, -0.7552408, 0.622328],
    [1841.107, 4955.285, 1563.445],
  ],
  "55011271": [
    [0.6157188, -0.7648363, -0.1483383, 0.1179474],
    [1761.279, -5078.007, 1606.265],
  ],
  "58860488": [
    [0.1465147, -0.1464785, 0.7653024, -0.6094176],
    [-1846.778, 5215.046, 1491.972],
  ],
  "60457274": [
    [0.5834008, -0.7853162, 0.1454882, -0.1474959],
    [-1794.79, -3722.699, 1574.893],
  ],
};

const MILLIMETRE = 1e-3;

/**
 * The cameras of Human3.6M as they stood for subject S1, in a world whose z points up. They suit published weights;
 * the stands of the other subjects come from a file (`readHuman36mCameras`).
 */
export function human36mCameras(): Camera[] {
  return HUMAN36M_CAMERAS.map((id) => {
    const [[w, x, y, z], centre] = STANDS[id];
    const rotation = quaternionToMatrix(quaternionConjugate([x, y, z, w]));
    const [X, Y, Z] = centre.map((value) => -value * MILLIMETRE);
    const translation = Float64Array.of(
      rotation[0] * X + rotation[1] * Y + rotation[2] * Z,
      rotation[3] * X + rotation[4] * Y + rotation[5] * Z,
      rotation[6] * X + rotation[7] * Y + rotation[8] * Z,
    );
    return { ...human36mIntrinsics(id), rotation, translation };
  });
}

/** A camera without a place: what stands in the world's origin and looks along z. */
function human36mIntrinsics(id: Human36mCamera): Camera {
  const { size, focal, centre, radial, tangential } = INTRINSICS[id];
  return {
    name: id,
    width: size[0],
    height: size[1],
    fx: focal[0],
    fy: focal[1],
    cx: centre[0],
    cy: centre[1],
    distortion: [radial[0], radial[1], tangential[1], tangential[0], radial[2]],
    rotation: Float64Array.of(1, 0, 0, 0, 1, 0, 0, 0, 1),
    translation: new Float64Array(3),
  };
}

/**
 * The cameras of every subject from the widespread `camera-parameters.json`: `extrinsics[subject][camera]` with `R`
 * (3×3, world to camera) and `t` (mm, x_cam = R·X + t). Intrinsics are those of the table here, which the file repeats.
 *
 * @returns Subject → its cameras in the order of `HUMAN36M_CAMERAS`.
 * @throws MareyError `HUMAN36M_CAMERAS` naming what is missing.
 */
export function readHuman36mCameras(
  bytes: Uint8Array,
  name = "camera-parameters.json",
): Map<string, Camera[]> {
  const file = readJson(bytes, name) as { extrinsics?: Record<string, Record<string, unknown>> } | null;
  const subjects = Object.entries(file?.extrinsics ?? {});
  if (subjects.length === 0) throw invalid(name, `it lacks "extrinsics"`);
  return new Map(
    subjects.map(([subject, stands]) => [
      subject,
      HUMAN36M_CAMERAS.map((id) => {
        const where = `${name}, ${subject}, camera ${id}`;
        const stand = stands?.[id] as { R?: unknown; t?: unknown } | undefined;
        return {
          ...human36mIntrinsics(id),
          rotation: numbers(stand?.R, 9, where, "R"),
          translation: numbers(stand?.t, 3, where, "t").map((value) => value * MILLIMETRE),
        };
      }),
    ]),
  );
}

function numbers(value: unknown, count: number, where: string, key: string): Float64Array {
  const flat = Array.isArray(value) ? (value as unknown[]).flat() : [];
  if (flat.length !== count || !flat.every(Number.isFinite))
    throw invalid(where, `"${key}" is not ${count} numbers`);
  return Float64Array.from(flat as number[]);
}

const invalid = (where: string, what: string) =>
  new MareyError(
    "HUMAN36M_CAMERAS",
    where,
    what,
    "Use the file of the repository human36m-camera-parameters",
  );
