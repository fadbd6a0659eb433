import { BinaryWriter, WireType } from "@bufbuild/protobuf/wire";
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { MareyError } from "../error.js";
import { caffeTensors, readCaffeModel } from "./caffe.js";

type Write = (writer: BinaryWriter) => unknown;
const message = (write: Write): Uint8Array => {
  const writer = new BinaryWriter();
  write(writer);
  return writer.finish();
};
const nested = (writer: BinaryWriter, field: number, write: Write) =>
  writer.tag(field, WireType.LengthDelimited).bytes(message(write));
const text = (writer: BinaryWriter, field: number, value: string) =>
  writer.tag(field, WireType.LengthDelimited).string(value);
const floats = (writer: BinaryWriter, values: number[]) =>
  nested(writer, 5, (data) => values.forEach((value) => void data.float(value)));
const shape = (writer: BinaryWriter, sizes: number[]) =>
  nested(writer, 7, (part) => nested(part, 1, (dims) => sizes.forEach((size) => void dims.int64(size))));

/** A network of one new layer with one blob. */
const network = (blob: Write) =>
  message((net) => {
    text(net, 1, "net");
    nested(net, 100, (layer) => {
      text(layer, 1, "conv1");
      text(layer, 2, "Convolution");
      text(layer, 3, "data");
      nested(layer, 7, blob);
    });
  });
const blobOf = (blob: Write) => readCaffeModel(network(blob)).layers[0]?.blobs[0];

describe("caffemodel", () => {
  test("new and old layers in the file's order, unknown fields skipped", () => {
    const file = message((net) => {
      text(net, 1, "net");
      net.tag(77, WireType.StartGroup).tag(3, WireType.Varint).uint32(9).tag(77, WireType.EndGroup);
      nested(net, 2, (layer) => {
        text(layer, 4, "old");
        layer.tag(5, WireType.Varint).int32(39);
        text(layer, 2, "a");
        text(layer, 2, "b");
        nested(layer, 6, (blob) => {
          for (const [i, size] of [1, 1, 1, 2].entries()) blob.tag(i + 1, WireType.Varint).int32(size);
          floats(blob, [5, 6]);
        });
      });
      nested(net, 100, (layer) => {
        layer.tag(99, WireType.Bit64).fixed64(1);
        text(layer, 1, "new");
        text(layer, 2, "ReLU");
        text(layer, 4, "c");
      });
    });
    const model = readCaffeModel(file);
    expect(model).toEqual({
      name: "net",
      layers: [
        {
          name: "old",
          type: "Deconvolution",
          bottom: ["a", "b"],
          top: [],
          blobs: [{ dtype: "F32", shape: [1, 1, 1, 2], data: Float32Array.of(5, 6) }],
        },
        { name: "new", type: "ReLU", bottom: [], top: ["c"], blobs: [] },
      ],
    });
    expect([...caffeTensors(model).keys()]).toEqual(["old.0"]);
  });

  test("floats packed, one by one, and both; doubles", () => {
    const mixed = (blob: BinaryWriter) => {
      shape(blob, [4]);
      floats(blob, [1, 2]);
      blob.tag(5, WireType.Bit32).float(3);
      blob.tag(5, WireType.Bit32).float(4);
    };
    expect(blobOf(mixed)).toEqual({ dtype: "F32", shape: [4], data: Float32Array.of(1, 2, 3, 4) });
    const doubles = (blob: BinaryWriter) => {
      nested(blob, 8, (data) => data.double(0.1));
      blob.tag(8, WireType.Bit64).double(0.2);
      nested(blob, 7, (part) => part.tag(1, WireType.Varint).int64(2).tag(1, WireType.Varint).int64(1));
    };
    expect(blobOf(doubles)).toEqual({ dtype: "F64", shape: [2, 1], data: Float64Array.of(0.1, 0.2) });
    expect(blobOf((blob) => shape(blob, []) && floats(blob, [7]))).toMatchObject({
      shape: [],
      data: Float32Array.of(7),
    });
  });

  test("a shape that the values don't fill is refused, whatever it asks for", () => {
    const wrong = [[3], [-2, -1], [2 ** 40, 2 ** 40], [0]];
    for (const sizes of wrong)
      expect(() => blobOf((blob) => shape(blob, sizes) && floats(blob, [1, 2]))).toThrow(
        /layer "conv1", blob 0: its shape .* doesn't fit its 2 values/,
      );
    expect(() => blobOf((blob) => nested(blob, 5, (data) => data.uint32(1)))).toThrow(/cut off/);
  });

  test("what is no network", () => {
    const refuses = (bytes: Uint8Array, words: RegExp) =>
      expect(() => readCaffeModel(bytes, "net")).toThrow(
        expect.objectContaining({ code: "CAFFE_INVALID", message: expect.stringMatching(words) }),
      );
    refuses(new Uint8Array(0), /no layers/);
    refuses(new TextEncoder().encode('name: "net"\nlayer {'), /no binary Caffe network/);
    refuses(
      message((net) => net.tag(100, WireType.Varint).uint32(5)),
      /wire type/,
    );
    refuses(
      message((net) => net.tag(100, WireType.LengthDelimited).uint32(2 ** 31)),
      /EOF/,
    );
    refuses(
      message((net) => net.tag(9, WireType.Varint).raw(new Uint8Array(12).fill(255))),
      /varint/,
    );
    const groups = message((net) => Array.from({ length: 100_000 }, () => net.tag(9, WireType.StartGroup)));
    refuses(groups, /recursion/);
  });

  test("damaged files end in a MareyError or blobs of their shape", () => {
    const sample = network((blob) => shape(blob, [2, 3]) && floats(blob, [1, 2, 3, 4, 5, 6]));
    const edits = fc.array(fc.tuple(fc.nat(sample.length - 1), fc.nat(255)), { maxLength: 4 });
    fc.assert(
      fc.property(edits, fc.option(fc.nat(sample.length)), (changes, cut) => {
        const copy = sample.slice(0, cut ?? undefined);
        for (const [at, value] of changes) if (at < copy.length) copy[at] = value;
        try {
          for (const { shape: sizes, data } of caffeTensors(readCaffeModel(copy)).values())
            expect(data.length).toBe(sizes.reduce((product, n) => product * n, 1));
        } catch (error) {
          if (!(error instanceof MareyError)) throw error;
        }
      }),
      { numRuns: 1500 },
    );
  });
});
