import type { ASSEMBLY_DEFAULTS } from "@marey/core/codec";
import { z } from "zod";

/** Name of an output of the network. */
const output = z.string().min(1);
/** Number of a column or channel, from 0. */
const column = z.int().nonnegative();
const count = z.int().positive();
const share = z.number().min(0).max(1);
/** Where channels of maps stand. */
const layout = z.enum(["NHWC", "NCHW"]);
const jointPair = z.tuple([z.string(), z.string()]);

/** Relative to the input's sides (0 its left or top edge, 1 the other), or in its pixels. */
const unit = z.enum(["relative", "pixels"]).default("pixels");
/** What a coordinate of 0 is: the input's left or top edge, or the centre of its first pixel, half a pixel further. */
const origin = z.enum(["edge", "centre"]).default("edge");

const amount = z.number().nonnegative();
/** The decoder's own, see `ASSEMBLY_DEFAULTS` of `@marey/core/codec`; memory is laid out by the capacity. */
const thresholds = {
  capacity: z.int().min(1).max(512),
  minJoints: z.int().nonnegative(),
  minPeak: share,
  minSample: share,
  minShare: share,
  minPair: share,
  minScore: share,
  minShared: share,
  minOwn: share,
  minGain: amount,
  fieldShift: amount,
  unsupported: amount,
  disproportion: amount,
  lengthSpread: amount,
} satisfies Record<keyof typeof ASSEMBLY_DEFAULTS, z.ZodType<number>>;

/** Confidence maps and part affinity fields of everybody in the picture (OpenPose). */
const partAffinity = z.strictObject({
  kind: z.literal("part-affinity"),
  /** The maps come first in this output, one per joint in the skeleton's order. */
  maps: output,
  /** Output of the fields; further channels of `maps` when absent. */
  fields: output.optional(),
  layout,
  /** Whether a map of the background follows those of the joints. */
  background: z.boolean().default(true),
  /** Names of both joints, and the channels of the field's x and y. A field points from the first to the second joint. */
  limbs: z.array(z.strictObject({ joints: jointPair, channels: z.tuple([column, column]) })).min(1),
  thresholds: z.strictObject(thresholds).partial().default({}),
});

/** A mean score of the joints below this means that nobody is there. */
const somebody = share.default(0);

/** A map per joint of one person. */
const heatmap = z.strictObject({
  kind: z.literal("heatmap"),
  maps: output,
  layout,
  /** How a joint is read from its map; `dark` and `udp` blur it first, `soft-argmax` takes its expected cell. */
  decode: z.enum(["argmax", "quarter", "dark", "udp", "soft-argmax"]).default("quarter"),
  /** Taps of that blur, odd. */
  blur: count.refine((taps) => taps % 2 === 1, "expected an odd number").default(11),
  /** Factor of the maps in `soft-argmax`. */
  beta: z.number().positive().default(1),
  /** The maps are logits: their sigmoid is taken (their softmax in `soft-argmax`). */
  logits: z.boolean().default(false),
  /** Cell i stands for the middle of its pixels, not for pixel i · stride. */
  middle: z.boolean().default(false),
  minScore: somebody,
});

/** Coarse maps with the way from each cell to the joint (PoseNet), of one person or, with displacements, of many. */
const offsets = z.strictObject({
  kind: z.literal("offsets"),
  maps: output,
  /** All joints' y, then all joints' x, pixels from the cell. */
  offsets: output,
  layout,
  /** Pixels from cell to cell. */
  stride: count,
  logits: z.boolean().default(true),
  /** Ways from joint to joint along the tree's edges, pixels: all y, then all x. Without them one person is read. */
  displacements: z
    .strictObject({ forward: output, backward: output, edges: z.array(jointPair).min(1) })
    .optional(),
  /** Score from which a joint may begin a person. */
  minPeak: share.default(0.5),
  /** Peaks of one kind as near as this, pixels, are of one person. */
  radius: z.number().positive().default(20),
  minScore: share.default(0.2),
});

/** Each coordinate as a classification over bins of one axis (SimCC, RTMPose). */
const simcc = z.strictObject({
  kind: z.literal("simcc"),
  /** Outputs of the bins of both axes, joints × bins. */
  x: output,
  y: output,
  /** Bins a pixel. */
  split: z.number().positive().default(2),
  /** Refine the peak by a Newton step (DARK) for labels of this sigma, bins along x and y. */
  sigma: z.tuple([z.number().positive(), z.number().positive()]).optional(),
  /** The bins are logits: their softmax is taken. */
  logits: z.boolean().default(false),
  minScore: somebody,
});

/** What a number of a joint is. `logit` is a score before its sigmoid, `skip` is of no use here. */
const jointColumns = z.array(z.enum(["x", "y", "score", "logit", "skip"])).min(2);

