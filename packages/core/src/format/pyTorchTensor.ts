import { MareyError } from "../error.js";
import { type Budget, invalid, type Machine, type Maker, spend } from "./pickleMachine.js";
import { objectOf } from "./pickleNames.js";
import {
  isKind,
  itemsOf,
  kindOf,
  type PickleStorage,
  type PickleTensor,
  type PickleValue,
} from "./pickleValue.js";
import { countOf, decodeElements, elementBytes, type StoredTensor } from "./storedTensor.js";

/** PyTorch's element types by its names. */
export const torchTypes: ReadonlyMap<string, string> = new Map([
  ["float32", "F32"], ["float64", "F64"], ["float16", "F16"], ["bfloat16", "BF16"], ["int64", "I64"], ["int32", "I32"],
  ["int16", "I16"], ["int8", "I8"], ["uint8", "U8"], ["bool", "BOOL"], ["complex64", "C64"], ["complex128", "C128"],
  ["uint16", "U16"], ["uint32", "U32"], ["uint64", "U64"],
]); // biome-ignore format: a table

/** What complex numbers are made of. */
const parts: ReadonlyMap<string, string> = new Map([["C64", "F32"], ["C128", "F64"]]); // biome-ignore format: a table

/** Bytes of an element of a storage. */
export function storageElementBytes(dtype: string): number {
  const part = parts.get(dtype);
  return part ? 2 * (elementBytes.get(part) as number) : (elementBytes.get(dtype) as number);
}

/** A tensor of the pickle whose numbers are still to be fetched. */
export interface PendingTensor {
  tensor: PickleTensor;
  storage: PickleStorage;
  /** In elements, as are the strides. */
  offset: number;
  strides: number[];
}

const isWhole = (value: PickleValue): value is number =>
  Number.isSafeInteger(value) && (value as number) >= 0;

/** The makers of tensors; each notes its tensor in `pending`. */
export function tensorMakers(pending: PendingTensor[]): ReadonlyMap<string, Maker> {
  /** `_rebuild_tensor(storage, offset, size, stride, …)`, and for version 3 the type of an untyped storage. */
  const rebuild =
    (typeAt?: number): Maker =>
    (args, machine) => {
      const [storage, offset, size, stride] = args;
      const shape = itemsOf(size);
      const strides = itemsOf(stride);
      if (!isKind(storage, "storage"))
        throw invalid(machine, `a tensor has ${kindOf(storage)} for a storage`);
      if (
        !isWhole(offset) ||
        !shape?.every(isWhole) ||
        !strides?.every(isWhole) ||
        shape.length !== strides.length
      )
        throw invalid(machine, "a tensor's offset, size or stride is none");
      spend(machine.budget, 64 * (1 + shape.length), machine.name);
      const dtype = typeAt === undefined ? storage.dtype : typeOf(args[typeAt], machine);
      const complex = parts.has(dtype);
      const tensor: PickleTensor = {
        kind: "tensor",
        dtype: parts.get(dtype) ?? dtype,
        shape: complex ? [...shape, 2] : [...shape],
        data: new Uint8Array(0),
        parameter: false,
        complex,
      };
      pending.push({ tensor, storage: { ...storage, dtype }, offset, strides: [...strides] });
      return tensor;
    };
  const parameter: Maker = ([tensor], machine) => {
    if (!isKind(tensor, "tensor")) throw invalid(machine, `a parameter holds ${kindOf(tensor)}`);
    tensor.parameter = true;
    return tensor;
  };
  const makers = new Map([
    ["torch._utils _rebuild_tensor", rebuild()],
    ["torch._utils _rebuild_tensor_v2", rebuild()],
    ["torch._utils _rebuild_tensor_v3", rebuild(6)],
    ["torch._utils _rebuild_parameter", parameter],
    ["torch._utils _rebuild_parameter_with_state", parameter],
  ]);
  /** `_rebuild_from_type_v2(function, class, arguments, state)`: a tensor that carries attributes. */
  const fromType: Maker = ([maker, , args], machine) => {
    const make = isKind(maker, "global") ? makers.get(maker.value) : undefined;
    if (!make) throw invalid(machine, `a tensor is made by ${kindOf(maker)}`);
    return make(itemsOf(args) ?? [], machine);
  };
  return new Map([
    ...makers,
    ["torch._tensor _rebuild_from_type_v2", fromType],
    ["torch._utils _rebuild_sparse_tensor", objectOf("torch.sparse.Tensor")],
  ]);
}

