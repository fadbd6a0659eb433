import type { KeypointScale } from "../output/index.js";
import {
  heatmaps,
  marey,
  type OpenPoseFlag,
  oneOf,
  openPose,
  paint,
  real,
  size,
  whole,
  wrong,
} from "./openPoseFlag.js";

/** Layouts of bodies by OpenPose's names of its models, and the names under which their networks are stored. */
const bodies: Record<string, { body: string; network?: string }> = {
  BODY_25: { body: "body25", network: "openpose-body25" },
  COCO: { body: "coco18", network: "openpose-coco" },
  MPI: { body: "mpi15", network: "openpose-mpi" },
  MPI_4_layers: { body: "mpi15", network: "openpose-mpi-fast" },
  BODY_19: { body: "body19" },
  BODY_23: { body: "body23" },
  BODY_25B: { body: "body25b", network: "openpose-body25b" },
};

const input: OpenPoseFlag["does"] = ({ inputs }, value) => void inputs.push(value);
/** `368x368`: the side of a crop, as OpenPose wants it. */
const side = (value: string, name: string): number => {
  const [width, height] = size(value, name);
  if (width === height && width > 0 && width % 16 === 0) return width;
  throw wrong(name, value, "no square of whole multiples of 16, such as 368x368");
};

const noWindow = "there is no window";
const noGpu = "networks run on the processor";
const ownNetwork = "the network's card says it";

