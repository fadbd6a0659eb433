import { MareyError } from "../error.js";
import { caffeTensors, readCaffeModel } from "./caffe.js";
import { readNpz } from "./npz.js";
import { readPickle } from "./pickle.js";
import { isZip, readPyTorch } from "./pyTorch.js";
import { isLegacyPyTorch } from "./pyTorchLegacy.js";
import { isSafetensors, readSafetensors } from "./safetensors.js";
import { arrayTensor, stateDictOf } from "./stateDict.js";
import type { StoredTensor } from "./storedTensor.js";
import { openZip } from "./zip.js";

/** The named tensors of a file, and what kind of file it is. */
export interface Weights {
  format: "PyTorch" | "pickle" | "safetensors" | "npz" | "Caffe" | "ONNX";
  tensors: Map<string, StoredTensor>;
}

/**
 * Reads the named tensors of a checkpoint of PyTorch (zip or legacy), a safetensors file, a `.npz`, a pickle of arrays, or
 * a `.caffemodel`. The bytes tell which it is, not the name.
 *
 * @param key For PyTorch and pickles, the entry that holds the weights (`stateDictOf`).
 * @throws MareyError `WEIGHTS_FORMAT` when the bytes begin as none of these, or hold no tensors; those of the readers.
 */
export function readWeights(bytes: Uint8Array, name = "weights", key?: string): Weights {
  const format = formatOf(bytes, name);
  if (format === undefined)
    throw new MareyError(
      "WEIGHTS_FORMAT",
      name,
      "it begins as no file of weights that is known",
      "Give a PyTorch checkpoint, safetensors, .npz, .caffemodel or .onnx file",
    );
  const tensors = readers[format](bytes, name, key);
  if (tensors.size > 0) return { format, tensors };
  throw new MareyError("WEIGHTS_FORMAT", name, `it is a ${format} file without tensors`, "Give another file");
}

type Format = Exclude<Weights["format"], "ONNX">;

const readers: Readonly<
  Record<Format, (bytes: Uint8Array, name: string, key?: string) => Weights["tensors"]>
> = {
  PyTorch: (bytes, name, key) => stateDictOf(readPyTorch(bytes, name), key, name),
  pickle: (bytes, name, key) => stateDictOf(readPickle(bytes, name), key, name),
  safetensors: (bytes, name) => readSafetensors(bytes, name).tensors,
  npz: readArrays,
  Caffe: (bytes, name) => caffeTensors(readCaffeModel(bytes, name)),
};

function formatOf(bytes: Uint8Array, name: string): Format | undefined {
  // First, since the length of its header may be any of the bytes that the others begin with.
  if (isSafetensors(bytes)) return "safetensors";
  if (isZip(bytes)) {
    const files = [...openZip(bytes, name).keys()];
    return files.some((file) => /(^|\/)data\.pkl$/.test(file)) ? "PyTorch" : "npz";
  }
  if (isLegacyPyTorch(bytes)) return "PyTorch";
  if (bytes[0] === 0x80 && bytes[1] >= 2 && bytes[1] <= 5) return "pickle";
  return isCaffe(bytes) ? "Caffe" : undefined;
}

/** Protobuf that begins with the network's name or a layer. What else begins so is refused by its reader. */
function isCaffe(bytes: Uint8Array): boolean {
  const tag = bytes[0] === 0xa2 && bytes[1] === 0x06 ? 2 : bytes[0] === 0x0a || bytes[0] === 0x12 ? 1 : 0;
  return tag > 0 && bytes.length > tag + 1;
}

/** Arrays as tensors; text and types that weights don't have are left out. */
function readArrays(bytes: Uint8Array, name: string): Map<string, StoredTensor> {
  const tensors = new Map<string, StoredTensor>();
  for (const [key, array] of readNpz(bytes, name)) {
    const tensor = arrayTensor({ kind: "ndarray", ...array });
    if (tensor) tensors.set(key, tensor);
  }
  return tensors;
}
