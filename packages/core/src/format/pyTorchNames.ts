import { type Allowed, type AllowList, invalid, type Machine, type Maker } from "./pickleMachine.js";
import { namesOf, objectOf } from "./pickleNames.js";
import { isKind, itemsOf, kindOf, type PickleStorage, type PickleValue } from "./pickleValue.js";
import { type PendingTensor, tensorMakers, torchTypes } from "./pyTorchTensor.js";

/** Element types of storages by the names of their classes. */
const storageTypes: ReadonlyMap<string, string> = new Map([
  ["FloatStorage", "F32"], ["DoubleStorage", "F64"], ["HalfStorage", "F16"], ["BFloat16Storage", "BF16"],
  ["LongStorage", "I64"], ["IntStorage", "I32"], ["ShortStorage", "I16"], ["CharStorage", "I8"], ["ByteStorage", "U8"],
  ["BoolStorage", "BOOL"], ["ComplexFloatStorage", "C64"], ["ComplexDoubleStorage", "C128"], ["UntypedStorage", "U8"],
]); // biome-ignore format: a table

const device: Maker = ([type, index], machine) => {
  if (typeof type !== "string") throw invalid(machine, `${kindOf(type)} is no device`);
  return { kind: "device", value: typeof index === "number" ? `${type}:${index}` : type };
};

/** A class named by itself: making an instance of it makes an inert record. */
const inert = (names: readonly string[]) =>
  names.map((name): [string, Maker] => [name, objectOf(name.replace(" ", "."))]);

const tuple: Maker = ([sizes], machine) => {
  const items = sizes === undefined ? [] : itemsOf(sizes);
  if (!items) throw invalid(machine, `${kindOf(sizes)} is no size`);
  return { kind: "tuple", items };
};

const names: readonly [string, Allowed][] = [
  ...[...torchTypes.keys()].map((name): [string, Allowed] => [
    `torch ${name}`,
    { kind: "dtype", value: name },
  ]),
  ["torch Size", tuple],
  ["torch device", device],
  ...inert([...storageTypes.keys()].flatMap((name) => [`torch ${name}`, `torch.cuda ${name}`])),
  ...inert([
    "torch.storage UntypedStorage",
    "torch.storage _UntypedStorage",
    "torch.storage TypedStorage",
    "torch Tensor",
    "torch.nn.parameter Parameter",
    "torch strided",
    "torch.torch_version TorchVersion",
    "torch contiguous_format",
    "torch.serialization _get_layout",
    "torch.jit._pickle build_intlist",
    "torch.jit._pickle build_doublelist",
    "torch.jit._pickle build_boollist",
    "torch.jit._pickle build_tensorlist",
    "torch.jit._pickle restore_type_tag",
  ]),
];

/**
 * The allow-list of PyTorch's names. The classes of a TorchScript archive (`__torch__. …`) are its own and become records
 * as well; its code isn't looked at.
 */
export function torchNames(pending: PendingTensor[]): AllowList {
  const listed = namesOf(new Map([...names, ...tensorMakers(pending)]));
  return (module, name) =>
    listed(module, name) ??
    (module.length + name.length < 500 && /^__torch__(\.\w+)*$/.test(module) && /^\w+$/.test(name)
      ? objectOf(`${module}.${name}`)
      : undefined);
}

/**
 * A storage by its persistent id: ("storage", class, key, device, count), in legacy files with a view: (key, offset,
 * count) or None.
 */
export function storageOf(id: PickleValue, machine: Machine): PickleStorage {
  const [tag, type, key, location, count, part] = itemsOf(id) ?? [];
  const name = isKind(type, "global") ? type.value : "";
  const dtype = storageTypes.get(name.replace(/^torch(\.cuda|\.storage)? _?/, ""));
  if (tag !== "storage" || dtype === undefined || !isWhole(count) || typeof location !== "string")
    throw invalid(
      machine,
      `a tensor's data has an unknown form: ${kindOf(id)} of ${kindOf(tag)}, ${kindOf(type)} …`,
    );
  if (typeof key !== "string" && typeof key !== "number") throw invalid(machine, "a storage has no key");
  const [, offset, viewed] = itemsOf(part) ?? [key, 0, count];
  if (!isWhole(offset) || !isWhole(viewed)) throw invalid(machine, "a view of a storage has no valid place");
  return { kind: "storage", dtype, key: String(key), location, count: viewed, offset };
}

const isWhole = (value: PickleValue | undefined): value is number =>
  Number.isSafeInteger(value) && (value as number) >= 0;
