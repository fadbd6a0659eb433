import type { Image, Region } from "@marey/core/image";
import { type Body, bodyCanvas, placeBody, regionFromCircle } from "@marey/core/model/blazePose";
import { canvas, findPeople, squareAround, sureJoint } from "@marey/core/model/moveNet";
import type { Detection } from "@marey/core/motion";
import type { Network } from "@marey/core/seam";
import { blazePose33, coco17 } from "@marey/core/skeleton";
import type { Eyes } from "../sight.js";
import { withoutTwins } from "./finder.js";
import { lender } from "./memory.js";

const longerSide = 256;
/** The same in a picture that stands alone. */
const closerSide = 512;
const minScore = 0.2;
/** Probability from which a region shows a person. */
const present = 0.5;
/** Regions whose centres are nearer than this share of their size show one person. */
const sameRegion = 0.15;

/**
 * Eyes that find people by MoveNet multi-pose and place BlazePose's 33 joints, with metric 3D, in upright regions.
 * BlazePose's own detector isn't used: it needs a visible face and finds mostly one person.
 */
export function bodyEyes(finder: Network, placer: Network): Eyes<Body> {
  const lendCanvas = lender(() => canvas(closerSide * closerSide));
  const lendBody = lender(bodyCanvas);
  const place = (image: Image, region: Region) =>
    lendBody((memory) => placeBody(placer, image, region, { memory }));
  return {
    skeleton: blazePose33,
    longerSide: 640,
    follows: true,
    async look(image, { previous, findEvery = 1, alone = false } = {}) {
      const known = (previous?.people ?? []).flatMap(({ next }) => (next ? [next] : []));
      const placed = await Promise.all(known.map((region) => place(image, region)));
      const followed = placed.filter(({ score }) => score >= present);
      const lost = followed.length < placed.length;
      if (previous && followed.length > 0 && !lost && previous.sinceFound + 1 < findEvery)
        return { people: followed, sinceFound: previous.sinceFound + 1 };
      const search = (longerSide: number) =>
        lendCanvas((memory) => findPeople(finder, image, { longerSide, minScore, memory }));
      const found = [...(await search(longerSide)), ...(alone ? await search(closerSide) : [])];
      const regions = withoutTwins(found).flatMap((person) => regionOf(person) ?? []);
      const fresh = regions.filter((region) => !followed.some(({ next }) => next && isSame(region, next)));
      const added = await Promise.all(fresh.map((region) => place(image, region)));
      return { people: [...followed, ...added.filter(({ score }) => score >= present)], sinceFound: 0 };
    },
    close: async () => {
      await Promise.all([finder.close(), placer.close()]);
    },
  };
}

function isSame(a: Region, b: Region): boolean {
  const distance = Math.hypot(a.centre[0] - b.centre[0], a.centre[1] - b.centre[1]);
  return distance < sameRegion * Math.max(a.size, b.size);
}

const at = (name: string) => 3 * coco17.joints.indexOf(name);
const hips = [at("left_hip"), at("right_hip")] as const;
const shoulders = [at("left_shoulder"), at("right_shoulder")] as const;

/**
 * The region of a person given by COCO joints: around the middle of the hips, turned by the line to the middle of the
 * shoulders, as large as the farthest joint asks for; an upright square around somebody without hips and shoulders.
 */
export function regionOf(person: Detection): Region | undefined {
  const { joints } = person;
  const sure = (i: number) => (joints[i + 2] as number) > sureJoint;
  if ([...hips, ...shoulders].every(sure)) {
    const middle = ([a, b]: readonly [number, number]) =>
      [0, 1].map((k) => ((joints[a + k] as number) + (joints[b + k] as number)) / 2) as [number, number];
    const centre = middle(hips);
    const up = middle(shoulders);
    let reach = 0;
    for (let i = 0; i < joints.length; i += 3)
      if (sure(i))
        reach = Math.max(
          reach,
          Math.hypot((joints[i] as number) - centre[0], (joints[i + 1] as number) - centre[1]),
        );
    const scale = reach / Math.hypot(up[0] - centre[0], up[1] - centre[1]);
    return regionFromCircle(centre, [
      centre[0] + scale * (up[0] - centre[0]),
      centre[1] + scale * (up[1] - centre[1]),
    ]);
  }
  const square = squareAround(person);
  return square && { ...square, rotation: 0 };
}
