import {
  addResized,
  adjustTagGroups,
  cropBox,
  gaussianHeatmaps,
  groupByTags,
  type HeatmapCodec,
  invertAffine,
  megviiHeatmaps,
  refineTagGroups,
  regression,
  sampleAffine,
  simcc,
  softArgmax,
  threePointCrop,
  udpHeatmaps,
  udpOffsets,
  unbiasedCrop,
  unflipMaps,
} from "@marey/core/codec";
import { type Pose, poseOks } from "@marey/core/metric";
import { softSuppressByOks, suppressByOks } from "@marey/core/track";
import {
  type Case,
  GoldenFailure,
  numbers,
  type Operation,
  type Operations,
  type Stored,
} from "./fixture.js";

/** The operations of the golden group `heatmap` on the code of this project. */
export const heatmap: Operations = {
  heatmap_encode_msra: encoding(gaussian),
  heatmap_decode_msra: decoding(gaussian),
  heatmap_encode_msra_unbiased_dark: encoding(gaussian),
  heatmap_decode_msra_unbiased_dark: decoding(gaussian),
  heatmap_encode_udp: encoding(udp),
  heatmap_decode_udp: decoding(udp, referenceUdpScale),
  heatmap_encode_udp_combined: encoding(combined),
  heatmap_decode_udp_combined: decoding(combined, referenceUdpScale),
  heatmap_encode_megvii: encoding(megvii),
  heatmap_decode_megvii: decoding(megvii),
  hrnet_final_preds({ inputs, attributes: { pixel_std } }) {
    const [joints = 0, height = 0, width = 0] = inputs.heatmaps!.shape;
    const codec = gaussianHeatmaps({
      joints,
      input: [width, height],
      cells: [width, height],
      sigma: 2,
      refine: "innerQuarter",
    });
    const found = codec.decode(numbers(inputs.heatmaps!));
    const centre = pair(numbers(inputs.center!));
    const [w, h] = pair(numbers(inputs.scale!));
    const size = [w * pixel_std, h * pixel_std] as const;
    const back = invertAffine(threePointCrop({ centre, size }, 0, [width, height]));
    // HRNet puts a joint without a value above 0 into the first cell.
    const preds = rows(found, 3).flatMap(([x = 0, y = 0, score = 0]) => {
      const [u, v] = score > 0 ? [x, y] : [0, 0];
      return [back[0]! * u + back[1]! * v + back[2]!, back[3]! * u + back[4]! * v + back[5]!];
    });
    return { preds, maxvals: scoresOf(found) };
  },
  accuracy({ inputs, attributes }) {
    const joints = inputs.keypoints!.shape[0]!;
    const inner = 12;
    const points = numbers(inputs.keypoints!);
    const keypoints = withVisibility(points, new Float64Array(joints).fill(1));
    const size = { joints, input: [192, 256], cells: [48, 64] } as const;
    const bins = simcc({ input: [192, 256], split: 2, label: { sigma: [6, 6] } });
    const rowsOfBins = bins.encode(keypoints);
    const maps = (codec: HeatmapCodec) => codec.decode(codec.encode(keypoints).maps);
    const found: Record<string, Float32Array> = {
      argmax_quarter: maps(gaussianHeatmaps({ ...size, sigma: 2 })),
      dark: maps(gaussianHeatmaps({ ...size, sigma: 2, exactCentre: true, refine: { blur: 11 } })),
      udp_dark: maps(udpHeatmaps({ ...size, sigma: 2, blur: 11 })),
      simcc_x2: bins.decode(rowsOfBins.x, rowsOfBins.y),
    };
    for (const [name, decoded] of Object.entries(found)) {
      const got = pointsOf(decoded);
      let sum = 0;
      for (let i = 0; i < 2 * inner; i++) sum += Math.abs(got[i]! - points[i]!);
      const error = sum / (2 * inner);
      if (!(error <= attributes[name] * 1.2))
        throw new GoldenFailure(`${name}: mean error ${error} px, expected ${attributes[name]}`);
    }
    return {};
  },
  soft_argmax_2d({ inputs, attributes }) {
    const [, height = 0, width = 0] = inputs.logits!.shape;
    const found = softArgmax(numbers(inputs.logits!), [width, height], attributes.beta);
    return { xy: pointsOf(found), peak: scoresOf(found) };
  },
  soft_argmax_3d({ inputs }) {
    const [, depth = 0, height = 0, width = 0] = inputs.logits!.shape;
    const size = [width, height, depth] as const;
    const found = softArgmax(numbers(inputs.logits!), size);
    const xyz = rows(found, 4).flatMap((row) => [...row.subarray(0, 3)]);
    return { xyz, normalized: xyz.map((v, i) => v / size[i % 3]! - 0.5) };
  },
  simcc_encode(fixture) {
    const { x, y, weights } = simccOf(fixture).encode(keypointsOf(fixture));
    return { x, y, weights };
  },
  simcc_decode(fixture) {
    const { x, y } = fixture.inputs;
    const found = simccOf(fixture).decode(numbers(x!), numbers(y!));
    return { keypoints: pointsOf(found), scores: scoresOf(found) };
  },
  rle_decode({ inputs, attributes: { input_size } }) {
    const found = regression(input_size[0], input_size[1]).decode(numbers(inputs.raw!));
    return { keypoints: pointsOf(found), scores: scoresOf(found) };
  },
  associative_embedding_group({ inputs, expected, attributes }) {
    const [, height = 0, width = 0] = inputs.heat!.shape;
    const maps = {
      heat: Float32Array.from(numbers(inputs.heat!), (v) => v * attributes.heat_scale),
      tags: Float32Array.from(numbers(inputs.tag!), (v) => (v - attributes.tag_zero) * attributes.tag_scale),
      width,
      height,
    };
    const people = groupByTags(maps, {
      maximum: attributes.max_people,
      threshold: attributes.detection_threshold,
      tagThreshold: attributes.tag_threshold,
      window: attributes.nms_kernel,
      order: attributes.joint_order,
      preferScore: attributes.use_detection_val,
      ignoreSurplus: attributes.ignore_too_much,
    });
    const depth = inputs.tag!.shape[3]!;
    const sorted = inOrderOf(people, expected.grouped!);
    const grouped = sorted.flatMap((person) => [...person]);
    adjustTagGroups(maps, sorted);
    const adjusted = sorted.flatMap((person) => [...person]);
    const scores = sorted.map((person) => {
      const all = rows(person, 3 + depth).map((row) => row[2]!);
      return all.reduce((a, b) => a + b, 0) / all.length;
    });
    refineTagGroups(maps, sorted);
    return { grouped, adjusted, scores, refined: sorted.flatMap((person) => [...person]) };
  },
  affine_crop_hrnet(fixture) {
    const { pixel_std, output } = fixture.attributes;
    const crops = cropsOf(fixture);
    const matrices = crops.map(({ box, rotation }) => threePointCrop(box, rotation, output));
    return {
      center: crops.flatMap(({ box }) => box.centre),
      scale: crops.flatMap(({ box }) => box.size.map((side) => side / pixel_std)),
      matrix: matrices.flatMap((matrix) => [...matrix]),
      inverse: matrices.flatMap((matrix) => [...invertAffine(matrix)]),
    };
  },
  affine_crop_mmpose(fixture) {
    const crops = cropsOf(fixture);
    return {
      center: crops.flatMap(({ box }) => box.centre),
      scale: crops.flatMap(({ box }) => box.size),
      matrix: crops.flatMap(({ box, rotation }) => [
        ...threePointCrop(box, rotation, fixture.attributes.output),
      ]),
    };
  },
  affine_crop_udp: (fixture) => ({
    matrix: cropsOf(fixture).flatMap(({ box, rotation }) => [
      ...unbiasedCrop(box, rotation, fixture.attributes.output),
    ]),
  }),
  warp_affine_bilinear({ inputs, expected, attributes, tolerance }) {
    const [height = 0, width = 0, channels = 0] = inputs.image!.shape;
    const [columns, rowCount] = attributes.output;
    const image = { data: numbers(inputs.image!), width, height, channels };
    const out = new Float32Array(columns * rowCount * channels);
    sampleAffine(image, invertAffine(numbers(inputs.matrix!)), columns, rowCount, out);
    const { exactAbsolute, opencvAbsolute } = tolerance as Record<string, number>;
    return {
      exact: within("exact", out, expected.exact!, exactAbsolute!),
      opencv: within("opencv", out.map(Math.round), expected.opencv!, opencvAbsolute!),
    };
  },
  flip_test_average({ inputs, attributes }) {
    const [, joints = 0, height = 0, width = 0] = inputs.normal!.shape;
    const partner = Array.from({ length: joints }, (_, k) => k);
    for (const [a, b] of attributes.pairs) [partner[a], partner[b]] = [b, a];
    const normal = numbers(inputs.normal!);
    const flipped = numbers(inputs.flipped!);
    const [back, shifted] = [false, true].map((shift) =>
      unflipMaps(flipped, partner, width, height, shift, new Float32Array(flipped.length)),
    ) as [Float32Array, Float32Array];
    return {
      back,
      back_shifted: shifted,
      average: back.map((v, i) => (v + normal[i]!) / 2),
      average_shifted: shifted.map((v, i) => (v + normal[i]!) / 2),
    };
  },
  ae_multi_scale_aggregate({ inputs }) {
    const heats = Object.entries(inputs).flatMap(([name, stored]) =>
      name.startsWith("heat") ? [stored] : [],
    );
    const [height, width] = [2, 3].map((axis) => Math.max(...heats.map(({ shape }) => shape[axis]!)));
    const joints = heats[0]!.shape[1]!;
    const heat = new Float32Array(joints * height! * width!);
    for (const stored of heats)
      for (const maps of halves(stored))
        addResized(maps, stored.shape[3]!, stored.shape[2]!, heat, width!, height!, 0.5 / heats.length);
    const tag = Object.entries(inputs).find(([name]) => name.startsWith("tag"))![1];
    const sides = halves(tag).map((maps) =>
      addResized(maps, tag.shape[3]!, tag.shape[2]!, new Float32Array(heat.length), width!, height!, 1),
    );
    return { heat, tags: Array.from(heat, (_, i) => sides.map((maps) => maps[i]!)).flat() };
  },
  oks_nms({ inputs, attributes: { threshold, sigmas, soft_max_dets } }) {
    const [count = 0, joints = 0] = inputs.keypoints!.shape;
    const poses: Pose[] = rows(numbers(inputs.keypoints!), 3 * joints);
    const areas = numbers(inputs.areas!);
    const scored = { poses, areas, scores: numbers(inputs.scores!), sigmas };
    return {
      keep: suppressByOks(scored, { threshold }),
      soft_keep: softSuppressByOks(scored, { threshold, maximum: soft_max_dets }),
      oks_to_first: Array.from({ length: count }, (_, i) =>
        poseOks(poses[0]!, poses[i]!, areas[0]!, areas[i]!, sigmas),
      ),
    };
  },
};

