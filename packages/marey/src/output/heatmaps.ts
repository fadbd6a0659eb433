import { MareyError } from "@marey/core";
import { chosenMaps, type HeatmapChoice, mapsFloats, mapsPicture } from "@marey/core/format";
import type { FrameFiles } from "./frameFiles.js";
import { type FrameWriter, frameName, type Take } from "./writer.js";

/** How a network's maps are written. */
export interface HeatmapOptions extends HeatmapChoice {
  /** One picture of all maps side by side, or float32 numbers (OpenPose's `write_heatmaps_format`). */
  format: "png" | "float";
}

/** Writes the maps of each frame: `{frame}_pose_heatmaps.png` or `.float`. */
export function heatmapWriter(files: FrameFiles, take: Take, options: HeatmapOptions): FrameWriter {
  return {
    async write(frame) {
      // A frame that couldn't be read, or that is interpolated, was not looked at.
      if (!frame.maps) return;
      const chosen = chosenMaps(frame.maps, options);
      const name = `${frameName(take, frame)}_pose_heatmaps.${options.format}`;
      if (options.format === "float") await files.write(name, mapsFloats(chosen));
      else await files.writePicture(name, mapsPicture(chosen));
    },
    close: async () => undefined,
    abort: async () => undefined,
  };
}

/** @throws MareyError `OPTION` for maps that a picture can't hold, or none. */
export function requireHeatmaps({ format, scale, parts, background, fields }: HeatmapOptions): void {
  if (format === "png" && scale !== 2)
    throw new MareyError(
      "OPTION",
      "--heatmaps-scale",
      `a PNG holds 0 to 255 only, not scale ${scale}`,
      "Leave it out, or pass --write-heatmaps-format float",
    );
  if (!parts && !background && !fields)
    throw new MareyError(
      "OPTION",
      "--write-heatmaps",
      "no maps are chosen",
      "Add --heatmaps-add-parts, --heatmaps-add-bkg or --heatmaps-add-PAFs",
    );
}
