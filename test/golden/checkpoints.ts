import { readFileSync } from "node:fs";
import { join } from "node:path";
import { MareyError } from "@marey/core";
import {
  isKind,
  numpyRandom,
  type PickleTensor,
  type PickleValue,
  readCaffeModel,
  readPyTorch,
  readRandomState,
} from "@marey/core/format";
import { type Case, GoldenFailure, type Operations, type Outputs } from "./fixture.js";

const fileOf = ({ folder, attributes }: Case) => new Uint8Array(readFileSync(join(folder, attributes.file)));

// biome-ignore lint/suspicious/noExplicitAny: descriptions are free JSON, described in the group's README
type Description = any;

/** Element types as PyTorch calls them, by their names in files of weights. */
const TORCH: Readonly<Record<string, string>> = {
  F32: "float32", F64: "float64", F16: "float16", BF16: "bfloat16", I64: "int64", I32: "int32", I16: "int16", I8: "int8",
  U8: "uint8", BOOL: "bool", U16: "uint16", U32: "uint32", U64: "uint64",
}; // biome-ignore format: a table

/** Compares a value with its description and collects the numbers of the tensors that the description names. */
function judge(want: Description, got: PickleValue | undefined, path: string, found: Outputs): void {
  const plain = want === null || typeof want !== "object";
  const right = plain ? Object.is(got, want) : kinds[want.kind]?.(want, got as PickleValue, path, found);
  if (!right)
    throw new GoldenFailure(`${path}: expected ${JSON.stringify(want).slice(0, 200)}, got ${show(got)}`);
}

type Judge = (want: Description, got: PickleValue, path: string, found: Outputs) => boolean;

/** Whether a value is what a description of the kind says; what lies inside is judged by `judge`. */
const kinds: Readonly<Record<string, Judge>> = {
  dict: (want, got, path, found) => {
    if (!isKind(got, "dict") || got.ordered !== want.ordered) return false;
    judgeEntries(want.items, [...got.entries], path, found);
    return true;
  },
  list: (want, got, path, found) => Array.isArray(got) && judgeItems(want.items, got, path, found),
  tuple: (want, got, path, found) => isKind(got, "tuple") && judgeItems(want.items, got.items, path, found),
  set: (want, got, path, found) => {
    if (!isKind(got, "set")) return false;
    const sorted = [...got.items].sort((a, b) => (String(a) < String(b) ? -1 : 1));
    return judgeItems(want.items, sorted, path, found);
  },
  tensor: (want, got, _, found) => {
    if (!isKind(got, "tensor")) return false;
    const { dtype, shape } = described(got);
    found[want.key] = got.data;
    const same = dtype === want.dtype && String(shape) === String(want.shape);
    return same && got.parameter === (want.parameter ?? false);
  },
  ndarray: (want, got, _, found) => {
    if (!isKind(got, "ndarray") || !("data" in got)) return false;
    found[want.key] = got.data;
    return got.dtype === want.dtype && String(got.shape) === String(want.shape);
  },
  numpyScalar: (want, got) =>
    isKind(got, "numpyScalar") && got.dtype === want.dtype && Number(got.value) === Number(want.value),
  int: (want, got) => typeof got === "bigint" && String(got) === want.value,
  float: (want, got) => typeof got === "number" && String(got) === FLOATS[want.value],
  bytes: (want, got) => got instanceof Uint8Array && String(got) === String(want.values),
  device: (want, got) => isKind(got, "device") && got.value === want.value,
  dtype: (want, got) => isKind(got, "dtype") && got.value === want.value,
  object: (want, got, path, found) => {
    if (!isKind(got, "object") || got.class !== want.class) return false;
    const stateless = got.state === null && want.state?.items?.length === 0; // pickle stores no empty state
    if (!stateless) judge(want.state, got.state, `${path}.state`, found);
    return true;
  },
};

const FLOATS: Readonly<Record<string, string>> = { nan: "NaN", inf: "Infinity", "-inf": "-Infinity" };