function typeOf(value: PickleValue | undefined, machine: Machine): string {
  const dtype = isKind(value, "dtype") ? torchTypes.get(value.value) : undefined;
  if (dtype) return dtype;
  const what = isKind(value, "dtype") ? `of the type ${value.value}` : "without a type";
  throw new MareyError(
    "PYTORCH_TYPE",
    machine.name,
    `it holds a tensor ${what}`,
    "Convert it to float32 in PyTorch",
  );
}

/** Fetches the numbers of all tensors. `bytesOf` gives a storage's little-endian bytes. */
export function fillTensors(
  pending: readonly PendingTensor[],
  bytesOf: (storage: PickleStorage) => Uint8Array,
  budget: Budget,
  name: string,
): void {
  const decoded = new Map<string, StoredTensor["data"]>();
  for (const entry of pending) {
    const { tensor, storage } = entry;
    const label = `${storage.dtype} ${storage.key}`;
    let data = decoded.get(label);
    if (!data) {
      const bytes = bytesOf(storage);
      const whole = bytes.length - (bytes.length % storageElementBytes(storage.dtype));
      spend(budget, 2 * whole, name);
      data = decodeElements(tensor.dtype, bytes.subarray(0, whole));
      decoded.set(label, data);
    }
    tensor.data = view(entry, data, budget, name);
  }
}

/** A tensor's part of its storage: shared where it lies in one piece, else gathered. */
function view(
  { tensor, storage, offset, strides }: PendingTensor,
  data: StoredTensor["data"],
  budget: Budget,
  name: string,
): StoredTensor["data"] {
  const width = tensor.complex ? 2 : 1;
  const { shape } = tensor;
  const steps = tensor.complex ? [...strides.map((stride) => 2 * stride), 1] : strides;
  const count = countOf(shape);
  if (count === 0) return data.slice(0, 0);
  const start = width * (storage.offset + offset);
  const last = shape.reduce((sum, n, axis) => sum + (n - 1) * steps[axis], start);
  if (!(last < data.length))
    throw new MareyError(
      "PYTORCH_INVALID",
      `${name}, storage "${storage.key}"`,
      `it holds ${data.length / width} numbers, a tensor [${shape}] reaches to number ${Math.floor(last / width)}`,
      "Copy or download the file again; it may be cut off or damaged",
    );
  if (last - start === count - 1 && isDense(shape, steps)) return data.subarray(start, start + count);
  spend(budget, count * data.BYTES_PER_ELEMENT, name);
  return gather(data, start, shape, steps, count);
}

/** Whether the elements lie one after the other, row-major. */
function isDense(shape: readonly number[], strides: readonly number[]): boolean {
  let expected = 1;
  for (let axis = shape.length - 1; axis >= 0; axis--) {
    if (shape[axis] !== 1 && strides[axis] !== expected) return false;
    expected *= shape[axis];
  }
  return true;
}

function gather(
  data: StoredTensor["data"],
  start: number,
  shape: readonly number[],
  strides: readonly number[],
  count: number,
): StoredTensor["data"] {
  const out = new (data.constructor as new (length: number) => typeof data)(count);
  const index = new Int32Array(shape.length);
  for (let i = 0, at = start; i < count; i++) {
    out[i] = data[at];
    for (let axis = shape.length - 1; axis >= 0; axis--) {
      at += strides[axis];
      if (++index[axis] < shape[axis]) break;
      index[axis] = 0;
      at -= strides[axis] * shape[axis];
    }
  }
  return out;
}