/** The coordinates of one person's joints. */
const joints = z.strictObject({
  kind: z.literal("joints"),
  /** Output of joints × columns. */
  points: output,
  columns: jointColumns,
  unit,
  origin,
  /** Output with the score that somebody is there, and from which score on. */
  presence: z
    .strictObject({ output, logit: z.boolean().default(false), least: share.default(0.5) })
    .optional(),
  minScore: somebody,
});

/** The outputs of BlazePose's landmark networks: 39 points, metric 3D, presence, and maps that sharpen the points. */
const landmarks = z.strictObject({
  kind: z.literal("landmarks"),
  points: output,
  world: output,
  presence: output,
  maps: output.optional(),
  least: share.default(0.5),
});

/** How a box stands in four columns: left, top, right, bottom; top, left, bottom, right; or centre, width, height. */
const boxForm = z.enum(["xyxy", "yxyx", "cxcywh"]);
const suppression = {
  minScore: share.default(0.25),
  /** Of two that overlap more than `overlap`, by boxes or by joints (OKS), the better stays. */
  suppress: z.enum(["none", "box", "oks"]).default("box"),
  overlap: share.default(0.65),
};
const rows = {
  /** Output of the rows. */
  rows: output,
  /** Rows run along the last axis (1 × columns × rows) instead of the one before. */
  transposed: z.boolean().default(false),
  unit,
  origin,
  box: z.strictObject({ from: column, form: boxForm.default("xyxy") }),
  ...suppression,
};

/** A person a row: box, score and joints (MoveNet multi-pose, RTMO, YOLO-pose). */
const people = z.strictObject({
  kind: z.literal("people"),
  ...rows,
  score: z.strictObject({ column, logit: z.boolean().default(false) }),
  /** First of the joints' columns, in `rows` or an output of their own. */
  joints: z.strictObject({ from: column.default(0), columns: jointColumns, output: output.optional() }),
});

/** An object a row: box, score, class (CenterNet, YOLO, SSD after their own suppression). */
const boxes = z.strictObject({
  kind: z.literal("boxes"),
  ...rows,
  /** Column of the score; with `perClass` that of class 0, the others following. */
  score: z.strictObject({
    column,
    logit: z.boolean().default(false),
    perClass: z.boolean().default(false),
    /** Column of another factor: the score that anything is there. */
    times: column.optional(),
  }),
  /** Column that holds the class, where there is one. */
  class: column.optional(),
  /** The class of people. */
  person: z.int().nonnegative().default(0),
});

/** Boxes by distributions over distances to their sides, a grid per stride (NanoDet, Generalised Focal Loss). */
const distributions = z.strictObject({
  kind: z.literal("distributions"),
  /** By stride: cells × classes, and cells × 4·bins. */
  scores: z.array(output).min(1),
  distances: z.array(output).min(1),
  strides: z.array(count).min(1),
  bins: count.default(8),
  /** Scores are logits. */
  logits: z.boolean().default(false),
  /** A cell stands for its middle, or for its first pixel. */
  middle: z.boolean().default(true),
  person: z.int().nonnegative().default(0),
  ...suppression,
});

/** The part of a picture that a landmark network is shown, made of a detector's box and points. */
const region = z.discriminatedUnion("from", [
  z.strictObject({
    from: z.literal("circle"),
    /** Points: the middle, and one on the circle around the body towards the head. */
    centre: column,
    rim: column,
  }),
  z.strictObject({
    from: z.literal("box"),
    /** Size relative to the box's longer side, and how far the middle moves in the turned region, of the box's size. */
    scale: z.number().positive(),
    shift: z.tuple([z.number(), z.number()]).default([0, 0]),
    /** In an upright region the line from one point to the other runs at this angle: 0 to the right, 90 upwards. */
    turn: z.strictObject({ from: column, to: column, degrees: z.number() }).optional(),
  }),
]);

/** Boxes with points relative to fixed anchors (MediaPipe's single-shot detectors). */
const anchors = z.strictObject({
  kind: z.literal("anchors"),
  /** Outputs of box and points, in order of rows; with the score's logit in front when `scores` is absent. */
  boxes: z.array(output).min(1),
  scores: z.array(output).min(1).optional(),
  strides: z.array(count).min(1),
  /** Anchors in one cell of a layer. */
  perCell: count,
  points: count,
  /** Logits are cut to ± this. */
  clip: z.number().positive().default(100),
  minScore: share.default(0.5),
  /** Boxes that overlap more are joined. */
  overlap: share.default(0.3),
  region,
});

/** How the outputs of a network are read: one decoder each, with all that it needs. */
export const codecSchema = z.discriminatedUnion("kind", [
  partAffinity,
  heatmap,
  offsets,
  simcc,
  joints,
  landmarks,
  people,
  boxes,
  distributions,
  anchors,
]);

type Codec = z.infer<typeof codecSchema>;
/** The settings of one decoder. */
export type CodecOf<Kind extends Codec["kind"]> = Extract<Codec, { kind: Kind }>;