/** OpenPose's flags, in the order of its documentation. Flags that are Marey's own as well are not in the list. */
export const openPoseFlags: readonly OpenPoseFlag[] = [
  { name: "video", takes: "file", does: input },
  { name: "image_dir", takes: "folder", does: input },
  { name: "ip_camera", takes: "address", does: input },
  {
    name: "camera",
    takes: "number",
    does: ({ inputs }, value) => void inputs.push(`camera:${Math.max(0, whole(value, "camera", -1))}`),
  },
  {
    name: "camera_resolution",
    takes: "size",
    does: ({ options }, value) => {
      const [width, height] = size(value, "camera_resolution");
      if (width > 0 && height > 0) options.openPose.cameraSize = [width, height];
    },
  },
  { name: "frame_first", takes: "frame", does: marey((value) => ({ start: whole(value, "frame_first") })) },
  { name: "frame_step", takes: "n", does: marey((value) => ({ step: whole(value, "frame_step", 1) })) },
  {
    name: "frame_last",
    takes: "frame",
    does: ({ options }, value) => {
      const last = whole(value, "frame_last", -1);
      if (last >= 0) options.end = last + 1; // OpenPose's is the last to be taken, ours the first to be left out
    },
  },
  { name: "frame_flip", does: openPose(() => ({ flip: true })) },
  {
    name: "frame_rotate",
    takes: "degrees",
    does: openPose((value) => ({
      rotate: Number(oneOf(value, "frame_rotate", ["0", "90", "180", "270"])) as 0 | 90 | 180 | 270,
    })),
  },
  { name: "frames_repeat", unused: "an input is looked at once" },
  {
    name: "process_real_time",
    unused: "files are looked at as fast as possible, cameras always in real time",
  },
  { name: "frame_undistort", refused: "Undistort afterwards: marey capture knows each camera's lens" },
  { name: "camera_parameter_path", takes: "folder", unused: "marey capture takes calibrations" },
  { name: "flir_camera", refused: "Give the camera's address with --ip-camera, or its number with --camera" },
  { name: "flir_camera_index", takes: "n", unused: "there are no FLIR cameras" },
  { name: "fps_max", takes: "hz", unused: "files are looked at as fast as possible" },

  { name: "model_folder", takes: "folder", unused: "the models folder is Marey's own; see marey models" },
  { name: "prototxt_path", takes: "file", unused: ownNetwork },
  { name: "caffemodel_path", takes: "file", unused: "import the file: marey models import" },
  {
    name: "model_pose",
    takes: "name",
    does: openPose((value) => ({ ...bodies[oneOf(value, "model_pose", Object.keys(bodies))] })),
  },
  {
    name: "net_resolution",
    takes: "size",
    does: openPose((value) => ({ networkSize: size(value, "net_resolution") })),
  },
  {
    name: "net_resolution_dynamic",
    takes: "ratio",
    official: true,
    does: openPose((value) => ({ networkDynamic: real(value, "net_resolution_dynamic", -1, 100) })),
  },
  {
    name: "scale_number",
    takes: "n",
    does: openPose((value) => ({ scaleNumber: whole(value, "scale_number", 1) })),
  },
  {
    name: "scale_gap",
    takes: "share",
    does: openPose((value) => ({ scaleGap: real(value, "scale_gap", 0, 1) })),
  },
  { name: "upsampling_ratio", takes: "ratio", unused: ownNetwork },
  {
    name: "body",
    takes: "mode",
    does: (_, value) => {
      if (whole(value, "body") !== 1)
        throw wrong("body", value, "not possible: hands and faces are found on bodies");
    },
  },
  { name: "maximize_positives", does: openPose(() => ({ maximizePositives: true })) },
  {
    name: "number_people_max",
    takes: "n",
    does: ({ options }, value) => {
      const most = whole(value, "number_people_max", -1);
      if (most > 0) options.people = most;
    },
  },
  { name: "num_gpu", takes: "n", unused: noGpu },
  { name: "num_gpu_start", takes: "n", unused: noGpu },

  { name: "hand", does: marey(() => ({ hands: true })) },
  {
    name: "hand_detector",
    takes: "mode",
    // Marey's own way follows hands in any case.
    does: openPose((value) => ({ followHands: value === "3" })),
    idle: (value) =>
      /^[03]$/.test(oneOf(value, "hand_detector", ["0", "1", "2", "3"]))
        ? undefined
        : "hands are found from the body",
  },
  {
    name: "hand_net_resolution",
    takes: "size",
    official: true,
    does: openPose((value) => ({ handSide: side(value, "hand_net_resolution") })),
  },
  {
    name: "hand_scale_number",
    takes: "n",
    official: true,
    does: openPose((value) => ({ handScaleNumber: whole(value, "hand_scale_number", 1) })),
  },
  {
    name: "hand_scale_range",
    takes: "share",
    official: true,
    does: openPose((value) => ({ handScaleRange: real(value, "hand_scale_range", 0, 2) })),
  },
  {
    name: "face_detector",
    takes: "mode",
    idle: (value) =>
      oneOf(value, "face_detector", ["0", "1", "2"]) === "0" ? undefined : "faces are found from the body",
  },
  {
    name: "face_net_resolution",
    takes: "size",
    official: true,
    does: openPose((value) => ({ faceSide: side(value, "face_net_resolution") })),
  },

  { name: "3d", refused: "Detect each video and use marey capture" },
  { name: "3d_min_views", takes: "n", unused: "marey capture decides" },
  { name: "3d_views", takes: "n", unused: "marey capture decides" },
  { name: "identification", unused: "people of a video have ids anyway" },
  { name: "tracking", takes: "n", unused: "people of a video have ids anyway" },
  { name: "ik_threads", takes: "n", unused: "marey capture fits skeletons" },
  { name: "write_bvh", takes: "file", refused: "Use marey capture or marey lift, which write .bvh" },
  { name: "write_video_adam", takes: "file", refused: "Use marey capture or marey lift" },
  { name: "write_video_3d", takes: "file", refused: "Use marey capture or marey lift" },
  { name: "udp_host", takes: "host", refused: "Read the files of --write-json, which appear frame by frame" },
  { name: "udp_port", takes: "port", unused: "nothing is sent" },

  { name: "heatmaps_add_parts", does: heatmaps(() => ({ parts: true })) },
  { name: "heatmaps_add_bkg", does: heatmaps(() => ({ background: true })) },
  { name: "heatmaps_add_PAFs", does: heatmaps(() => ({ fields: true })) },
  {
    name: "heatmaps_scale",
    takes: "mode",
    does: heatmaps((value) => ({
      scale: Number(oneOf(value, "heatmaps_scale", ["0", "1", "2", "3"])) as 0 | 1 | 2 | 3,
    })),
  },
  { name: "write_heatmaps", takes: "folder", does: openPose((value) => ({ writeHeatmaps: value })) },
  {
    name: "write_heatmaps_format",
    takes: "format",
    does: heatmaps((value) => ({ format: oneOf(value, "write_heatmaps_format", ["png", "float"] as const) })),
  },
  { name: "part_candidates", does: openPose(() => ({ candidates: true })) },

  { name: "part_to_show", takes: "n", unused: "all parts are drawn; --write-heatmaps writes maps" },
  { name: "disable_blending", does: paint(() => ({ black: true })) },
  {
    name: "render_pose",
    takes: "mode",
    does: paint((value) => (whole(value, "render_pose", -1) === 0 ? { plain: true } : {})),
  },
  {
    name: "render_threshold",
    takes: "confidence",
    does: paint((value) => ({ threshold: real(value, "render_threshold", 0, 1) })),
  },
  {
    name: "alpha_pose",
    takes: "share",
    does: paint((value) => ({ opacity: real(value, "alpha_pose", 0, 1) })),
  },
  { name: "alpha_heatmap", takes: "share", unused: "maps aren't drawn over pictures" },
  {
    name: "hand_render_threshold",
    takes: "confidence",
    does: paint((value) => ({ handThreshold: real(value, "hand_render_threshold", 0, 1) })),
  },
  {
    name: "face_render_threshold",
    takes: "confidence",
    does: paint((value) => ({ faceThreshold: real(value, "face_render_threshold", 0, 1) })),
  },
  { name: "hand_render", takes: "mode", unused: "hands that were found are drawn" },
  { name: "face_render", takes: "mode", unused: "faces that were found are drawn" },
  { name: "hand_alpha_pose", takes: "share", unused: "--alpha-pose holds for hands too" },
  { name: "face_alpha_pose", takes: "share", unused: "--alpha-pose holds for faces too" },
  { name: "hand_alpha_heatmap", takes: "share", unused: "maps aren't drawn over pictures" },
  { name: "face_alpha_heatmap", takes: "share", unused: "maps aren't drawn over pictures" },

  { name: "display", takes: "mode", unused: noWindow },
  { name: "fullscreen", unused: noWindow },
  { name: "no_gui_verbose", unused: noWindow },
  {
    name: "output_resolution",
    takes: "size",
    does: ({ options }, value) => {
      const asked = size(value, "output_resolution");
      if (asked.some((side) => side > 0)) options.openPose.outputSize = asked;
    },
  },
  { name: "cli_verbose", takes: "n", unused: "progress is always shown" },

  { name: "write_json", takes: "folder", does: openPose((value) => ({ writeJson: value })) },
  { name: "write_images", takes: "folder", does: openPose((value) => ({ writeImages: value })) },
  {
    name: "write_images_format",
    takes: "format",
    does: openPose((value) => ({
      imagesFormat: oneOf(value, "write_images_format", ["png", "jpg", "jpeg", "webp"]),
    })),
  },
  { name: "write_video", takes: "file", does: openPose((value) => ({ writeVideo: value })) },
  {
    name: "write_video_fps",
    takes: "hz",
    does: ({ options }, value) => {
      const rate = real(value, "write_video_fps", -1, 1000);
      if (rate > 0) options.openPose.videoFrameRate = rate;
    },
  },
  { name: "write_video_with_audio", does: marey(() => ({ audio: true })) },
  { name: "write_coco_json", takes: "file", does: openPose((value) => ({ writeCocoJson: value })) },
  {
    name: "write_coco_json_variants",
    takes: "sum",
    does: openPose((value) => {
      const cocoVariants = whole(value, "write_coco_json_variants");
      if (cocoVariants > 31)
        throw wrong("write_coco_json_variants", value, "no sum of 1, 2, 4, 8 and 16, or 0");
      return { cocoVariants };
    }),
  },
  { name: "write_coco_json_variant", takes: "n", unused: "the file holds people" },
  { name: "write_keypoint", takes: "folder", refused: "Use --write-json, which took its place" },
  { name: "write_keypoint_format", takes: "format", unused: "--write-keypoint is no more" },
  {
    name: "keypoint_scale",
    takes: "mode",
    does: openPose((value) => ({
      keypointScale: Number(
        oneOf(value, "keypoint_scale", ["0", "1", "2", "3", "4"]),
      ) as KeypointScale["mode"],
    })),
  },
  { name: "logging_level", takes: "n", unused: "progress and warnings are always shown" },
  { name: "disable_multi_thread", unused: "several inputs are looked at side by side" },
  { name: "profile_speed", takes: "n", unused: "the rate is always shown" },
];
