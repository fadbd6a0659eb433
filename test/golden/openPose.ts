import {
  body25BoxJoints,
  CONFIDENCE_MAP_DEFAULTS,
  emptyPeaks,
  encodeConfidenceMaps,
  faceBox,
  findPeaks,
  handBox,
  LINE_INTEGRAL_DEFAULTS,
  lineIntegral,
  mapEnlarger,
  partAffinityEncoder,
} from "@marey/core/codec";
import { type Case, GoldenFailure, numbers, type Operations, type Stored } from "./fixture.js";

const floats = (tensor: Stored) => Float32Array.from(numbers(tensor));

function grid({ attributes }: Case) {
  const [width, height] = attributes.image;
  const { stride } = attributes;
  return { columns: width / stride, rows: height / stride, stride };
}

function confidenceMaps(fixture: Case) {
  const { sigma, cutoff = CONFIDENCE_MAP_DEFAULTS.cutoff, combine = "max" } = fixture.attributes;
  const joints = fixture.inputs.people.shape[1] as number;
  const { columns, rows, stride } = grid(fixture);
  const maps = new Float32Array((joints + 1) * columns * rows);
  const options = { joints, columns, rows, stride, sigma, cutoff, combine };
  encodeConfidenceMaps(floats(fixture.inputs.people), options, maps);
  return { maps };
}

function partAffinityFields(fixture: Case) {
  const { limbs, halfwidth_cells: halfWidth = 1, combine = "average" } = fixture.attributes;
  const joints = fixture.inputs.people.shape[1] as number;
  const { columns, rows, stride } = grid(fixture);
  const maps = new Float32Array(2 * limbs.length * columns * rows);
  partAffinityEncoder({ joints, columns, rows, stride, limbs, halfWidth, combine })(
    floats(fixture.inputs.people),
    maps,
  );
  return { maps };
}

function peaksOf(map: Float32Array, columns: number, rows: number, threshold: number) {
  const peaks = emptyPeaks();
  findPeaks(map, columns, rows, threshold, peaks);
  return { peaks: peaks.data.subarray(0, peaks.count * 3) };
}

function enlarged(map: Stored, toColumns: number, toRows: number, a?: number) {
  const [rows, columns] = map.shape as [number, number];
  const out = new Float32Array(toColumns * toRows);
  mapEnlarger(columns, rows, toColumns, toRows, a)(floats(map), out);
  return out;
}

function resizeCubic({ inputs, attributes }: Case) {
  const [rows, columns] = attributes.size;
  const out = enlarged(inputs.map, columns, rows, attributes.a);
  return { sampled: out.filter((_, i) => (i % columns) % 5 === 0 && Math.floor(i / columns) % 5 === 0) };
}

function peaksOnEnlarged({ inputs, attributes }: Case) {
  const [rows, columns] = (inputs.map.shape as [number, number]).map((n) => n * attributes.scale);
  return peaksOf(enlarged(inputs.map, columns!, rows!), columns!, rows!, attributes.threshold);
}

function lineIntegrals({ inputs, attributes }: Case) {
  const [, rows, columns] = inputs.paf.shape as [number, number, number];
  const { inter_threshold: minSample, inter_min_above: minShare } = attributes;
  const options = { ...LINE_INTEGRAL_DEFAULTS, columns, rows, minSample, minShare };
  const fields = floats(inputs.paf);
  const ends = floats(inputs.segments);
  const scores = new Float32Array(ends.length / 4);
  for (let i = 0; i < scores.length; i++) {
    const [ax, ay, bx, by] = ends.subarray(i * 4, i * 4 + 4) as unknown as [number, number, number, number];
    scores[i] = lineIntegral(fields, 0, ax, ay, bx, by, options);
  }
  return { scores };
}

function handFaceBoxes({ inputs, attributes }: Case) {
  if (attributes.model !== "BODY_25") throw new GoldenFailure(`no joints of ${attributes.model} are known`);
  const [people, joints] = inputs.pose.shape as [number, number];
  const poses = floats(inputs.pose);
  const boxes = () => new Float32Array(people * 4);
  const [left, right, face] = [boxes(), boxes(), boxes()];
  for (let p = 0; p < people; p++) {
    const body = poses.subarray(p * joints * 3, (p + 1) * joints * 3);
    handBox(body, body25BoxJoints, 0, attributes.hand_threshold, left, p * 4);
    handBox(body, body25BoxJoints, 1, attributes.hand_threshold, right, p * 4);
    faceBox(body, body25BoxJoints, attributes.face_threshold, face, p * 4);
  }
  return { left, right, face };
}

export const openPose: Operations = {
  openpose_confidence_maps: confidenceMaps,
  openpose_part_affinity_fields: partAffinityFields,
  openpose_nms: ({ inputs, attributes }) =>
    peaksOf(
      floats(inputs.map),
      inputs.map.shape[1] as number,
      inputs.map.shape[0] as number,
      attributes.threshold,
    ),
  resize_cubic: resizeCubic,
  openpose_nms_on_upsampled: peaksOnEnlarged,
  openpose_line_integral: lineIntegrals,
  openpose_hand_face_boxes: handFaceBoxes,
};
