import { BinaryWriter, WireType } from "@bufbuild/protobuf/wire";
import { zipPieces } from "@marey/core/format";
import { leaves, type Parameter, type Tree } from "@marey/core/nn";

/** Leaves of a network by layer: `conv1_1` → its weight, then its bias. */
function byLayer(params: Tree): Map<string, Parameter[]> {
  const layers = new Map<string, Parameter[]>();
  for (const [path, leaf] of leaves(params)) {
    const layer = path.slice(0, path.lastIndexOf("."));
    layers.set(layer, [...(layers.get(layer) ?? []), leaf]);
  }
  return layers;
}

type Write = (writer: BinaryWriter) => unknown;
const nested = (writer: BinaryWriter, field: number, write: Write) => {
  const part = new BinaryWriter();
  write(part);
  writer.tag(field, WireType.LengthDelimited).bytes(part.finish());
};

/** The parameters as a `.caffemodel`; `old` as files of 2014 have them, with four sizes for each blob. */
export function caffeModel(params: Tree, old = false): Uint8Array {
  const file = new BinaryWriter();
  file.tag(1, WireType.LengthDelimited).string("openpose");
  for (const [name, blobs] of byLayer(params))
    nested(file, old ? 2 : 100, (layer) => {
      layer.tag(old ? 4 : 1, WireType.LengthDelimited).string(name);
      if (!old) layer.tag(2, WireType.LengthDelimited).string("Convolution");
      for (const { shape, data } of blobs)
        nested(layer, old ? 6 : 7, (blob) => {
          const four = [...new Array<number>(4 - shape.length).fill(1), ...shape];
          if (old) four.forEach((size, i) => void blob.tag(i + 1, WireType.Varint).int32(size));
          else nested(blob, 7, (part) => nested(part, 1, (dims) => shape.forEach((n) => void dims.int64(n))));
          nested(blob, 5, (values) => data.forEach((value) => void values.float(value)));
        });
    });
  return file.finish();
}

const bytes = (text: string) => Uint8Array.from(text, (character) => character.charCodeAt(0));
const tuple = (values: readonly number[]) => `(${values.map((n) => `L${n}L\n`).join("")}t`;

/** The parameters as a PyTorch checkpoint (`.pth`), a `state_dict` whose keys are `renamed`. */
export function pyTorchFile(params: Tree, renamed: (path: string) => string): Uint8Array {
  const storages: Uint8Array[] = [];
  const entries = [...leaves(params)].map(([path, { shape, data }], i) => {
    storages.push(new Uint8Array(Float32Array.from(data).buffer));
    const strides = shape.map((_, axis) => shape.slice(axis + 1).reduce((a, b) => a * b, 1));
    const storage = `(Vstorage\nctorch\nFloatStorage\nV${i}\nVcpu\nL${data.length}L\ntQ`;
    const parts = `${storage}L0L\n${tuple(shape)}${tuple(strides)}I00\nccollections\nOrderedDict\n(tR`;
    return `V${renamed(path)}\nctorch._utils\n_rebuild_tensor_v2\n(${parts}tR`;
  });
  const files = [
    { name: "net/data.pkl", parts: [bytes(`(${entries.join("")}d.`)] },
    ...storages.map((part, i) => ({ name: `net/data/${i}`, parts: [part] })),
  ];
  return new Uint8Array(Buffer.concat([...zipPieces(files)]));
}
