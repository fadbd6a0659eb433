import type { Demuxer } from "./demux.js";

/**
 * The timestamps of all displayed frames in order, from the packets alone; undefined where packets carry none.
 * Reads the stream to its end.
 */
export async function listFrameTimes({ lib, format, stream }: Demuxer): Promise<bigint[] | undefined> {
  const times: bigint[] = [];
  const packet = new lib.Packet();
  packet.alloc();
  try {
    for (;;) {
      const read = await format.readFrame(packet);
      if (read === lib.AVERROR_EAGAIN) continue;
      if (read < 0) break;
      if (packet.streamIndex === stream.index && !packet.hasFlags(lib.AV_PKT_FLAG_DISCARD)) {
        if (packet.pts === lib.AV_NOPTS_VALUE) return undefined;
        times.push(packet.pts);
      }
      packet.unref();
    }
  } finally {
    packet.free();
  }
  return times.sort((a, b) => (a < b ? -1 : a > b ? 1 : 0));
}

/** How many of the sorted times stand before this one. */
export function placeOf(times: readonly bigint[], time: bigint): number {
  let low = 0;
  let high = times.length;
  while (low < high) {
    const middle = (low + high) >> 1;
    if (times[middle]! < time) low = middle + 1;
    else high = middle;
  }
  return low;
}
