import { XMLParser, XMLValidator } from "fast-xml-parser";
import type { Camera, Rig } from "../camera/camera.js";
import { MareyError } from "../error.js";
import { calibrationError, checkCamera, makeRig } from "./calibration.js";
import { readText } from "./lines.js";

export interface QualisysOptions {
  /** How many sensor pixels make one of the video, along each axis. */
  binning?: number;
}

/** The attributes and children of an element, as the parser gives them. */
type Element = Record<string, unknown>;

/**
 * Reads the cameras of a Qualisys calibration (`.qca.txt`, an XML file), only those that take video.
 *
 * Intrinsics are stored in 1/64 pixel, lengths in millimetres, rotations camera → world with axes x right, y up, z
 * backwards; the result has Marey's conventions, Z up. Distortion coefficients are taken as they stand, which is what
 * a calibration from pictures confirms; Pose2Sim divides them by 64 too.
 *
 * @throws MareyError `CALIBRATION_XML`, `CALIBRATION_VALUE`, `CALIBRATION_ROTATION`, `CALIBRATION_NAME`,
 *   `CALIBRATION_EMPTY`, `TEXT_INVALID`; each names the file and the camera.
 */
export function readQualisys(
  bytes: Uint8Array,
  name = "calibration.qca.txt",
  options: QualisysOptions = {},
): Rig {
  const { binning = 1 } = options;
  if (!(binning > 0 && binning <= 64))
    throw calibrationError(
      "CALIBRATION_VALUE",
      name,
      `the binning is ${binning}`,
      "Pass 1, 2 or 4 as the camera was set",
    );
  const elements = readCameras(readText(bytes, name), name);
  const video = elements.filter((element) => /video|hybrid|none/i.test(String(element.model ?? "")));
  if (elements.length > 0 && video.length === 0)
    throw calibrationError(
      "CALIBRATION_EMPTY",
      name,
      "none of its cameras takes video",
      "Export the calibration with the video cameras",
    );
  return makeRig(
    video.map((element, i) => readCamera(element, name, i, binning)),
    name,
  );
}

function readCameras(text: string, name: string): Element[] {
  let root: unknown;
  try {
    const valid = XMLValidator.validate(text);
    if (valid !== true) throw new Error(`line ${valid.err.line}: ${valid.err.msg}`);
    const parser = new XMLParser({
      ignoreAttributes: false,
      attributeNamePrefix: "",
      parseAttributeValue: false,
      processEntities: false,
      isArray: (tag) => tag === "camera",
    });
    root = parser.parse(text);
  } catch (cause) {
    const what = `not valid XML (${(cause as Error).message})`;
    throw new MareyError("CALIBRATION_XML", name, what, "Export the calibration again from QTM", { cause });
  }
  const { camera } = child(child(root, "calibration"), "cameras");
  return Array.isArray(camera) ? camera.filter((entry) => typeof entry === "object" && entry !== null) : [];
}

/** An element's child; empty where there is none. */
function child(element: unknown, tag: string): Element {
  const found = typeof element === "object" && element !== null ? (element as Element)[tag] : undefined;
  return typeof found === "object" && found !== null ? (found as Element) : {};
}

function readCamera(element: Element, file: string, index: number, binning: number): Camera {
  const name = String(element.serial ?? "") || `camera ${index + 1}`;
  const where = `${file}, camera "${name}"`;
  const numberOf = (tag: string) => (attribute: string) => {
    const text = child(element, tag)[attribute];
    // An empty text would be 0.
    const value = typeof text === "string" && text.trim() !== "" ? Number(text) : NaN;
    if (Number.isFinite(value)) return value;
    throw calibrationError(
      "CALIBRATION_VALUE",
      where,
      `the attribute "${attribute}" of <${tag}> is ${text === undefined ? "missing" : `"${text}"`}, not a number`,
      "Export the calibration again from QTM",
    );
  };
  const view = numberOf("fov_video");
  const intrinsic = numberOf("intrinsic");
  const transform = numberOf("transform");
  const pixels = (attribute: string) => intrinsic(attribute) / 64 / binning;
  if (pixels("skew") !== 0)
    throw calibrationError("CALIBRATION_VALUE", where, "the pixels are skewed", "Calibrate without skew");
  const [k1, k2, k3] = [1, 2, 3].map((i) => intrinsic(`radialDistortion${i}`));
  const [p1, p2] = [1, 2].map((i) => intrinsic(`tangentalDistortion${i}`));
  const camera = {
    name,
    width: (view("right") - view("left") + 1) / binning,
    height: (view("bottom") - view("top") + 1) / binning,
    fx: pixels("focalLengthU"),
    fy: pixels("focalLengthV"),
    cx: pixels("centerPointU") - view("left"),
    cy: pixels("centerPointV") - view("top"),
    distortion: k3 === 0 ? [k1, k2, p1, p2] : [k1, k2, p1, p2, k3],
    ...worldToCamera(transform),
  };
  return checkCamera(camera, where);
}

/**
 * R ← Rᵀ, t ← −Rᵀt, then half a turn about x: y up, z backwards becomes y down, z forwards. The file names a rotation's
 * entries by column first (r12 is row 2, column 1), so Rᵀ is what a reader of rows sees.
 */
function worldToCamera(transform: (attribute: string) => number): {
  rotation: Float64Array;
  translation: Float64Array;
} {
  const centre = ["x", "y", "z"].map((axis) => transform(axis) / 1000);
  const rotation = new Float64Array(9);
  const translation = new Float64Array(3);
  for (let row = 0; row < 3; row++) {
    const side = row === 0 ? 1 : -1;
    for (let column = 0; column < 3; column++) {
      rotation[3 * row + column] = side * transform(`r${row + 1}${column + 1}`);
      translation[row] -= rotation[3 * row + column] * centre[column];
    }
  }
  return { rotation, translation };
}
