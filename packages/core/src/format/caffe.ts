import { BinaryReader, WireType } from "@bufbuild/protobuf/wire";
import { MareyError } from "../error.js";
import { joinPieces } from "./pieces.js";
import { countOf, type StoredTensor } from "./storedTensor.js";

/** A layer of a Caffe network with its weights. */
export interface CaffeLayer {
  name: string;
  /** As in new files: "Convolution", "InnerProduct" … */
  type: string;
  bottom: string[];
  top: string[];
  /** Mostly weights, then biases; F32, or F64 where the file has doubles. */
  blobs: StoredTensor[];
}

export interface CaffeModel {
  name: string;
  layers: CaffeLayer[];
}

/** The types of old layers (V1LayerParameter) by their numbers, under their new names. */
const V1_TYPES: readonly (string | undefined)[] = [
  "", "Accuracy", "BNLL", "Concat", "Convolution", "Data", "Dropout", "EuclideanLoss", "Flatten", "HDF5Data",
  "HDF5Output", "Im2col", "ImageData", "InfogainLoss", "InnerProduct", "LRN", "MultinomialLogisticLoss", "Pooling", "ReLU",
  "Sigmoid", "Softmax", "SoftmaxWithLoss", "Split", "TanH", "WindowData", "Eltwise", "Power", "SigmoidCrossEntropyLoss",
  "HingeLoss", "MemoryData", "ArgMax", "Threshold", "DummyData", "Slice", "MVN", "AbsVal", "Silence", "ContrastiveLoss",
  "Exp", "Deconvolution",
]; // biome-ignore format: a table

type Field = (reader: BinaryReader, type: WireType) => void;
type Fields = Readonly<Record<number, Field>>;

/**
 * Reads the layers and weights of a Caffe network (`.caffemodel`, binary protobuf): new and old layers, blobs of floats
 * or doubles, packed or one by one, with a shape or with the four old sizes. All else in the file is skipped.
 *
 * The fields are read as they come and not through generated code, which would put each of a network's millions of
 * weights into an array of JavaScript values first.
 *
 * @throws MareyError `CAFFE_INVALID` when the bytes are no such file, or a blob's shape and values don't agree.
 */
export function readCaffeModel(bytes: Uint8Array, name = "caffemodel"): CaffeModel {
  const model: CaffeModel = { name: "", layers: [] };
  try {
    readMessage(bytes, {
      1: text((value) => {
        model.name = value;
      }),
      2: message((part) => model.layers.push(readLayer(part, V1, name))),
      100: message((part) => model.layers.push(readLayer(part, V2, name))),
    });
  } catch (cause) {
    if (cause instanceof MareyError) throw cause;
    throw invalid(name, `this is no binary Caffe network (${(cause as Error).message})`, cause);
  }
  if (model.layers.length === 0) throw invalid(name, "it holds no layers");
  return model;
}

/** The weights of all layers as "LAYER.0" (mostly the weights), "LAYER.1" (the biases) … */
export function caffeTensors({ layers }: CaffeModel): Map<string, StoredTensor> {
  return new Map(
    layers.flatMap(({ name, blobs }) => blobs.map((blob, i) => [`${name}.${i}`, blob] as const)),
  );
}

const invalid = (where: string, what: string, cause?: unknown) =>
  new MareyError(
    "CAFFE_INVALID",
    where,
    what,
    "Download the .caffemodel again; the .prototxt is another file",
    {
      cause,
    },
  );

/** Reads a message's known fields in their order; skips the others. */
function readMessage(bytes: Uint8Array, fields: Fields): void {
  const reader = new BinaryReader(bytes);
  while (reader.pos < reader.len) {
    const [number, type] = reader.tag();
    const field = Object.hasOwn(fields, number) ? fields[number] : undefined;
    if (field) field(reader, type);
    else if (type === WireType.Varint)
      reader.uint64(); // `skip` would take one of any length
    else reader.skip(type, number);
  }
}

function expect(type: WireType, ...wanted: WireType[]): void {
  if (!wanted.includes(type)) throw new Error(`a field has the wire type ${type}`);
}

const message =
  (use: (bytes: Uint8Array) => void): Field =>
  (reader, type) => {
    expect(type, WireType.LengthDelimited);
    use(reader.bytes());
  };
