import {
  CONFIDENCE_MAP_DEFAULTS,
  type ConfidenceMapOptions,
  encodeConfidenceMaps,
} from "../../codec/confidenceMaps.js";
import type { MapGrid } from "../../codec/mapGrid.js";
import { type Limb, PART_AFFINITY_DEFAULTS, partAffinityEncoder } from "../../codec/partAffinity.js";
import type { Skeleton } from "../../skeleton/skeleton.js";

/** What a network of this kind predicts, and over which grid. */
export interface TargetOptions extends MapGrid {
  readonly skeleton: Skeleton;
  /** In the order of the field channels. */
  readonly limbs: readonly Limb[];
  /** Standard deviation of a peak, input pixels; the paper's 7 when absent. */
  readonly sigma?: number;
  /** Largest distance of a limb's cells from its line, cells; 1 when absent. */
  readonly halfWidth?: number;
}

/** Channels in the order of OpenPose's `net_output`: J maps, the background, then x and y of each limb. */
export const channelsOf = ({ skeleton, limbs }: Pick<TargetOptions, "skeleton" | "limbs">): number =>
  skeleton.joints.length + 1 + 2 * limbs.length;

/**
 * Foot channels that a picture has no labels for still say where the background must not be learned: a square around the
 * ankle whose half side is this share of the shank.
 */
const FOOT_REACH = 0.8;

/** What is labelled in a crop. */
export interface CropLabels {
  /** P×J×3: x, y in crop pixels, above 0 where labelled. */
  readonly people: Float32Array;
  /** J: whether the joint would be labelled in this picture. */
  readonly known: readonly boolean[];
  /** rows×columns: 0 where people are whom nobody labelled, else 1; shares between. */
  readonly mask: Float32Array;
}

/**
 * An encoder of training targets and of what of them counts. A channel of a joint that the picture has no labels of counts
 * nowhere, nor does a limb with such an end. Where people are unlabelled nothing counts, but a labelled Gaussian or limb
 * does, whatever lies around it (Cao et al. 2019, released training program).
 *
 * @returns A function that overwrites `target` and `weight`, both C×rows×columns; see `channelsOf`.
 */
export function targetEncoder(options: TargetOptions) {
  const { skeleton, limbs, columns, rows, stride, sigma, halfWidth } = options;
  const joints = skeleton.joints.length;
  const cells = columns * rows;
  const grid = { columns, rows, stride, joints };
  const maps: ConfidenceMapOptions = { ...CONFIDENCE_MAP_DEFAULTS, ...grid, ...(sigma && { sigma }) };
  const encodeFields = partAffinityEncoder({
    ...PART_AFFINITY_DEFAULTS,
    ...grid,
    limbs,
    ...(halfWidth && { halfWidth }),
  });
  return ({ people, known, mask }: CropLabels, target: Float32Array, weight: Float32Array): void => {
    encodeConfidenceMaps(people, maps, target.subarray(0, (joints + 1) * cells));
    encodeFields(people, target.subarray((joints + 1) * cells));
    for (let j = 0; j < joints; j++) weigh(target, weight, mask, j * cells, 1, known[j]);
    weighBackground(target, weight, mask, joints * cells);
    if (known.includes(false)) hideFeet(people, options, known, target, weight);
    limbs.forEach(([a, b], l) => {
      weigh(target, weight, mask, (joints + 1 + 2 * l) * cells, 2, known[a] && known[b]);
    });
  };
}

/** Weight of one joint's map, or of the two fields of a limb: the mask, but 1 in labelled cells. */
function weigh(
  target: Float32Array,
  weight: Float32Array,
  mask: Float32Array,
  offset: number,
  planes: 1 | 2,
  known: boolean,
): void {
  const cells = mask.length;
  if (!known) {
    weight.fill(0, offset, offset + planes * cells);
    return;
  }
  for (let i = 0; i < cells; i++) {
    const at = offset + i;
    const labelled = target[at] !== 0 || (planes === 2 && target[at + cells] !== 0);
    weight[at] = labelled ? 1 : mask[i];
    if (planes === 2) weight[at + cells] = weight[at];
  }
}

function weighBackground(
  target: Float32Array,
  weight: Float32Array,
  mask: Float32Array,
  offset: number,
): void {
  for (let i = 0; i < mask.length; i++) weight[offset + i] = target[offset + i] < 1 ? 1 : mask[i];
}

/** The background counts not where feet must be that nobody labelled. */
function hideFeet(
  people: Float32Array,
  { skeleton, columns, rows, stride }: TargetOptions,
  known: readonly boolean[],
  target: Float32Array,
  weight: Float32Array,
): void {
  const { joints } = skeleton;
  const background = joints.length * columns * rows;
  for (const side of ["left", "right"]) {
    const [toe, ankle, knee] = ["big_toe", "ankle", "knee"].map((part) => joints.indexOf(`${side}_${part}`));
    if (toe < 0 || ankle < 0 || knee < 0 || known[toe]) continue;
    for (let person = 0; person < people.length; person += joints.length * 3) {
      const [a, k] = [person + ankle * 3, person + knee * 3];
      if (!(people[a + 2] > 0 && people[k + 2] > 0)) continue;
      const reach = FOOT_REACH * Math.hypot(people[a] - people[k], people[a + 1] - people[k + 1]);
      const cell = (pixel: number, most: number) =>
        Math.max(0, Math.min(most, Math.round((pixel - (stride - 1) / 2) / stride)));
      for (
        let row = cell(people[a + 1] - reach, rows);
        row < cell(people[a + 1] + reach, rows - 1) + 1;
        row++
      )
        for (let c = cell(people[a] - reach, columns); c < cell(people[a] + reach, columns - 1) + 1; c++) {
          const at = background + row * columns + c;
          if (row < rows && c < columns && !(target[at] < 1)) weight[at] = 0;
        }
    }
  }
}
