import { readNpy } from "../format/npy.js";
import { badFile, denseOf } from "./fileValue.js";
import type { SparseRows } from "./model.js";
import { entriesOf, sparseRows } from "./sparse.js";

/**
 * Reads a joint regressor from a `.npy` file, such as those with which body networks are evaluated
 * (`J_regressor_h36m.npy`, 17 × 6890) or `J_regressor_extra.npy`; a matrix that stands on its side is turned.
 *
 * @param vertices Vertices of the body that it belongs to.
 * @returns Rows for `regress`, in the file's order.
 * @throws MareyError `BODY_FILE` when it belongs to another body; those of `readNpy`.
 */
export function readRegressor(bytes: Uint8Array, vertices: number, name = "regressor"): SparseRows {
  const array = readNpy(bytes, name);
  if (array instanceof Map) throw badFile(name, "is a structured array, expected numbers");
  const { shape, data } = denseOf({ kind: "ndarray", ...array }, name);
  const [rows, columns] = shape;
  if (shape.length !== 2 || (rows !== vertices && columns !== vertices))
    throw badFile(name, `is [${shape}], expected joints × ${vertices}`);
  if (columns === vertices) return sparseRows(rows, entriesOf(data, columns));
  const turned = Array.from(
    entriesOf(data, columns),
    ([row, column, value]) => [column, row, value] as const,
  );
  return sparseRows(columns, turned);
}
