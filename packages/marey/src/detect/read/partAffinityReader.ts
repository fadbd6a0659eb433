import { ASSEMBLY_DEFAULTS, emptyPeaks, findPeaks, peopleAssembler } from "@marey/core/codec";
import type { Size } from "@marey/core/image";
import type { Card } from "../../store/card.js";
import type { CodecOf } from "../../store/cardCodec.js";
import { bySize, copyChannels, mapReader, mapSizes, unmirrored } from "./mapReader.js";
import {
  disagreement,
  floatsOf,
  jointIndex,
  jointsOf,
  type Maps,
  type Outputs,
  type Reader,
  type Reading,
  type Seen,
} from "./reader.js";

/** Confidence maps, background, part affinity fields of everybody. */
export function partAffinityReader(reading: Reading, codec: CodecOf<"part-affinity">): Reader {
  const { card } = reading;
  const skeleton = jointsOf(reading);
  const joints = skeleton.joints.length;
  const limbs = codec.limbs.map(({ joints: [a, b] }, l) => {
    const field = `codec.limbs.${l}.joints`;
    return [jointIndex(card, skeleton, a, field), jointIndex(card, skeleton, b, field)] as const;
  });
  const plain = joints + (codec.background ? 1 : 0);
  const thresholds = { ...ASSEMBLY_DEFAULTS, ...codec.thresholds };
  const assembler = bySize((columns, rows, size) =>
    peopleAssembler({
      ...thresholds,
      columns,
      rows,
      joints,
      limbs,
      skeleton,
      stride: strideOf(card, { columns, rows }, size),
    }),
  );
  const mirrorLimbs = mirroredLimbs(limbs, skeleton.mirror);
  const names = [...new Set([codec.maps, codec.fields ?? codec.maps])];
  return mapReader(names, {
    collect: (outputs) => collectFields(reading, codec, plain, outputs),
    unmirror: (maps) =>
      unmirroredFields(maps, plain, [...skeleton.mirror, ...(codec.background ? [joints] : [])], mirrorLimbs),
    read(maps, size) {
      const cells = maps.rows * maps.columns;
      const {
        count,
        joints: placed,
        scores,
      } = assembler(maps.columns, maps.rows, size)(maps.data, maps.data.subarray(plain * cells));
      return Array.from({ length: count }, (_, i): Seen => {
        const own = placed.slice(3 * joints * i, 3 * joints * (i + 1));
        for (let k = 2; k < own.length; k += 3) own[k] = Math.min(1, own[k] as number);
        return { score: Math.min(1, scores[i] as number), joints: own };
      });
    },
    show(maps, size) {
      const candidates = candidatesIn(maps, joints, thresholds.minPeak, strideOf(card, maps, size));
      return { ...maps, joints, background: codec.background, candidates };
    },
  });
}

/** Pixels from one cell to the next, the same across and down. */
function strideOf(card: Card, { columns, rows }: Pick<Maps, "columns" | "rows">, { width, height }: Size) {
  if (width * rows === height * columns) return width / columns;
  throw disagreement(
    card,
    "input",
    `an input of ${width} × ${height} gave maps of ${columns} × ${rows}: their cells aren't square`,
    "Correct the layout of the maps, or `multipleOf`",
  );
}

/** By joint, the peaks of its map: x, y in pixels of the input and score. */
function candidatesIn({ data, columns, rows }: Maps, joints: number, minPeak: number, stride: number) {
  const place = (cell: number) => cell * stride + (stride - 1) / 2;
  const peaks = emptyPeaks();
  return Array.from({ length: joints }, (_, j) => {
    findPeaks(data, columns, rows, minPeak, peaks, j * columns * rows);
    const own = peaks.data.slice(0, 3 * peaks.count);
    for (let i = 0; i < own.length; i += 3)
      own.set([place(own[i] as number), place(own[i + 1] as number)], i);
    return own;
  });
}

/** Maps of joints and background, then the fields in the order of the limbs. */
function collectFields(
  reading: Reading,
  codec: CodecOf<"part-affinity">,
  plain: number,
  outputs: Outputs,
): Maps {
  const { card } = reading;
  const maps = floatsOf(card, outputs, codec.maps, "codec.maps");
  const sizes = mapSizes(reading, maps, codec.maps, codec.layout);
  const fieldName = codec.fields ?? codec.maps;
  const fields = fieldName === codec.maps ? maps : floatsOf(card, outputs, fieldName, "codec.fields");
  const fieldSizes = mapSizes(reading, fields, fieldName, codec.layout);
  const along = codec.limbs.flatMap(({ channels: both }) => both);
  const last = Math.max(...along);
  const wrong = sizes.channels < plain ? codec.maps : last >= fieldSizes.channels ? fieldName : undefined;
  if (wrong !== undefined || fieldSizes.rows !== sizes.rows || fieldSizes.columns !== sizes.columns)
    throw disagreement(
      card,
      "codec.limbs",
      `${plain} maps and fields up to channel ${last} don't fit into output "${wrong ?? fieldName}" [${(wrong === codec.maps ? maps : fields).dims.join(", ")}] as ${codec.layout}`,
      "Correct the skeleton, the limbs' channels, or the layout",
    );
  const cells = sizes.rows * sizes.columns;
  const channels = plain + 2 * codec.limbs.length;
  const data = new Float32Array(channels * cells);
  const own = Array.from({ length: plain }, (_, c) => c);
  copyChannels(maps.data, sizes, codec.layout, own, data, 0);
  copyChannels(fields.data, fieldSizes, codec.layout, along, data, plain * cells);
  return { data, channels, rows: sizes.rows, columns: sizes.columns };
}

/** For each limb: the limb between the mirrored joints, and whether its field points the other way. */
function mirroredLimbs(limbs: readonly (readonly [number, number])[], mirror: readonly number[]) {
  return limbs.map(([a, b], l) => {
    const [ma, mb] = [mirror[a], mirror[b]];
    const same = limbs.findIndex(([c, d]) => c === ma && d === mb);
    const against = limbs.findIndex(([c, d]) => c === mb && d === ma);
    return same >= 0
      ? { from: same, sign: 1 }
      : against >= 0
        ? { from: against, sign: -1 }
        : { from: l, sign: 1 };
  });
}

/** Maps of a mirrored picture: partners change places, columns run backwards, fields point the other way along x. */
function unmirroredFields(
  maps: Maps,
  plain: number,
  partner: readonly number[],
  limbs: readonly { from: number; sign: number }[],
): Maps {
  const sources = [...partner, ...limbs.flatMap(({ from }) => [plain + 2 * from, plain + 2 * from + 1])];
  const flipped = unmirrored(maps, sources);
  const cells = maps.rows * maps.columns;
  for (const [l, { sign }] of limbs.entries())
    for (const [axis, factor] of [-sign, sign].entries()) {
      if (factor === 1) continue;
      const at = (plain + 2 * l + axis) * cells;
      for (let i = at; i < at + cells; i++) flipped.data[i] = -(flipped.data[i] as number);
    }
  return flipped;
}
