/** An immutable complex number: enough of them to design a filter, never in a hot loop. */
export interface Complex {
  readonly re: number;
  readonly im: number;
  add(other: Complex): Complex;
  plus(real: number): Complex;
  times(real: number): Complex;
  multiply(other: Complex): Complex;
  inverse(): Complex;
  /** The principal root. */
  sqrt(): Complex;
}

export function complex(re: number, im: number): Complex {
  return {
    re,
    im,
    add: (other) => complex(re + other.re, im + other.im),
    plus: (real) => complex(re + real, im),
    times: (real) => complex(re * real, im * real),
    multiply: (other) => complex(re * other.re - im * other.im, re * other.im + im * other.re),
    inverse: () => complex(re / (re * re + im * im), -im / (re * re + im * im)),
    sqrt: () => {
      const r = Math.hypot(re, im);
      const root = Math.sqrt((r + Math.abs(re)) / 2);
      if (root === 0) return complex(0, 0);
      const half = im / (2 * root);
      return re >= 0 ? complex(root, half) : complex(Math.abs(half), im < 0 ? -root : root);
    },
  };
}

/** Coefficients, highest power first, of the monic polynomial with these roots; their imaginary parts cancel. */
export function polynomial(roots: readonly Complex[]): Float64Array {
  let coefficients = [complex(1, 0)];
  for (const root of roots)
    coefficients = [...coefficients, complex(0, 0)].map((value, i) =>
      i === 0 ? value : value.add(coefficients[i - 1].multiply(root).times(-1)),
    );
  return Float64Array.from(coefficients, ({ re }) => re);
}

/**
 * Splits a filter into second-order sections (S×6, rows b0 b1 b2 1 a1 a2; as many zeros as poles). Poles nearest to the
 * unit circle come last and take the zeros nearest to them, which keeps the gain between sections small. An odd order
 * gets a pole and a zero at the origin that leave its one-pole section first.
 */
export function secondOrderSections(
  zeros: readonly Complex[],
  poles: readonly Complex[],
  gain: number,
): Float64Array {
  const freePoles = [...poles];
  const freeZeros = [...zeros];
  if (poles.length % 2) {
    freePoles.push(complex(0, 0));
    freeZeros.push(complex(0, 0));
  }
  const sections: number[][] = [];
  while (freePoles.length > 0) {
    const p1 = take(freePoles, (p) => Math.abs(1 - Math.hypot(p.re, p.im)));
    const p2 = takePartner(freePoles, p1, (p) => Math.abs(1 - Math.abs(p.re)));
    const near = (z: Complex) => Math.hypot(z.re - p1.re, z.im - p1.im);
    const z1 = take(freeZeros, near);
    const z2 = takePartner(freeZeros, z1, near);
    sections.unshift([...polynomial([z1, z2]), ...polynomial([p1, p2])]);
  }
  for (let i = 0; i < 3; i++) sections[0][i] *= gain;
  return Float64Array.from(sections.flat());
}

function take(from: Complex[], cost: (value: Complex) => number): Complex {
  const best = from.reduce((least, value, i) => (cost(value) < cost(from[least]) ? i : least), 0);
  return from.splice(best, 1)[0];
}

/** A complex root's partner is its conjugate; a real one's the cheapest of the other real ones. */
function takePartner(from: Complex[], root: Complex, cost: (value: Complex) => number): Complex {
  if (!isReal(root)) return take(from, (value) => Math.hypot(value.re - root.re, value.im + root.im));
  return take(from, (value) => (isReal(value) ? cost(value) : Number.MAX_VALUE));
}

const isReal = ({ re, im }: Complex) => Math.abs(im) < 1e-10 * (1 + Math.abs(re));
