import { MareyError } from "@marey/core";
import { mixedStream } from "./mixedStream.js";
import { type PictureStreamOptions, pictureStream } from "./pictureStream.js";
import { trainingPictures } from "./pictures.js";
import { type SampleStream, type StudioStreamOptions, studioStream } from "./studioStream.js";

export interface SampleOptions extends StudioStreamOptions, PictureStreamOptions {
  /** File of the annotations, below each folder or anywhere. */
  annotations?: string;
  /** Only pictures whose names end so; all when absent. */
  ends?: readonly string[];
}

/**
 * Opens training data by a setting: `studio`, a folder of annotated pictures in any format that `readAnnotations` knows
 * (COCO, MPII, …), or several with their shares: `studio:0.7,FOLDER:0.3`. All give the same kind of samples.
 *
 * @throws MareyError `RECIPE_SETTING` for shares that can't be; those of `studioStream`, `trainingPictures` and
 *   `pictureStream`.
 */
export async function openSamples(data: string, options: SampleOptions): Promise<SampleStream> {
  const sources = data.split(",").map((text) => sourceOf(text, data));
  if (sources.length === 1) return openSource(sources[0]!.name, options);
  const parts: { stream: SampleStream; share: number }[] = [];
  for (const { name, share } of sources) parts.push({ stream: await openSource(name, options), share });
  return mixedStream(parts, options.seed);
}

function sourceOf(text: string, data: string): { name: string; share: number } {
  const [, name = "", share = "1"] = /^(.*?)(?::(\d*\.?\d+))?$/.exec(text) ?? [];
  if (name !== "" && Number(share) > 0) return { name, share: Number(share) };
  throw new MareyError(
    "RECIPE_SETTING",
    `data=${data}`,
    `"${text}" is neither "studio" nor a folder, with a share above 0 behind a colon or without`,
    "Write data=studio, data=FOLDER or data=studio:0.7,FOLDER:0.3",
  );
}

async function openSource(name: string, options: SampleOptions): Promise<SampleStream> {
  if (name === "studio") return studioStream(options);
  const { annotations = "annotations/person_keypoints_train2017.json", ends, skeleton } = options;
  return pictureStream(await trainingPictures(name, annotations, skeleton, ends), options);
}
