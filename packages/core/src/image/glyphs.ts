/**
 * A stroke font of our own: every printable ASCII sign, in order from the space. A sign is strokes separated by
 * spaces, a stroke is points as pairs of digits x y on a grid 4 wide (capitals stand on y 0 to 6, small letters on 2 to
 * 6, tails reach 8), and ~ marks a stroke whose corners are rounded.
 */
const strokes: readonly string[] = [
  ...["", "0004 0606", "0002 2022", "1016 3036 0242 0444", "~413010010213334445361605 2026"],
  ...["4006 0010110100 3545463635", "~4612112031320405162644", "0002", "~20020426", "~00222406"],
  ...["2024 0143 4103", "2125 0343", "~151607", "0333", "0606", "4006"],
  // 0 to 9
  ...["~102031352616050110", "011016", "~011030414206 0646", "~01103041423313 ~13334445361605", "36300444"],
  ...["400003 ~0312324345361605", "~413010010516364543321203", "004016"],
  ...["~103041423313020110 ~133344453616050413", "~051636454130100103143443"],
  ...["0202 0606", "1212 ~151607", "310335", "0242 0444", "013305", "~01103041422324 2626"],
  // @ and A to Z
  "~3222132434 ~3234444130100105163646",
  ...["062046 1434", "0006 ~003041423303 ~033344453606", "~4130100105163645", "0006 ~002042442606"],
  ...["40000646 0333", "400006 0333", "~413010010516364543 4323", "0006 4046 0343", "0006", "~3035261605"],
  ...["0006 4004 1346", "000646", "0600234046", "06004640", "~103041453616050110", "0006 ~003041423303"],
  ...["~103041453616050110 2446", "0006 ~003041423303 2346", "~413010010213334445361605", "0040 2026"],
  ...["~000516364540", "002640", "0016233640", "0046 4006", "002340 2326", "00400646"],
  ...["20000626", "0046", "00202606", "022042", "0747", "0011"],
  // a to z
  ...["~3322120305162635 3236", "0006 ~0312223335261605", "~3322120305162635", "~3322120305162635 3036"],
  ...["0434 ~343322120305162635", "~30201116 0232", "~3322120305162635 ~3237281807", "0006 ~0312223336"],
  ...["0206 0000", "~121708 1010", "0006 3205 1436", "~000516", "0206 ~03122326 ~23324346"],
  ...["0206 ~0312223336", "~122233352616050312", "0208 ~0312223335261605", "~3322120305162635 3238"],
  ...["0206 ~031222", "~3322120335261605", "~101526 0222", "~0205162635 3236", "022642", "0216243642"],
  ...["0236 3206", "0226 4218", "02320636"],
  ...["20111203141526", "0007", "00111223141506", "~03123443"],
];

/** A sign as polylines; coordinates in grid units, x, y in turn. */
export interface Glyph {
  lines: readonly (readonly number[])[];
  width: number;
}

const glyphs = strokes.map(parse);

/** The sign of a character; what isn't printable ASCII is a question mark. */
export function glyph(character: string): Glyph {
  return glyphs[(character.codePointAt(0) ?? 0) - 32] ?? glyphs[31];
}

function parse(text: string): Glyph {
  const lines = text
    .split(" ")
    .filter((stroke) => stroke !== "")
    .map((stroke) => {
      const points = [...stroke.replace("~", "")].map(Number);
      return stroke.startsWith("~") ? rounded(rounded(points)) : points;
    });
  return {
    lines,
    width: text === "" ? 2 : Math.max(...lines.flatMap((line) => line.filter((_, i) => i % 2 === 0))),
  };
}

/** Cuts the corners of a polyline at a quarter of each side (Chaikin 1974); a closed one stays closed. */
function rounded(points: readonly number[]): number[] {
  const last = points.length - 2;
  const closed = points[0] === points[last] && points[1] === points[last + 1];
  const cut: number[] = [];
  for (let i = 0; i < last; i += 2) {
    const [x, y, u, v] = points.slice(i, i + 4);
    cut.push(0.75 * x + 0.25 * u, 0.75 * y + 0.25 * v, 0.25 * x + 0.75 * u, 0.25 * y + 0.75 * v);
  }
  if (closed) return [...cut, cut[0], cut[1]];
  return [points[0], points[1], ...cut, points[last], points[last + 1]];
}
