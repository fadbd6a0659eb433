import { openBodyFile } from "./openBodyFile.js";

/** A person as one would describe them. */
export interface PersonAttributes {
  /** 0 female … 1 male; 0.5 when absent. */
  male?: number;
  /** m; the mean of the sex when absent: 1.62 and 1.755. */
  stature?: number;
  /** Body-mass index, kg/m²; the mean of the sex when absent: 24 and 25. */
  massIndex?: number;
  /** Years, 25 to 77; 45 when absent. */
  age?: number;
  /** 0 … 1; 0.5 when absent. */
  muscle?: number;
}

/** What the shape coefficients of the open body mean. */
export interface OpenBodyShapes {
  /** Ten shape coefficients of such a person, by least squares over 500 adults. */
  betas(person: PersonAttributes): Float64Array;
  /** Shape coefficients of typical people: `female`, `male_strong` … */
  examples: Readonly<Record<string, Float64Array>>;
}

/**
 * Reads what the shape coefficients of the open body mean.
 *
 * @param bytes As for `openBody`.
 * @throws MareyError as `openBody`.
 */
export function openBodyShapes(bytes: Uint8Array): OpenBodyShapes {
  const file = openBodyFile(bytes, "open-body.npz");
  const matrix = file.plain("attribute_betas") as Float32Array;
  const terms = file.texts("attributes").length;
  const all = file.plain("example_betas") as Float32Array;
  const names = file.texts("examples");
  const shapes = all.length / names.length;
  return {
    betas: (person) => {
      const row = attributeRow(person);
      return Float64Array.from({ length: matrix.length / terms }, (_, k) =>
        row.reduce((sum, value, i) => sum + matrix[k * terms + i] * value, 0),
      );
    },
    examples: Object.fromEntries(
      names.map((name, i) => [name, Float64Array.from(all.subarray(i * shapes, (i + 1) * shapes))]),
    ),
  };
}

/** The terms of the linear map: 1, male, stature, body-mass index, age, muscle. */
function attributeRow({
  male = 0.5,
  stature,
  massIndex,
  age = 45,
  muscle = 0.5,
}: PersonAttributes): number[] {
  return [1, male, stature ?? 1.62 + 0.135 * male, massIndex ?? 24 + male, age, muscle];
}
