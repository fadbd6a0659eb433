import { MareyError } from "../../../error.js";
import { type Amc, type Asf, poseAsf } from "../../../format/asf.js";
import { type Bvh, poseBvh } from "../../../format/bvh.js";
import { turnVectors } from "../../../format/upAxis.js";
import type { Motion } from "../../../motion/motion.js";
import { convertPose, convertSkeleton } from "../../../skeleton/convert.js";
import { h36m17 } from "../../../skeleton/layouts.js";
import { LIFTED_JOINTS, type MotionClip } from "../sequence.js";

/** What motion capture files call the joints of a figure, and how long their unit is. */
interface Figure {
  /** Joints of `h36m17` except pelvis and thorax, which are the middles of hips and shoulders; a mean where several. */
  joints: Readonly<Record<string, readonly string[]>>;
  /** Metres from the head's joint to the crown along the head's rest direction, where the figure has no crown. */
  crown?: number;
  metresPerUnit: number;
}

/** CMU's unit: 0.45 units are an inch. */
const CMU_UNIT = 0.0254 / 0.45;

const both = (left: string, right: string, names: Readonly<Record<string, string>>) =>
  Object.fromEntries(
    Object.entries(names).flatMap(([joint, name]) => [
      [`left_${joint}`, [left + name]],
      [`right_${joint}`, [right + name]],
    ]),
  );

/** Bones of CMU's ASF files; a bone stands for its end. */
const ACCLAIM: Figure = {
  joints: {
    ...both("l", "r", { hip: "hipjoint", knee: "femur", ankle: "tibia" }),
    ...both("l", "r", { shoulder: "clavicle", elbow: "humerus", wrist: "radius" }),
    spine: ["lowerback"],
    upper_neck: ["upperneck"],
    head_top: ["head"],
  },
  metresPerUnit: CMU_UNIT,
};

/** Figures of BVH files, recognised by their names. "Head end" is the end site of the joint "Head". */
const FIGURES: readonly Figure[] = [
  {
    // B. Hahne's conversion of CMU's motions ("cgspeed"), and the skeleton of the exponential maps.
    joints: {
      ...both("Left", "Right", { hip: "UpLeg", knee: "Leg", ankle: "Foot" }),
      ...both("Left", "Right", { shoulder: "Arm", elbow: "ForeArm", wrist: "Hand" }),
      spine: ["Spine"],
      upper_neck: ["Head"],
      head_top: ["Head end"],
    },
    metresPerUnit: CMU_UNIT,
  },
  {
    // Reallusion's character base, to which CMU's motions were retargeted.
    joints: {
      ...both("CC_Base_L_", "CC_Base_R_", { hip: "Thigh", knee: "Calf", ankle: "Foot" }),
      ...both("CC_Base_L_", "CC_Base_R_", { shoulder: "Upperarm", elbow: "Forearm", wrist: "Hand" }),
      spine: ["CC_Base_Spine01", "CC_Base_Spine02"],
      upper_neck: ["CC_Base_Head"],
    },
    crown: 0.115,
    metresPerUnit: 0.01,
  },
];

/**
 * CMU's ASF and AMC as a clip of the layout `h36m17`, Y up.
 *
 * @throws MareyError `FIGURE_UNKNOWN` when bones have other names than CMU's.
 */
export function asfToClip(
  asf: Asf,
  amc: Amc,
  options: { name?: string; action?: string; frameRate?: number } = {},
): MotionClip {
  const { name = "amc", action = "", frameRate = 120 } = options;
  const names = asf.bones.map((bone) => bone.name);
  const { positions } = poseAsf(asf, amc);
  const metres = 0.0254 / asf.lengthUnit;
  const sources = sourcesOf(ACCLAIM, names);
  if (!sources) throw unknown(name, names);
  return { name, action, frameRate, up: "y", positions: gather(positions, names.length, sources, metres) };
}

export interface FigureOptions {
  name?: string;
  action?: string;
  /** Of the file; when absent, that of the conversion recognised. */
  metresPerUnit?: number;
  /** See `poseBvh`; Reallusion's files want `replaced`. */
  positionChannels?: "added" | "replaced";
}

/**
 * A BVH file of one of the widespread conversions of CMU's motions as a clip of the layout `h36m17`, Y up. Files with
 * the joint names of a layout that ships are read by `bvhToMotion` and `motionToClip`.
 *
 * @throws MareyError `FIGURE_UNKNOWN` when its joints have other names.
 */
export function bvhToClip(bvh: Bvh, options: FigureOptions = {}): MotionClip {
  const { name = "bvh", action = "", positionChannels = "replaced" } = options;
  const { joints, frameCount, frameTime } = bvh;
  const ends = joints.flatMap((joint) => (joint.endSite ? [`${joint.name} end`] : []));
  const crowns = joints.map((joint) => `${joint.name} crown`);
  const names = [...joints.map((joint) => joint.name), ...ends, ...crowns];
  for (const figure of FIGURES) {
    const sources = sourcesOf(figure, names);
    if (!sources) continue;
    const metres = options.metresPerUnit ?? figure.metresPerUnit;
    const points = allPoints(bvh, positionChannels, (figure.crown ?? 0) / metres);
    const positions = gather(points, names.length, sources, metres);
    return { name, action, frameRate: frameCount > 0 ? 1 / frameTime : 0, up: "y", positions };
  }
  throw unknown(
    name,
    joints.map((joint) => joint.name),
  );
}