type CodecOf = (fixture: Case, joints: number) => HeatmapCodec;

function sizeOf({ attributes }: Case, joints: number) {
  return { joints, input: attributes.input_size, cells: attributes.heatmap_size };
}

function gaussian(fixture: Case, joints: number): HeatmapCodec {
  const { sigma, unbiased, blur_kernel } = fixture.attributes;
  const refine = blur_kernel === undefined ? ("quarter" as const) : { blur: blur_kernel };
  return gaussianHeatmaps({ ...sizeOf(fixture, joints), sigma, exactCentre: unbiased, refine });
}

function udp(fixture: Case, joints: number): HeatmapCodec {
  const { sigma, blur_kernel: blur } = fixture.attributes;
  return udpHeatmaps({ ...sizeOf(fixture, joints), sigma, blur });
}

function combined(fixture: Case, joints: number): HeatmapCodec {
  const { radius_factor: radius, blur_kernel: blur } = fixture.attributes;
  return udpOffsets({ ...sizeOf(fixture, joints), radius, blur });
}

function megvii(fixture: Case, joints: number): HeatmapCodec {
  return megviiHeatmaps({ ...sizeOf(fixture, joints), blur: fixture.attributes.kernel_size });
}

function encoding(codecOf: CodecOf): Operation {
  return (fixture) => {
    const { maps, weights } = codecOf(fixture, fixture.inputs.keypoints!.shape[0]!).encode(
      keypointsOf(fixture),
    );
    return { heatmaps: upToStorage(maps, fixture.expected.heatmaps!), weights };
  };
}

