/**
 * Names of SMPL's joints in the rigs that write BVH files: for each joint those that may stand for it, the best first.
 * `left_wrist:turn` are those that know how it is turned where they aren't the same.
 */
export type RigStyle = Readonly<Record<string, readonly string[]>>;

const sided = (
  left: (part: string) => string,
  right: (part: string) => string,
  parts: Readonly<Record<string, readonly string[]>>,
): RigStyle =>
  Object.fromEntries(
    Object.entries(parts).flatMap(([joint, names]) => [
      [`left_${joint}`, names.map(left)],
      [`right_${joint}`, names.map(right)],
    ]),
  );

/** MotionBuilder's and Mixamo's names, which CMU's conversions use. */
const motionBuilder: RigStyle = {
  ...{
    pelvis: ["Hips"],
    spine1: ["LowerBack", "Spine"],
    spine2: ["Spine", "Spine1"],
    spine3: ["Spine1", "Spine2"],
  },
  ...{ neck: ["Neck", "Neck1"], head: ["Head"] },
  ...sided(
    (part) => `Left${part}`,
    (part) => `Right${part}`,
    {
      ...{ hip: ["UpLeg"], knee: ["Leg"], ankle: ["Foot"], foot: ["ToeBase"] },
      ...{ collar: ["Shoulder"], shoulder: ["Arm"], elbow: ["ForeArm"], wrist: ["Hand"] },
      ...{ hand: ["HandMiddle1", "HandIndex1"], "wrist:turn": ["FingerBase", "Hand"] },
    },
  ),
  // CMU's conversions: the knuckles.
  ...{ left_hand: ["LFingers", "LeftHandMiddle1"], right_hand: ["RFingers", "RightHandMiddle1"] },
};

/** Reallusion's Character Creator. */
const characterCreator: RigStyle = {
  ...{ pelvis: ["CC_Base_Pelvis", "CC_Base_Hip"], spine1: ["CC_Base_Waist"], spine2: ["CC_Base_Spine01"] },
  ...{ spine3: ["CC_Base_Spine02"], neck: ["CC_Base_NeckTwist01"], head: ["CC_Base_Head"] },
  ...sided(
    (part) => `CC_Base_L_${part}`,
    (part) => `CC_Base_R_${part}`,
    {
      ...{ hip: ["Thigh"], knee: ["Calf"], ankle: ["Foot"], foot: ["ToeBase"] },
      ...{
        collar: ["Clavicle"],
        shoulder: ["Upperarm"],
        elbow: ["Forearm"],
        wrist: ["Hand"],
        hand: ["Mid1"],
      },
    },
  ),
};

/** Poser's and DAZ's names. */
const poser: RigStyle = {
  ...{ pelvis: ["hip"], spine1: ["abdomen"], spine3: ["chest"], neck: ["neck"], head: ["head"] },
  ...sided(
    (part) => `l${part}`,
    (part) => `r${part}`,
    {
      ...{ hip: ["Thigh"], knee: ["Shin"], ankle: ["Foot"], foot: ["Toe"] },
      ...{ collar: ["Collar"], shoulder: ["Shldr"], elbow: ["ForeArm"], wrist: ["Hand"], hand: ["Mid1"] },
    },
  ),
};

export const rigStyles: readonly RigStyle[] = [motionBuilder, characterCreator, poser];