const text = (use: (value: string) => void) => message((bytes) => use(new TextDecoder().decode(bytes)));
const whole =
  (use: (value: number) => void): Field =>
  (reader, type) => {
    expect(type, WireType.Varint);
    use(Number(reader.int64()));
  };

/** Where the fields of old and new layers stand. */
interface LayerFields {
  name: number;
  type: number;
  bottom: number;
  top: number;
  blobs: number;
}
const V1: LayerFields = { bottom: 2, top: 3, name: 4, type: 5, blobs: 6 };
const V2: LayerFields = { name: 1, type: 2, bottom: 3, top: 4, blobs: 7 };

function readLayer(bytes: Uint8Array, at: LayerFields, file: string): CaffeLayer {
  const layer: CaffeLayer = { name: "", type: "", bottom: [], top: [], blobs: [] };
  const setType = (type: string) => {
    layer.type = type;
  };
  readMessage(bytes, {
    [at.name]: text((value) => {
      layer.name = value;
    }),
    [at.type]:
      at === V2 ? text(setType) : whole((number) => setType(V1_TYPES[number] ?? `V1 type ${number}`)),
    [at.bottom]: text((value) => layer.bottom.push(value)),
    [at.top]: text((value) => layer.top.push(value)),
    [at.blobs]: message((part) =>
      layer.blobs.push(readBlob(part, () => `${file}, layer "${layer.name}", blob ${layer.blobs.length}`)),
    ),
  });
  return layer;
}

function readBlob(bytes: Uint8Array, where: () => string): StoredTensor {
  const old = new Map<number, number>();
  let shape: number[] | undefined;
  const floats: Runs = [];
  const doubles: Runs = [];
  const size = (number: number) => whole((value) => old.set(number, value));
  readMessage(bytes, {
    1: size(1),
    2: size(2),
    3: size(3),
    4: size(4),
    5: numbers(WireType.Bit32, floats),
    7: message((part) => {
      shape = readShape(part);
    }),
    8: numbers(WireType.Bit64, doubles),
  });
  const data = doubles.length > 0 ? joined(doubles, Float64Array) : joined(floats, Float32Array);
  // A file without a shape has four sizes, of which one that is absent is 0; without any there are no values.
  const sizes = shape ?? [1, 2, 3, 4].map((number) => old.get(number) ?? 0);
  if (!sizes.every((n) => Number.isSafeInteger(n) && n >= 0) || countOf(sizes) !== data.length)
    throw invalid(where(), `its shape [${sizes}] doesn't fit its ${data.length} values`);
  return { dtype: data instanceof Float64Array ? "F64" : "F32", shape: sizes, data };
}

/** Values of a repeated number as they come: bytes of packed fields, runs of single ones. */
type Runs = (Uint8Array | number[])[];

const numbers =
  (single: WireType.Bit32 | WireType.Bit64, runs: Runs): Field =>
  (reader, type) => {
    expect(type, single, WireType.LengthDelimited);
    if (type === WireType.LengthDelimited) return void runs.push(reader.bytes());
    let run = runs.at(-1);
    if (!Array.isArray(run)) runs.push((run = []));
    run.push(single === WireType.Bit32 ? reader.float() : reader.double());
  };

function joined(runs: Runs, type: typeof Float32Array | typeof Float64Array): Float32Array | Float64Array {
  const pieces = runs.map((run) =>
    Array.isArray(run) ? new Uint8Array(type.from(run).buffer) : new Uint8Array(run),
  );
  const bytes = joinPieces(pieces);
  if (bytes.length % type.BYTES_PER_ELEMENT !== 0) throw new Error("a list of numbers is cut off");
  return new type(bytes.buffer);
}

/** The sizes of a BlobShape, packed or one by one. */
function readShape(bytes: Uint8Array): number[] {
  const sizes: number[] = [];
  const one = whole((value) => sizes.push(value));
  readMessage(bytes, {
    1: (reader, type) => {
      if (type === WireType.Varint) return one(reader, type);
      expect(type, WireType.LengthDelimited);
      const packed = new BinaryReader(reader.bytes());
      while (packed.pos < packed.len) one(packed, WireType.Varint);
    },
  });
  return sizes;
}
