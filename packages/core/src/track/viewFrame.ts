import { assignWithin } from "../array/assignment.js";
import { type Box, boxIou } from "../metric/box.js";
import { extent, poseArea, poseOks } from "../metric/oks.js";
import type { Detection } from "../motion/keypoints.js";
import { middleMove, updateTrack, type ViewTrack } from "./viewTrack.js";

/** The people found in a frame, while it is found out who they are. */
export interface ViewFrame {
  readonly detections: readonly Detection[];
  readonly sigmas: readonly number[];
  readonly boxes: readonly Box[];
  /** Who each detection is, as far as that is known. */
  readonly tracks: (ViewTrack | undefined)[];
  /** Indices of the detections that may be someone known, those that may be someone new before the others. */
  readonly listed: readonly number[];
  /** How many of the listed may be someone new. */
  readonly confident: number;
}

/** OKS from which a weaker detection is a copy of a stronger one: poses some 5 cm apart. */
const COPY = 0.7;
/** OKS, at twice the area, from which a detection that nobody was expected at is a second one of somebody. */
const SECOND = 0.5;
/** What likeness counts for where the detection is doubtful. */
const DOUBT = 0.8;
/** Share of the box in the likeness: joints tell people who overlap better apart. */
const BOX_SHARE = 0.2;

/** A frame in which nobody is known yet; detections below the least score and copies are left out. */
export function viewFrame(
  detections: readonly Detection[],
  sigmas: readonly number[],
  { confident, minScore }: { confident: number; minScore: number },
): ViewFrame {
  const boxes = detections.map(({ box, joints }) => box ?? extent(joints));
  const order = [...detections.keys()].filter((i) => detections[i].score >= minScore);
  order.sort((a, b) => detections[b].score - detections[a].score || a - b);
  const listed: number[] = [];
  for (const i of order)
    if (!listed.some((k) => similarity(detections, boxes, i, k, sigmas, 1) > COPY)) listed.push(i);
  return {
    detections,
    sigmas,
    boxes,
    tracks: detections.map(() => undefined),
    listed,
    confident: listed.filter((i) => detections[i].score >= confident).length,
  };
}

/**
 * Pairs people who aren't seen yet with free ones of the first `count` listed detections at the least total cost, and
 * takes in what is seen of them. Costs from `limit` on make no pair.
 */
export function matchTracks(
  tracks: readonly ViewTrack[],
  { detections, boxes, listed, tracks: found }: ViewFrame,
  count: number,
  cost: (track: ViewTrack, detection: number) => number,
  limit: number,
): void {
  const open = tracks.filter(({ seen, now }) => seen < now);
  const free = listed.filter((i, k) => k < count && found[i] === undefined);
  if (open.length === 0 || free.length === 0) return;
  const costs = new Float64Array(open.length * free.length);
  for (let row = 0, k = 0; row < open.length; row++)
    for (let column = 0; column < free.length; column++, k++) costs[k] = cost(open[row], free[column]);
  const { rows, columns } = assignWithin(costs, open.length, free.length, limit);
  for (let k = 0; k < rows.length; k++) {
    const i = free[columns[k]];
    found[i] = open[rows[k]];
    updateTrack(open[rows[k]], detections[i], boxes[i]);
  }
}

/** Likeness of pose and box to where someone should be by now, 0..1, less for a doubtful detection. */
export function likeness(
  track: ViewTrack,
  { detections, boxes, sigmas }: ViewFrame,
  i: number,
  confident: number,
): number {
  const { joints, score } = detections[i];
  // Frames are compared, not annotators: four times the area, twice the constants, tolerate a frame's motion.
  const before = 4 * poseArea(track.joints, track.box);
  const area = 4 * poseArea(joints, boxes[i]);
  const oks = poseOks(track.joints, joints, before, area, sigmas);
  const like = (1 - BOX_SHARE) * oks + BOX_SHARE * boxIou(track.box, boxes[i]);
  return score < confident ? DOUBT * like : like;
}

/** Largest ratio of sizes; sizes by which joints may have moved at once, besides one in each second, and at most. */
const RETURN = { ratio: 1.6, reach: 0.35, most: 1.5 };

/**
 * How far a detection is from the way that someone may have gone since the last sighting, between stopping at once and
 * walking on, as a share of what a person can have moved meanwhile; infinite where the joints in common span unlike.
 */
export function returnCost(track: ViewTrack, { detections }: ViewFrame, i: number): number {
  const { joints } = detections[i];
  const before = span(track.joints, joints);
  const after = span(joints, track.joints);
  const isAlike = Math.max(before, after) <= RETURN.ratio * Math.min(before, after);
  if (!isAlike || after === Infinity) return Infinity;
  const [dx, dy] = [middleMove(track.joints, joints, 0), middleMove(track.joints, joints, 1)];
  const [wx, wy] = track.walked;
  const way = wx * wx + wy * wy;
  const back = way > 0 ? Math.min(1, Math.max(0, -(dx * wx + dy * wy) / way)) : 0;
  const [left, top, right, bottom] = track.box;
  const size = Math.max(Math.hypot(right - left, bottom - top), after);
  const reach = Math.min(RETURN.reach + track.now - track.seen, RETURN.most);
  return Math.hypot(dx + back * wx, dy + back * wy) / (size * reach);
}

/** Diagonal of the joints of a pose that the other has too; infinite without any. */
function span(pose: Float32Array, other: Float32Array): number {
  let [left, top, right, bottom] = [Infinity, Infinity, -Infinity, -Infinity];
  for (let i = 0; i < pose.length; i += 3) {
    if (Number.isNaN(other[i])) continue;
    // Comparisons with NaN are false: joints that this pose lacks are passed over.
    if (pose[i] < left) left = pose[i];
    if (pose[i] > right) right = pose[i];
    if (pose[i + 1] < top) top = pose[i + 1];
    if (pose[i + 1] > bottom) bottom = pose[i + 1];
  }
  return Math.hypot(right - left, bottom - top);
}

/** Whether a detection is a second one of somebody who is known in the frame. */
export function isSecond({ detections, boxes, sigmas, tracks }: ViewFrame, i: number): boolean {
  return tracks.some(
    (track, k) => track !== undefined && similarity(detections, boxes, i, k, sigmas, 2) > SECOND,
  );
}

function similarity(
  detections: readonly Detection[],
  boxes: readonly Box[],
  i: number,
  k: number,
  sigmas: readonly number[],
  enlarged: number,
): number {
  const [a, b] = [detections[i].joints, detections[k].joints];
  return poseOks(a, b, enlarged * poseArea(a, boxes[i]), enlarged * poseArea(b, boxes[k]), sigmas);
}