function judgeItems(want: Description[], got: readonly PickleValue[], path: string, found: Outputs): boolean {
  if (want.length !== got.length)
    throw new GoldenFailure(`${path}: ${got.length} items, expected ${want.length}`);
  want.forEach((item, i) => {
    judge(item, got[i], `${path}[${i}]`, found);
  });
  return true;
}

function judgeEntries(
  want: [Description, Description][],
  got: readonly [PickleValue, PickleValue][],
  path: string,
  found: Outputs,
): void {
  // A case may describe a part only: then the entries that it names, in their order.
  const keys = new Set(want.map(([key]) => JSON.stringify(key)));
  const named = got.filter(([key]) => typeof key === "object" || keys.has(JSON.stringify(key)));
  const chosen = named.length === want.length ? named : got;
  judgeItems(want.map(([key]) => key), chosen.map(([key]) => key), `${path} keys`, found); // biome-ignore format: one line
  want.forEach(([key, value], i) => {
    judge(value, chosen[i]?.[1], `${path}.${JSON.stringify(key)}`, found);
  });
}

/** A tensor's type and shape as PyTorch states them: complex numbers without the last axis. */
function described({ dtype, shape, complex }: PickleTensor): { dtype: string | undefined; shape: number[] } {
  if (!complex) return { dtype: TORCH[dtype], shape };
  return { dtype: dtype === "F32" ? "complex64" : "complex128", shape: shape.slice(0, -1) };
}

function show(value: PickleValue | undefined): string {
  if (typeof value === "object" && value !== null && "kind" in value)
    return value.kind === "tensor" ? `${value.dtype} [${value.shape}]` : value.kind;
  return String(value).slice(0, 60);
}

/** A file that names what isn't on the list must be refused by that name. */
function refused(fixture: Case): Outputs {
  try {
    readPyTorch(fileOf(fixture), fixture.name);
  } catch (error) {
    if (error instanceof MareyError && error.code !== "PICKLE_UNSAFE")
      throw new GoldenFailure(`refused, but not for being unsafe: ${error.message}`);
    throw error;
  }
  return {};
}

/** The operations of the golden group `formats` that read checkpoints. */
export const checkpoints: Operations = {
  readPyTorch: (fixture) => {
    const { unsafe, tree } = fixture.attributes;
    if (unsafe) return refused(fixture);
    const value = readPyTorch(fileOf(fixture), fixture.name);
    const found: Outputs = {};
    if (tree !== undefined) judge(tree, value, "tree", found);
    return found;
  },
  readRandomState: (fixture) => {
    const { position, hasGauss } = fixture.attributes;
    const state = readRandomState(fileOf(fixture), fixture.name);
    if (state.position !== position || Number(state.hasGauss) !== Number(hasGauss))
      throw new GoldenFailure(`position ${state.position}, Gaussian ${state.hasGauss}`);
    const generator = numpyRandom(state);
    return {
      key: state.key,
      cachedGaussian: state.cachedGaussian,
      nextRandomSample: generator.randomSample(8),
      nextRandint1000: generator.randint(0, 1000, 8),
      nextNormal: generator.normal(7),
      nextPermutation10: generator.permutation(10),
    };
  },
  readCaffeModel: (fixture) => {
    const model = readCaffeModel(fileOf(fixture), fixture.name);
    const { net, layers } = fixture.attributes;
    if (layers === undefined) return {};
    const found: Outputs = {};
    const plain = model.layers.map(({ blobs, ...layer }, i) => ({
      ...layer,
      blobs: blobs.map(({ shape, data }, j) => {
        const key = layers[i]?.blobs[j]?.key;
        found[key] = data;
        return { key, shape };
      }),
    }));
    const sorted = (value: unknown) =>
      JSON.stringify(value, (_, inner) =>
        inner && typeof inner === "object" && !Array.isArray(inner)
          ? Object.fromEntries(Object.entries(inner).sort(([a], [b]) => (a < b ? -1 : 1)))
          : inner,
      );
    if (model.name !== net || sorted(plain) !== sorted(layers))
      throw new GoldenFailure(`"${model.name}": ${sorted(plain)}, expected "${net}": ${sorted(layers)}`);
    return found;
  },
};
