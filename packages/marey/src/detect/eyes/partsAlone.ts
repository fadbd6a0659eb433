import type { Image } from "@marey/core/image";
import { extent } from "@marey/core/metric";
import {
  type Face,
  facePoints,
  facesAlone,
  type Hand,
  handsAlone,
  inputMemory,
  type Lend,
  placePupils,
} from "@marey/core/model/handsAndFace";
import type { Detection } from "@marey/core/motion";
import type { Network } from "@marey/core/seam";
import { face70, hand21, type Skeleton } from "@marey/core/skeleton";
import type { Eyes } from "../sight.js";
import { lender } from "./memory.js";

/** A hand seen without a body. */
export interface LoneHand extends Detection, Omit<Hand, "presence"> {}

/** A face seen without a body. */
export interface LoneFace extends Detection, Omit<Face, "presence"> {}

/**
 * Eyes for hands alone, as in close-ups and recordings of signing: 21 joints each, found by their palms and followed from
 * picture to picture. Left and right aren't told in the joints; `right` is the probability that it is a right hand.
 *
 * @param networks `handdetect`, `handlandmark-full` or `-lite`.
 */
export function handEyes([palm, hand]: readonly [Network, Network]): Eyes<LoneHand> {
  const see = async (image: Image, before: readonly LoneHand[], options: Search) => {
    const hands = await handsAlone({ hand, palm }, image, before.map(withPresence), options);
    return hands.map(({ presence, ...rest }) => {
      const joints = rest.points.map((value, i) => (i % 3 === 2 ? presence : value));
      return { ...rest, ...detected(joints, presence) };
    });
  };
  return loneEyes(hand21, [palm, hand], see);
}

/**
 * Eyes for faces alone: OpenPose's 70 points each; without the network of the iris the pupils are missing.
 *
 * @param networks `blazeface`, `facemesh` and, if at hand, `iris`.
 */
export function faceEyes([finder, mesh, iris]: readonly [Network, Network, Network?]): Eyes<LoneFace> {
  const see = async (image: Image, before: readonly LoneFace[], options: Search) => {
    const faces = await facesAlone({ mesh, finder }, image, before.map(withPresence), options);
    return Promise.all(
      faces.map(async ({ presence, ...rest }) => {
        const pupils = iris && (await options.lend((memory) => placePupils(iris, image, rest.mesh, memory)));
        const joints = new Float32Array(3 * face70.joints.length);
        facePoints(rest.mesh, 70, presence, pupils, joints);
        return { ...rest, ...detected(joints, presence) };
      }),
    );
  };
  return loneEyes(face70, iris ? [finder, mesh, iris] : [finder, mesh], see);
}

interface Search {
  lend: Lend;
  search: boolean;
  closer: boolean;
}

function loneEyes<Part extends Detection>(
  skeleton: Skeleton,
  networks: readonly Network[],
  see: (image: Image, before: readonly Part[], options: Search) => Promise<Part[]>,
): Eyes<Part> {
  const lend = lender(inputMemory);
  return {
    skeleton,
    longerSide: 1280,
    follows: true,
    async look(image, { previous, findEvery = 1, alone = false } = {}) {
      const search = !previous || previous.people.length === 0 || previous.sinceFound + 1 >= findEvery;
      const people = await see(image, previous?.people ?? [], { lend, search, closer: alone || !previous });
      const lost = people.length < (previous?.people.length ?? 0);
      return { people, sinceFound: search || lost ? 0 : (previous?.sinceFound ?? 0) + 1 };
    },
    close: async () => {
      await Promise.all(networks.map((network) => network.close()));
    },
  };
}

const withPresence = <Part extends Detection>(part: Part) => ({ ...part, presence: part.score });

function detected(joints: Float32Array, presence: number): Detection {
  return { score: presence, box: extent(joints), joints };
}
