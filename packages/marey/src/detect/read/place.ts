import type { Affine, Region } from "@marey/core/image";
import { poseArea, poseOks } from "@marey/core/metric";
import type { Skeleton } from "@marey/core/skeleton";
import { withoutDuplicates } from "./duplicates.js";
import type { Seen } from "./reader.js";

/**
 * What was seen in a network's input, in pixels of the picture.
 *
 * @param toPicture Pixels of the input → pixels of the picture.
 * @param mirrored Width of the input when it showed the picture mirrored: sides change places.
 */
export function inPicture(
  { joints, box, region, ...rest }: Seen,
  toPicture: Affine,
  skeleton: Skeleton | undefined,
  mirrored?: number,
): Seen {
  const across = (x: number) => (mirrored === undefined ? x : mirrored - 1 - x);
  const [a = 1, b = 0, c = 0, d = 0, e = 1, f = 0] = Array.from(toPicture);
  const place = (x: number, y: number) => [a * across(x) + b * y + c, d * across(x) + e * y + f] as const;
  const placed = new Float32Array(joints.length);
  for (let j = 0; 3 * j < joints.length; j++) {
    const from = 3 * (mirrored === undefined ? j : (skeleton?.mirror[j] ?? j));
    const [x, y] = place(joints[from] as number, joints[from + 1] as number);
    placed.set(Number.isFinite(x + y) ? [x, y, joints[from + 2] as number] : [NaN, NaN, 0], 3 * j);
  }
  return {
    ...rest,
    joints: placed,
    ...(box && { box: boxThrough(box, place) }),
    ...(region && { region: regionThrough(region, place, [a, d], mirrored !== undefined) }),
  };
}

type Place = (x: number, y: number) => readonly [number, number];

function boxThrough([left, top, right, bottom]: NonNullable<Seen["box"]>, place: Place): Seen["box"] {
  const corners = [place(left, top), place(right, top), place(left, bottom), place(right, bottom)];
  const x = corners.map(([value]) => value);
  const y = corners.map(([, value]) => value);
  return [Math.min(...x), Math.min(...y), Math.max(...x), Math.max(...y)];
}

function regionThrough(
  { centre, size, rotation }: Region,
  place: Place,
  [a, d]: readonly [number, number],
  mirrored: boolean,
): Region {
  return {
    centre: place(...centre),
    size: size * Math.hypot(a, d),
    rotation: (mirrored ? -rotation : rotation) + Math.atan2(d, a),
  };
}

/** OKS from which people of different looks at a picture are one. */
const alike = 0.5;

/** What several looks at one picture saw: whoever was seen more than once stands at the mean of those places. */
export function mergeLooks(
  looks: readonly (readonly Seen[])[],
  skeleton: Skeleton | undefined,
  duplicates: { suppress: "none" | "box" | "oks"; overlap: number },
): Seen[] {
  if (looks.length === 1) return [...(looks[0] ?? [])];
  if (!skeleton) return withoutDuplicates(looks.flat(), { ...duplicates, suppress: "box" });
  const groups: Seen[][] = [];
  for (const look of looks) {
    const open = new Set(groups);
    for (const one of [...look].sort((a, b) => b.score - a.score)) {
      let best: Seen[] | undefined;
      let most = alike;
      for (const group of open) {
        const similar = similarity(group[0] as Seen, one, skeleton);
        if (similar > most) [best, most] = [group, similar];
      }
      if (!best) groups.push([one]);
      else {
        best.push(one);
        open.delete(best);
      }
    }
  }
  const merged = groups.map(meanPerson).sort((a, b) => b.score - a.score);
  return withoutDuplicates(merged, { suppress: "oks", overlap: duplicates.overlap }, skeleton);
}

function similarity(a: Seen, b: Seen, { sigmas }: Skeleton): number {
  return poseOks(a.joints, b.joints, poseArea(a.joints, a.box), poseArea(b.joints, b.box), sigmas);
}

/** The mean of several placings of one person: joints by their confidence, boxes and scores plainly. */
export function meanPerson(placings: readonly Seen[]): Seen {
  const [first] = placings as [Seen, ...Seen[]];
  if (placings.length === 1) return first;
  const joints = new Float32Array(first.joints.length);
  for (let i = 0; i < joints.length; i += 3) {
    let [x, y, sum] = [0, 0, 0];
    for (const placing of placings) {
      const confidence = placing.joints[i + 2] as number;
      if (!(confidence > 0)) continue;
      x += confidence * (placing.joints[i] as number);
      y += confidence * (placing.joints[i + 1] as number);
      sum += confidence;
    }
    joints.set(sum > 0 ? [x / sum, y / sum, sum / placings.length] : [NaN, NaN, 0], i);
  }
  const mean = (value: (one: Seen) => number) =>
    placings.reduce((total, one) => total + value(one), 0) / placings.length;
  const boxed = placings.every(({ box }) => box);
  const side = (i: 0 | 1 | 2 | 3) => mean(({ box }) => box?.[i] ?? 0);
  return {
    ...first,
    joints,
    score: mean(({ score }) => score),
    ...(boxed && { box: [side(0), side(1), side(2), side(3)] as const }),
  };
}