function decoding(codecOf: CodecOf, scale: (fixture: Case) => readonly number[] = () => [1, 1]): Operation {
  return (fixture) => {
    const found = codecOf(fixture, fixture.inputs.heatmaps!.shape[0]!).decode(
      numbers(fixture.inputs.heatmaps!),
    );
    const factors = scale(fixture);
    return { keypoints: pointsOf(found).map((v, i) => v * factors[i % 2]!), scores: scoresOf(found) };
  };
}

/** The reference decoder of UDP stretches its answer by input/(input − 1), against its own encoder (README). */
function referenceUdpScale({ attributes: { input_size } }: Case): number[] {
  return input_size.map((side: number) => side / (side - 1));
}

function simccOf({ attributes }: Case) {
  const { input_size, sigma, simcc_split_ratio = 2, normalize, use_dark, label_smooth_weight } = attributes;
  const label =
    attributes.smoothing_type === "standard"
      ? { smooth: label_smooth_weight }
      : { sigma: typeof sigma === "number" ? ([sigma, sigma] as const) : sigma, normalise: normalize };
  return simcc({ input: input_size, split: simcc_split_ratio, label, dark: use_dark });
}

function cropsOf({ inputs, attributes: { output, padding } }: Case) {
  const rotation = numbers(inputs.rotation!);
  return rows(numbers(inputs.boxes!), 4).map((box, i) => ({
    box: cropBox(box, output, padding),
    rotation: (rotation[i]! * Math.PI) / 180,
  }));
}

