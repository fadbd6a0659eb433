import type { Architecture } from "./architecture.js";
import { openPoseArchitectures } from "./architecturesOpenPose.js";
import { simpleBaselineArchitectures } from "./architecturesSimpleBaseline.js";
import { videoPose3dLifter } from "./lifterWeights.js";

/** Architectures by the name that `marey models import --network` takes. */
export const architectures: Readonly<Record<string, Architecture>> = {
  ...openPoseArchitectures,
  ...simpleBaselineArchitectures,
  videopose3d: {
    summary: "VideoPose3D's temporal network with Human3.6M's 17 joints, for marey lift",
    build: videoPose3dLifter,
  },
};
