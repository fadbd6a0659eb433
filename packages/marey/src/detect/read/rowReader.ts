import { boxRows, distributionBoxes, type PixelUnit, type Rows, rowJoints } from "@marey/core/codec";
import type { Size } from "@marey/core/image";
import type { Tensor } from "@marey/core/seam";
import type { Card } from "../../store/card.js";
import type { CodecOf } from "../../store/cardCodec.js";
import { withoutDuplicates } from "./duplicates.js";
import { disagreement, floatsOf, jointsOf, type Reader, type Reading, type Seen } from "./reader.js";

const noJoints = new Float32Array(0);

/** How a card's coordinates become pixels of the input, from the centre of the first. */
export function pixelUnit(
  { unit, origin }: { unit: "relative" | "pixels"; origin: "edge" | "centre" },
  { width, height }: Size,
): PixelUnit {
  const [scaleX, scaleY] = unit === "relative" ? [width, height] : [1, 1];
  return { scaleX, scaleY, shift: origin === "edge" ? -0.5 : 0 };
}

/** People with boxes and joints, one a row. */
export function peopleReader(reading: Reading, codec: CodecOf<"people">): Reader {
  const { card } = reading;
  const skeleton = jointsOf(reading);
  const count = skeleton.joints.length;
  const { from, columns, output: own = codec.rows } = codec.joints;
  return {
    outputs: [...new Set([codec.rows, own])],
    read(outputs, size) {
      const table = tableOf(card, outputs, codec.rows, codec.transposed);
      const joints =
        own === codec.rows
          ? table
          : jointTable(floatsOf(card, outputs, own, "codec.joints.output"), table.rows);
      requireColumns(
        card,
        table,
        codec.rows,
        Math.max(codec.box.from + 4, codec.score.column + 1),
        "codec.box",
      );
      requireColumns(card, joints, own, from + count * columns.length, "codec.joints");
      const unit = pixelUnit(codec, size);
      const found = boxRows(table, { ...codec.box, unit, score: codec.score, minScore: codec.minScore });
      const seen = found.map(({ row, score, box }): Seen => {
        return { score: Math.min(1, score), box, joints: rowJoints(joints, row, from, columns, count, unit) };
      });
      return withoutDuplicates(seen, codec, skeleton);
    },
  };
}

/** Boxes, one a row. */
export function boxReader({ card }: Reading, codec: CodecOf<"boxes">): Reader {
  const { score, class: classColumn, person } = codec;
  return {
    outputs: [codec.rows],
    read(outputs, size) {
      const table = tableOf(card, outputs, codec.rows, codec.transposed);
      const classes = score.perClass ? table.columns - score.column : 1;
      const needed = Math.max(
        codec.box.from + 4,
        score.column + (score.perClass ? person + 1 : 1),
        (score.times ?? 0) + 1,
        (classColumn ?? 0) + 1,
      );
      requireColumns(card, table, codec.rows, needed, "codec.box");
      const found = boxRows(table, {
        ...codec.box,
        unit: pixelUnit(codec, size),
        score: { ...score, classes },
        classColumn,
        wanted: person,
        minScore: codec.minScore,
      });
      return withoutDuplicates(
        found.map(({ score, box }) => ({ score: Math.min(1, score), box, joints: noJoints })),
        codec,
      );
    },
  };
}

/** Boxes as distributions, a grid per stride. */
export function distributionReader({ card }: Reading, codec: CodecOf<"distributions">): Reader {
  const { scores, distances, strides, bins, logits, middle, person, minScore } = codec;
  if (scores.length !== strides.length || distances.length !== strides.length)
    throw disagreement(
      card,
      "codec.strides",
      `${strides.length} strides with ${scores.length} outputs of scores and ${distances.length} of distances`,
      "Name an output of each kind for every stride",
    );
  return {
    outputs: [...scores, ...distances],
    read(outputs, size) {
      const found = strides.flatMap((stride, i) => {
        const columns = Math.ceil(size.width / stride);
        const cells = columns * Math.ceil(size.height / stride);
        const score = floatsOf(card, outputs, scores[i] as string, `codec.scores.${i}`);
        const distance = floatsOf(card, outputs, distances[i] as string, `codec.distances.${i}`);
        const classes = score.data.length / cells;
        if (!Number.isInteger(classes) || classes <= person || distance.data.length !== cells * 4 * bins)
          throw disagreement(
            card,
            `codec.strides.${i}`,
            `stride ${stride} means ${cells} cells, but "${scores[i]}" is [${score.dims.join(", ")}] and "${distances[i]}" [${distance.dims.join(", ")}] for ${bins} bins`,
            "Correct the strides' order or the bins",
          );
        const options = { columns, stride, classes, wanted: person, bins, logits, middle, minScore };
        return distributionBoxes(score.data, distance.data, options);
      });
      return withoutDuplicates(
        found.map(({ score, box }) => ({ score: Math.min(1, score), box, joints: noJoints })),
        codec,
      );
    },
  };
}

/** The table that an output holds. */
function tableOf(
  card: Card,
  outputs: Parameters<Reader["read"]>[0],
  name: string,
  transposed: boolean,
): Rows {
  const { data, dims } = floatsOf(card, outputs, name, "codec.rows");
  const [a, b] = dims.slice(-2) as [number, number];
  if (dims.length < 2 || a * b !== data.length)
    throw disagreement(
      card,
      "codec.rows",
      `output "${name}" has the shape [${dims.join(", ")}], a table of one picture was expected`,
      "Name the output that holds rows",
    );
  return transposed ? { data, rows: b, columns: a, transposed } : { data, rows: a, columns: b };
}

function requireColumns(
  card: Card,
  { rows, columns }: Rows,
  name: string,
  needed: number,
  field: string,
): void {
  if (needed <= columns) return;
  throw disagreement(
    card,
    field,
    `output "${name}" has ${rows} rows of ${columns} columns, the card reads ${needed}`,
    "Correct the columns, the skeleton, or `transposed`",
  );
}

/** Joints in an output of their own: as many rows as boxes. */
function jointTable({ data }: Tensor & { data: Float32Array }, rows: number): Rows {
  return { data, rows, columns: data.length / rows };
}
