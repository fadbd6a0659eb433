import { durationOf, frameRateOf, openDemuxer } from "./demux.js";
import { displayTurn, isSideways } from "./turn.js";

/** What a video's head says of it. */
export interface VideoInfo {
  /** As displayed (rotation applied), pixels. Pixels are taken as square, as OpenCV takes them. */
  width: number;
  height: number;
  /** Frames per second, the mean if they vary. */
  frameRate: number;
  /** An estimate, unless the format counts its frames. */
  frameCount: number;
  /** Seconds. */
  duration: number;
  /** FFmpeg's name, such as "h264". */
  codec: string;
}

/**
 * Reads a video's size, rate and length without decoding it.
 *
 * @throws MareyError `FILE_MISSING`, `VIDEO_UNREADABLE`, `VIDEO_NO_PICTURES`.
 */
export async function probeVideo(path: string): Promise<VideoInfo> {
  const demuxer = await openDemuxer(path);
  try {
    const { width, height, codecId } = demuxer.stream.codecpar;
    const sideways = isSideways(displayTurn(demuxer));
    const frameRate = frameRateOf(demuxer);
    const duration = durationOf(demuxer);
    const counted = Number(demuxer.stream.nbFrames);
    return {
      width: sideways ? height : width,
      height: sideways ? width : height,
      frameRate,
      frameCount: counted > 0 ? counted : Math.round(duration * frameRate),
      duration,
      codec: demuxer.lib.avGetCodecName(codecId) ?? "unknown",
    };
  } finally {
    await demuxer.close();
  }
}
