import { BinaryWriter, WireType } from "@bufbuild/protobuf/wire";
import { joinPieces } from "./pieces.js";

/** Scalars of one step, for TensorBoard. */
export interface ScalarEvent {
  /** Seconds since 1970. */
  readonly time: number;
  readonly step: number;
  /** Values by tag: `train/loss`. What stands before the slash groups the charts. */
  readonly scalars: Readonly<Record<string, number>>;
}

/** The first record of a TensorBoard event file: it states the version of the format. */
export const tensorBoardHeader = (time: number): Uint8Array<ArrayBuffer> =>
  record(
    new BinaryWriter()
      .tag(1, WireType.Bit64)
      .double(time)
      .tag(3, WireType.LengthDelimited)
      .string("brain.Event:2"),
  );

/**
 * A record of a TensorBoard event file: TensorFlow's message `Event` (wall_time 1, step 2, summary 5) with a `Summary`
 * of values (tag 1, simple_value 2). Records are appended one after the other.
 */
export function tensorBoardScalars({ time, step, scalars }: ScalarEvent): Uint8Array<ArrayBuffer> {
  const writer = new BinaryWriter().tag(1, WireType.Bit64).double(time).tag(2, WireType.Varint).int64(step);
  writer.tag(5, WireType.LengthDelimited).fork();
  for (const [tag, value] of Object.entries(scalars)) {
    writer.tag(1, WireType.LengthDelimited).fork();
    writer.tag(1, WireType.LengthDelimited).string(tag).tag(2, WireType.Bit32).float(value).join();
  }
  return record(writer.join());
}

/** A TFRecord: length, its checksum, the bytes, their checksum. */
function record(message: BinaryWriter): Uint8Array<ArrayBuffer> {
  const data = message.finish();
  const head = new DataView(new ArrayBuffer(12));
  head.setBigUint64(0, BigInt(data.length), true);
  head.setUint32(8, maskedCrc(new Uint8Array(head.buffer, 0, 8)), true);
  const tail = new DataView(new ArrayBuffer(4));
  tail.setUint32(0, maskedCrc(data), true);
  return joinPieces([new Uint8Array(head.buffer), data, new Uint8Array(tail.buffer)]);
}

/** CRC-32C (Castagnoli) by a table; 0x82f63b78 is its polynomial with the lowest bit first. */
const table = Uint32Array.from({ length: 256 }, (_, byte) => {
  let crc = byte;
  for (let bit = 0; bit < 8; bit++) crc = (crc >>> 1) ^ (crc & 1 ? 0x82f63b78 : 0);
  return crc;
});

/** The checksum as TFRecords store it, rotated and shifted, so that a checksum of checksums isn't weak. */
function maskedCrc(bytes: Uint8Array): number {
  let crc = 0xffffffff;
  for (const byte of bytes) crc = (crc >>> 8) ^ table[(crc ^ byte) & 255];
  crc = ~crc;
  return (((crc >>> 15) | (crc << 17)) + 0xa282ead8) >>> 0;
}
