import type { Packet, Stream } from "node-av/lib";
import { inputOf, streamAddress } from "./address.js";
import { type Demuxer, openDemuxer } from "./demux.js";

/** The sound of a video, packet by packet as it is stored. Close it. */
export interface Sound {
  stream: Stream;
  /** The next packet that begins before `time`, seconds from the beginning asked for; undefined when there is none. */
  before(time: number): Promise<Packet | undefined>;
  close(): Promise<void>;
}

/** Seconds without data after which an address is given up. */
const PATIENCE = 10;

/**
 * Opens the sound of a video from a time on.
 *
 * @param source A file, or the address of one.
 * @param start Seconds from the first picture. Packets of sound before it are left out; times count from it.
 * @returns Undefined when it has none.
 * @throws MareyError as `openDemuxer`.
 */
export async function openSound(source: string, start: number): Promise<Sound | undefined> {
  const input = inputOf(source);
  const demuxer = await openDemuxer(
    input.kind === "stream"
      ? streamAddress(input.url, PATIENCE)
      : input.kind === "path"
        ? input.path
        : source,
    { stall: PATIENCE },
  );
  const { lib, format } = demuxer;
  const index = format.findBestStream(lib.AVMEDIA_TYPE_AUDIO);
  const stream = index < 0 ? undefined : format.streams[index];
  if (!stream) {
    await demuxer.close();
    return undefined;
  }
  const origin = ticksAt(demuxer, stream, start);
  if (start > 1) await format.seekFrame(index, origin, lib.AVSEEK_FLAG_BACKWARD);
  const packet = new lib.Packet();
  packet.alloc();
  /** Whether the packet holds one that is yet to be given. */
  let waiting = false;
  let ended = false;

  async function advance(): Promise<boolean> {
    while (!ended) {
      packet.unref();
      const read = await format.readFrame(packet);
      ended = read < 0 && read !== lib.AVERROR_EAGAIN;
      if (read < 0 || packet.streamIndex !== index || packet.pts === lib.AV_NOPTS_VALUE) continue;
      packet.pts -= origin;
      if (packet.dts !== lib.AV_NOPTS_VALUE) packet.dts -= origin;
      if (packet.pts >= 0n) return true;
    }
    return false;
  }
  const { num, den } = stream.timeBase;
  return {
    stream,
    async before(time) {
      waiting ||= await advance();
      if (!waiting || (Number(packet.pts) * num) / den >= time) return undefined;
      waiting = false;
      return packet;
    },
    async close() {
      packet.free();
      await demuxer.close();
    },
  };
}

/** The sound's time, in its own ticks, at `start` seconds after the first picture. */
function ticksAt({ lib, stream: pictures }: Demuxer, sound: Stream, start: number): bigint {
  const first = pictures.startTime === lib.AV_NOPTS_VALUE ? 0n : pictures.startTime;
  const seconds = (Number(first) * pictures.timeBase.num) / pictures.timeBase.den + start;
  return BigInt(Math.round((seconds * sound.timeBase.den) / sound.timeBase.num));
}
