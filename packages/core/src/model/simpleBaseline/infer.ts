import { unflipMaps } from "../../codec/aggregate.js";
import { cropBox, invertAffine, threePointCrop, unbiasedCrop } from "../../codec/crop.js";
import type { Image } from "../../image/image.js";
import { warpAffine } from "../../image/warp.js";
import type { Network, Runtime, RuntimeOptions, Tensor } from "../../seam/runtime.js";
import { cellsOf, codecOf, type MapForm } from "./coding.js";
import { GRAPH_INPUT, GRAPH_OUTPUT, inferenceGraph } from "./inferenceGraph.js";
import type { NetworkParams } from "./network.js";
import { writePicture } from "./picture.js";

/** How people are looked at. */
export interface PoserOptions extends RuntimeOptions, MapForm {
  /** Left–right partner of each joint; with it, each crop is also seen in the mirror and the maps are averaged. */
  readonly mirror?: readonly number[];
  /** Size of a crop relative to the person's box; the paper's 1.25 when absent. */
  readonly margin?: number;
}

/** A network that places the joints of one person in a box. */
export interface Poser {
  /**
   * @param box Left, top, width, height, pixels.
   * @returns J×3: x, y in pixels of the picture, and the map's peak.
   */
  place(image: Image, box: ArrayLike<number>): Promise<Float32Array>;
  close(): Promise<void>;
}

/** Opens a network for inference as the paper has it: crop, flip test, reading of the maps, and back to the picture. */
export async function openPoser(
  runtime: Runtime,
  params: NetworkParams,
  options: PoserOptions,
): Promise<Poser> {
  const { input, margin = 1.25, mirror, coding } = options;
  const [width, height] = input;
  const loaded = await runtime.load(inferenceGraph(params, input), options);
  const codec = codecOf(options);
  const see = mapsSeer(loaded, options);
  const crop = { width, height, channels: 3, data: new Uint8Array(width * height * 3) };
  const place = coding === "udp" ? unbiasedCrop : threePointCrop;
  return {
    async place(image, box) {
      const toPicture = invertAffine(place(cropBox(box, input, margin), 0, input));
      warpAffine(image, toPicture, width, height, crop.data);
      return moved(codec.decode(await see(crop, mirror)), toPicture);
    },
    close: () => loaded.close(),
  };
}

/** Runs the network on a crop and, given partners, on its mirror image. */
function mapsSeer(network: Network, form: MapForm) {
  const [width, height] = form.input;
  const [columns, rows] = cellsOf(form);
  const data = new Float32Array(3 * width * height);
  const turned = new Float32Array(form.joints * columns * rows);
  const fed: Record<string, Tensor> = {
    [GRAPH_INPUT]: { type: "float32", dims: [1, 3, height, width], data },
  };
  const run = async () => (await network.run(fed))[GRAPH_OUTPUT].data as Float32Array;
  return async (crop: Image, mirror?: readonly number[]): Promise<Float32Array> => {
    writePicture(crop, data);
    const maps = await run();
    if (!mirror) return maps;
    for (let row = 0; row < data.length; row += width) data.subarray(row, row + width).reverse();
    // Only in unbiased coordinates is the mirrored map the mirror image of the map (Huang et al. 2020).
    unflipMaps(await run(), mirror, columns, rows, form.coding !== "udp", turned);
    return maps.map((value, i) => (value + turned[i]) / 2);
  };
}

/** Joints of a crop in the picture, in place. */
function moved(joints: Float32Array, m: ArrayLike<number>): Float32Array {
  for (let i = 0; i < joints.length; i += 3) {
    const [x, y] = [joints[i], joints[i + 1]];
    joints[i] = m[0] * x + m[1] * y + m[2];
    joints[i + 1] = m[3] * x + m[4] * y + m[5];
  }
  return joints;
}
