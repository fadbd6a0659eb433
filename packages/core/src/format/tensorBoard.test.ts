import { BinaryReader } from "@bufbuild/protobuf/wire";
import fc from "fast-check";
import { expect, test } from "vitest";
import { tensorBoardHeader, tensorBoardScalars } from "./tensorBoard.js";

/** Records as TensorBoard 2.21's own `RecordWriter` writes them. */
const written = {
  header: "1800000000000000a37f4b220900001040fc54d9411a0d627261696e2e4576656e743a32338d2fe9",
  scalars:
    "31000000000000009d8383e90900006040fc54d94110ac022a230a110a0a747261696e2f6c6f737315cdcccc3d0a0e0a07" +
    "4772c3b6c39f651500000080e8081156",
  empty: "1200000000000000241f64250900006040fc54d941108080808080202a0002d2c82b",
};
const hex = (bytes: Uint8Array) => Buffer.from(bytes).toString("hex");

test("the bytes are those of TensorBoard's own writer", () => {
  expect(hex(tensorBoardHeader(1700000000.25))).toBe(written.header);
  const time = 1700000001.5;
  const scalars = { "train/loss": 0.1, Größe: -0 };
  expect(hex(tensorBoardScalars({ time, step: 300, scalars }))).toBe(written.scalars);
  expect(hex(tensorBoardScalars({ time, step: 2 ** 40, scalars: {} }))).toBe(written.empty);
});

/** CRC-32C bit by bit, as RFC 3720 defines it, rotated and shifted as TFRecords store it. */
function checksum(bytes: Uint8Array): number {
  let crc = 0xffffffffn;
  for (const byte of bytes)
    for (let bit = 0; bit < 8; bit++) {
      const odd = (crc ^ BigInt((byte >> bit) & 1)) & 1n;
      crc = (crc >> 1n) ^ (odd ? 0x82f63b78n : 0n);
    }
  crc ^= 0xffffffffn;
  return Number((((crc >> 15n) | (crc << 17n)) + 0xa282ead8n) & 0xffffffffn);
}

/** The fields of a message, one after the other. */
function fields(bytes: Uint8Array, read: (field: number, reader: BinaryReader) => void): void {
  for (const reader = new BinaryReader(bytes); reader.pos < reader.len; ) read(reader.tag()[0], reader);
}

test("what was written is read back by what the format's description says", () =>
  fc.assert(
    fc.property(
      fc.double({ noNaN: true }),
      fc.maxSafeInteger(),
      fc.array(fc.tuple(fc.string({ unit: "grapheme" }), fc.float()), { maxLength: 5 }),
      (time, step, entries) => {
        const scalars = Object.fromEntries(entries);
        const record = tensorBoardScalars({ time, step, scalars });
        const view = new DataView(record.buffer);
        const data = record.subarray(12, -4);
        expect(view.getBigUint64(0, true)).toBe(BigInt(data.length));
        expect(view.getUint32(8, true)).toBe(checksum(record.subarray(0, 8)));
        expect(view.getUint32(12 + data.length, true)).toBe(checksum(data));

        const values: [string, number][] = [];
        fields(data, (field, event) => {
          if (field === 1) expect(event.double()).toBe(time);
          else if (field === 2) expect(Number(event.int64())).toBe(step);
          else
            fields(event.bytes(), (_, summary) => {
              let [tag, value] = ["", NaN];
              fields(summary.bytes(), (part, entry) => {
                if (part === 1) tag = entry.string();
                else value = entry.float();
              });
              values.push([tag, value]);
            });
        });
        expect(values).toEqual(Object.entries(scalars));
      },
    ),
  ));