/** The people in the stored order, each at the place of the stored person most like it: only the set counts. */
function inOrderOf(people: readonly Float32Array[], stored: Stored): Float32Array[] {
  const values = numbers(stored);
  const left = [...people];
  const sorted = rows(values, values.length / (stored.shape[0] || 1)).flatMap((want) => {
    const distance = (person: Float32Array) => want.reduce((sum, v, i) => sum + Math.abs(v - person[i]!), 0);
    const nearest = left.reduce((a, b) => (distance(b) < distance(a) ? b : a), left[0] ?? new Float32Array());
    return left.splice(left.indexOf(nearest), 1);
  });
  return [...sorted, ...left];
}

/** For outputs with tolerances of their own: the stored values where ours lie near enough. */
function within(name: string, got: ArrayLike<number>, stored: Stored, absolute: number): Float64Array {
  const want = numbers(stored);
  const worst = want.reduce((most, v, i) => Math.max(most, Math.abs(v - got[i]!)), 0);
  if (!(got.length === want.length && worst <= absolute))
    throw new GoldenFailure(`${name}: off by ${worst}, allowed ${absolute}`);
  return want;
}

/**
 * The values of which a tensor stores the first channels: a float16 stands for all numbers that round to it, so one within
 * half its spacing counts as equal.
 */
function upToStorage(values: ArrayLike<number>, stored: Stored): Float64Array {
  return numbers(stored).map((want, i) => {
    const spacing = 2 ** (Math.max(-14, Math.floor(Math.log2(Math.abs(want)))) - 10);
    const same = stored.dtype === "F16" && Math.abs(values[i]! - want) <= spacing / 2;
    return same ? want : values[i]!;
  });
}

function keypointsOf({ inputs }: Case): Float64Array {
  return withVisibility(numbers(inputs.keypoints!), numbers(inputs.visible!));
}

function withVisibility(points: Float64Array, visible: Float64Array): Float64Array {
  return Float64Array.from({ length: visible.length * 3 }, (_, i) => {
    const k = Math.floor(i / 3);
    return i % 3 === 2 ? visible[k]! : points[2 * k + (i % 3)]!;
  });
}

const pair = (values: ArrayLike<number>) => [values[0]!, values[1]!] as const;
const pointsOf = (found: ArrayLike<number>) => Array.from(found).filter((_, i) => i % 3 !== 2);
const scoresOf = (found: ArrayLike<number>) => Array.from(found).filter((_, i) => i % 3 === 2);

function rows<T extends Float64Array | Float32Array>(values: T, length: number): T[] {
  return Array.from(
    { length: values.length / length },
    (_, i) => values.subarray(i * length, (i + 1) * length) as T,
  );
}

/** The maps of the picture and of its mirror image. */
function halves(stored: Stored): Float64Array[] {
  const values = numbers(stored);
  return rows(values, values.length / 2);
}
