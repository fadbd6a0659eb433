import type { AssembledPeople } from "../../codec/assembly.js";
import { emptyPeaks, findPeaks } from "../../codec/peaks.js";
import { assembleByEdge, assembleTogether, type PersonDraft } from "./officialAssembly.js";
import { worthKeeping } from "./officialFilter.js";
import { type FieldGrid, type PartCandidates, supportedPairs } from "./officialPairs.js";
import type { PartModel } from "./parts.js";
import { type Thresholds, thresholdsOf } from "./thresholds.js";

/** How OpenPose's own parser reads maps. */
export interface OfficialParserOptions {
  readonly model: PartModel;
  /** Cells of the maps, which are enlarged to the size of the network's input. */
  readonly columns: number;
  readonly rows: number;
  /** `edges` as on processors, `together` as on graphics cards (the default; redundant edges need it). */
  readonly assembly?: "edges" | "together";
  readonly maximizePositives?: boolean;
  /** OpenPose's for the model when absent. */
  readonly thresholds?: Thresholds;
}

/** People as OpenPose's parser gives them. */
export interface OfficialPeople extends AssembledPeople {
  /** By part: x, y in pixels of the picture, value of the map. */
  readonly candidates: readonly Float32Array[];
}

/** Most peaks of a part that OpenPose keeps. */
const CAPACITY = 127;

/** What OpenPose adds to every coordinate, pixels of the picture: there, pixel centres lie at halves. */
export const OFFICIAL_SHIFT = 0.5;

/**
 * OpenPose's parser: peaks, pairs, people, filter, as the program has them, for whoever needs its numbers. Marey's own
 * `peopleAssembler` reads maps as they come, faster, and finds more people in crowds.
 *
 * @returns A function of `maps`, from which it reads the parts, `fields`, 2·limbs×rows×columns, and how many pixels of the
 *   picture a cell is (`NetSizes.toPicture`). Joints come in pixels of the picture with OpenPose's half pixel
 *   (`OFFICIAL_SHIFT`); NaN, NaN, 0 where missing.
 */
export function officialParser(options: OfficialParserOptions) {
  const { model, columns, rows, assembly = "together", maximizePositives = false } = options;
  const thresholds = options.thresholds ?? thresholdsOf(model, maximizePositives);
  const count = model.skeleton.joints.length;
  const peaks = emptyPeaks(CAPACITY);
  const candidatesOf = (maps: Float32Array, shift: number): PartCandidates => ({
    ofPart: Array.from({ length: count }, (_, part) => {
      findPeaks(maps, columns, rows, thresholds.peak, peaks, part * columns * rows);
      return peaks.data.slice(0, 3 * peaks.count).map((value, i) => (i % 3 === 2 ? value : value + shift));
    }),
  });
  return (maps: Float32Array, fields: Float32Array, toPicture: number): OfficialPeople => {
    const candidates = candidatesOf(maps, OFFICIAL_SHIFT / toPicture);
    const grid: FieldGrid = { fields, columns, rows };
    const pairsOf = (edge: number) => supportedPairs(candidates, model, edge, grid, thresholds);
    const drafts =
      assembly === "edges"
        ? assembleByEdge(candidates, model, pairsOf)
        : assembleTogether(
            candidates,
            model,
            model.edges.flatMap((_, edge) => pairsOf(edge)),
          );
    return written(worthKeeping(drafts, model, thresholds, maximizePositives), candidates, model, toPicture);
  };
}

function written(
  drafts: readonly PersonDraft[],
  { ofPart }: PartCandidates,
  { skeleton, edges }: PartModel,
  toPicture: number,
): OfficialPeople {
  const count = skeleton.joints.length;
  const joints = new Float32Array(drafts.length * count * 3).fill(NaN);
  drafts.forEach(({ parts }, p) => {
    parts.forEach((candidate, part) => {
      const at = (p * count + part) * 3;
      if (candidate < 0) joints[at + 2] = 0;
      else {
        joints[at] = ofPart[part][3 * candidate] * toPicture;
        joints[at + 1] = ofPart[part][3 * candidate + 1] * toPicture;
        joints[at + 2] = ofPart[part][3 * candidate + 2];
      }
    });
  });
  return {
    count: drafts.length,
    joints,
    scores: Float32Array.from(drafts, ({ score }) => score / (count + edges.length)),
    candidates: ofPart.map((list) => list.map((value, i) => (i % 3 === 2 ? value : value * toPicture))),
  };
}