/** T×(J + E + J)×3: joints, end sites, and for each joint a point further on along its rest direction. */
function allPoints(bvh: Bvh, channels: "added" | "replaced", further: number): Float64Array {
  const { joints, frameCount } = bvh;
  const { positions, rotations, endSites } = poseBvh(bvh, channels);
  const ends = endSites.length / Math.max(1, frameCount) / 3;
  const count = 2 * joints.length + ends;
  const points = new Float64Array(frameCount * count * 3);
  for (let t = 0; t < frameCount; t++) {
    const at = t * count * 3;
    points.set(positions.subarray(t * joints.length * 3, (t + 1) * joints.length * 3), at);
    points.set(endSites.subarray(t * ends * 3, (t + 1) * ends * 3), at + joints.length * 3);
    joints.forEach(({ offset }, j) => {
      const scale = further / (Math.hypot(...offset) || 1);
      const R = (t * joints.length + j) * 9;
      for (let r = 0; r < 3; r++) {
        let sum = positions[(t * joints.length + j) * 3 + r];
        for (let k = 0; k < 3; k++) sum += scale * rotations[R + 3 * r + k] * offset[k];
        points[at + (joints.length + ends + j) * 3 + r] = sum;
      }
    });
  }
  return points;
}

/** For each joint of `h36m17`, the points whose mean it is; undefined when a name is missing. */
function sourcesOf({ joints, crown }: Figure, names: readonly string[]): number[][] | undefined {
  const named: Record<string, readonly string[]> = {
    ...joints,
    ...(crown !== undefined && { head_top: joints.upper_neck.map((name) => `${name} crown`) }),
    pelvis: [...joints.left_hip, ...joints.right_hip],
    thorax: [...joints.left_shoulder, ...joints.right_shoulder],
  };
  const sources = h36m17.joints.map((joint) => named[joint].map((name) => names.indexOf(name)));
  return sources.flat().includes(-1) ? undefined : sources;
}

function gather(
  points: Float64Array,
  count: number,
  sources: readonly (readonly number[])[],
  metres: number,
): Float32Array {
  const frames = points.length / (count * 3);
  const out = new Float32Array(frames * LIFTED_JOINTS * 3);
  for (let t = 0; t < frames; t++)
    sources.forEach((from, j) => {
      for (let k = 0; k < 3; k++) {
        let sum = 0;
        for (const source of from) sum += points[(t * count + source) * 3 + k];
        out[(t * LIFTED_JOINTS + j) * 3 + k] = (sum / from.length) * metres;
      }
    });
  return out;
}

const unknown = (name: string, names: readonly string[]) =>
  new MareyError(
    "FIGURE_UNKNOWN",
    name,
    `its joints (${names.slice(0, 6).join(", ")} …) are not those of a figure that is known`,
    "Name the joints as the layout h36m17 does and read the file as a motion",
  );

/**
 * A person of a motion as a clip of the layout `h36m17`, by the names of joints.
 *
 * @param person Index of the person.
 * @throws MareyError `FIGURE_UNKNOWN` when the motion's layout lacks a joint or a frame lacks one.
 */
export function motionToClip(motion: Motion, person = 0, name = `person ${person}`): MotionClip {
  const sources = convertSkeleton(motion.skeleton, h36m17);
  const absent = h36m17.joints.filter((_, j) => sources[j].kind === "absent");
  if (absent.length > 0)
    throw new MareyError(
      "FIGURE_UNKNOWN",
      name,
      `the layout ${motion.skeleton.name} has nothing for ${absent.join(", ")}`,
      "Convert the motion to h36m17 first",
    );
  const width = motion.skeleton.joints.length * 3;
  const { positions } = motion.people[person];
  const out = new Float32Array(motion.frameCount * LIFTED_JOINTS * 3);
  for (let t = 0; t < motion.frameCount; t++)
    convertPose(
      sources,
      positions.subarray(t * width, (t + 1) * width),
      3,
      false,
      out.subarray(t * LIFTED_JOINTS * 3, (t + 1) * LIFTED_JOINTS * 3),
    );
  const gap = out.findIndex(Number.isNaN);
  if (gap >= 0)
    throw new MareyError(
      "FIGURE_UNKNOWN",
      name,
      `joint ${h36m17.joints[Math.floor(gap / 3) % LIFTED_JOINTS]} is missing in frame ${Math.floor(gap / (LIFTED_JOINTS * 3))}`,
      "Fill the motion's gaps first",
    );
  return {
    name,
    action: "",
    frameRate: motion.frameRate,
    up: "y",
    positions: turnVectors(out, motion.up, "y"),
  };
}
