import { sigmoid } from "./sigmoid.js";

/** What a network says row by row, or column by column where `transposed`. */
export interface Rows {
  data: ArrayLike<number>;
  rows: number;
  columns: number;
  /** The number of row r and column c stands at c·rows + r instead of r·columns + c. */
  transposed?: boolean;
}

/** How numbers become pixels of the network's input, whose first pixel's centre is 0: v·scale + shift. */
export interface PixelUnit {
  scaleX: number;
  scaleY: number;
  shift: number;
}

/** How a box stands in four columns: left, top, right, bottom; top, left, bottom, right; centre, width, height. */
export type BoxForm = "xyxy" | "yxyx" | "cxcywh";

export interface BoxRowOptions {
  /** First of the box's four columns. */
  from: number;
  form: BoxForm;
  unit: PixelUnit;
  score: {
    column: number;
    /** The scores are logits. */
    logit?: boolean;
    /** So many columns hold a score each; rows count whose best is number `wanted`. */
    classes?: number;
    /** Column of a second factor of the score: that anything is there. */
    times?: number;
  };
  /** Column that holds the class, where there is one. */
  classColumn?: number;
  /** The class asked for; 0 when absent. */
  wanted?: number;
  minScore: number;
}

/** A row that counts. */
export interface BoxRow {
  row: number;
  /** 0..1. */
  score: number;
  /** Left, top, right, bottom in pixels of the input. */
  box: [number, number, number, number];
}

const at = ({ data, rows, columns, transposed }: Rows, row: number, column: number) =>
  data[transposed ? column * rows + row : row * columns + column];

/**
 * The rows of a detector that hold an object of the wanted class with enough score, in order: one decoder for networks
 * that write their answer as a table (CenterNet, YOLO, RTMO, MoveNet multi-pose). Boxes without size are left out.
 */
export function boxRows(rows: Rows, options: BoxRowOptions): BoxRow[] {
  const { from, form, unit, classColumn, wanted = 0, minScore } = options;
  const found: BoxRow[] = [];
  for (let row = 0; row < rows.rows; row++) {
    const score = rowScore(rows, row, options);
    if (!(score >= minScore)) continue;
    if (classColumn !== undefined && at(rows, row, classColumn) !== wanted) continue;
    const box = boxOf(
      at(rows, row, from),
      at(rows, row, from + 1),
      at(rows, row, from + 2),
      at(rows, row, from + 3),
      form,
    );
    for (let i = 0; i < 4; i++) box[i] = box[i] * (i & 1 ? unit.scaleY : unit.scaleX) + unit.shift;
    if (box[2] > box[0] && box[3] > box[1]) found.push({ row, score, box });
  }
  return found;
}

/** The score of the wanted class, 0 where another class is likelier. */
function rowScore(rows: Rows, row: number, { score, wanted = 0 }: BoxRowOptions): number {
  const { column, logit = false, classes = 1, times } = score;
  const own = at(rows, row, column + (classes > 1 ? wanted : 0));
  for (let c = 0; classes > 1 && c < classes; c++) if (at(rows, row, column + c) > own) return 0;
  const factor = times === undefined ? 1 : at(rows, row, times);
  return logit ? sigmoid(own) * (times === undefined ? 1 : sigmoid(factor)) : own * factor;
}

function boxOf(a: number, b: number, c: number, d: number, form: BoxForm): [number, number, number, number] {
  if (form === "xyxy") return [a, b, c, d];
  if (form === "yxyx") return [b, a, d, c];
  return [a - c / 2, b - d / 2, a + c / 2, b + d / 2];
}

/** What a number of a joint is; a `logit` is a score before its sigmoid. */
export type JointColumn = "x" | "y" | "score" | "logit" | "skip";

/**
 * The joints that a row holds one after the other.
 *
 * @param from Column of the first joint.
 * @param columns The numbers of each joint.
 * @returns J×3: x, y in pixels of the input, score (1 where the network gives none), kept within 0..1.
 */
export function rowJoints(
  rows: Rows,
  row: number,
  from: number,
  columns: readonly JointColumn[],
  joints: number,
  { scaleX, scaleY, shift }: PixelUnit,
): Float32Array {
  const out = new Float32Array(3 * joints);
  for (let j = 0; j < joints; j++) {
    out[3 * j + 2] = 1;
    for (let c = 0; c < columns.length; c++) {
      const value = at(rows, row, from + j * columns.length + c);
      if (columns[c] === "x") out[3 * j] = value * scaleX + shift;
      else if (columns[c] === "y") out[3 * j + 1] = value * scaleY + shift;
      else if (columns[c] !== "skip")
        out[3 * j + 2] = Math.max(0, Math.min(1, columns[c] === "logit" ? sigmoid(value) : value));
    }
  }
  return out;
}
