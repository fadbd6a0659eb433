import { basename } from "node:path";
import { cocoResults, detectionsCsv, detectionsCsvHead, detectionsJson } from "@marey/core/format";
import type { Skeleton } from "@marey/core/skeleton";
import { unevenTimes } from "../detect/detectVideo.js";
import type { SeenFrame } from "../detect/watch.js";
import type { FileSet } from "../files/index.js";
import type { FrameWriter, Take } from "./writer.js";

/** A text that grows by a piece a frame; `end` is written last. */
async function textWriter(
  files: FileSet,
  path: string,
  piece: (frame: SeenFrame) => string,
  end: () => Iterable<string> = () => [],
): Promise<FrameWriter> {
  const file = await files.open(path);
  let closed: Promise<void> | undefined;
  const shut = () => {
    closed ??= file.close();
    return closed;
  };
  return {
    write: (frame) => file.write(piece(frame)),
    async close() {
      for (const text of end()) await file.write(text);
      await shut();
    },
    abort: () => shut().catch(() => undefined),
  };
}

/** Writes Marey's own JSON of detections. */
export function jsonWriter(files: FileSet, path: string, take: Take): Promise<FrameWriter> {
  const { head, frame, end } = detectionsJson(take);
  // All that is kept of a frame: a stream's day at 30 Hz fills 20 MB.
  const times: number[] = [];
  const pictures: string[] = [];
  const piece = ({ index, time, name, people }: SeenFrame) => {
    times.push(time);
    if (name !== undefined) pictures.push(basename(name));
    return (times.length === 1 ? head(index) : "") + frame(people);
  };
  return textWriter(files, path, piece, function* () {
    if (times.length === 0) yield head(0);
    const uneven = unevenTimes(times, take.frameRate);
    const isNamed = pictures.length > 0 && pictures.length === times.length;
    yield* end({ ...(uneven && { times: uneven }), ...(isNamed && { pictures }) });
  });
}

/** Writes a table, one row per frame, person and joint; of pictures that are files of their own with a column of their names. */
export function csvWriter(files: FileSet, path: string, { skeleton }: Take): Promise<FrameWriter> {
  const rows = detectionsCsv(skeleton);
  let isBegun = false;
  const piece = ({ index, time, name, people }: SeenFrame) => {
    const picture = name === undefined ? undefined : basename(name);
    const head = isBegun ? "" : detectionsCsvHead(picture !== undefined);
    isBegun = true;
    return head + rows(index, time, people, picture);
  };
  return textWriter(files, path, piece, () => (isBegun ? [] : [detectionsCsvHead(false)]));
}

export interface CocoWriterOptions {
  /** Number of a picture by the frame; the last number in its file's name, else the frame's when absent. */
  pictureOf: (frame: SeenFrame) => number;
  /** Order of the joints in the file. */
  layout?: Skeleton;
  /** 1 for joints that were found, as OpenPose writes it, instead of confidences. */
  flags?: boolean;
}

/** Writes a COCO results file. */
export function cocoWriter(
  files: FileSet,
  path: string,
  { skeleton }: Take,
  { pictureOf, ...options }: CocoWriterOptions,
): Promise<FrameWriter> {
  const entries = cocoResults({ skeleton, ...options });
  let separator = "[";
  const piece = (frame: SeenFrame) => {
    let text = "";
    for (const entry of entries(pictureOf(frame), frame.people)) {
      text += separator + entry;
      separator = ",\n";
    }
    return text;
  };
  return textWriter(files, path, piece, () => [separator === "[" ? "[]\n" : "]\n"]);
}
