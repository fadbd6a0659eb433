import { MareyError } from "../../error.js";
import type { Channels, Shot } from "./shot.js";
import type { Surface } from "./surface.js";

const perPixel: Record<keyof Channels, number> = {
  colour: 3,
  depth: 1,
  person: 1,
  part: 1,
  iuv: 3,
  normal: 3,
  flow: 2,
};

/**
 * Checks that a shot fits a frame of the given size and that its surfaces are whole.
 *
 * @throws MareyError `RENDER_SHOT`, `RENDER_CHANNEL`.
 */
export function checkShot(
  { surfaces, camera, background }: Shot,
  channels: Channels,
  width: number,
  height: number,
): void {
  const size = `${width} × ${height}`;
  if (camera.width !== width || camera.height !== height) {
    throw new MareyError(
      "RENDER_SHOT",
      `camera "${camera.name}"`,
      `its picture is ${camera.width} × ${camera.height}, the renderer's ${size}`,
      "Make a renderer of the camera's size",
    );
  }
  if (background !== undefined && "data" in background) {
    const { width: w, height: h, channels: n, data } = background;
    if (w !== width || h !== height || n < 3 || data.length < w * h * n) {
      throw new MareyError(
        "RENDER_SHOT",
        "background",
        `it is ${w} × ${h} with ${n} channels, the frame ${size} with 3`,
        "Crop and resize it first",
      );
    }
  }
  for (const name of Object.keys(perPixel) as (keyof Channels)[]) {
    const length = channels[name]?.length;
    const wanted = perPixel[name] * width * height;
    if (length === undefined || length === wanted) continue;
    throw new MareyError(
      "RENDER_CHANNEL",
      name,
      `${length} numbers, ${wanted} wanted for ${size}`,
      "Use frameChannels()",
    );
  }
  surfaces.forEach(checkSurface);
}

/** The lengths that belong together.. */
function checkSurface(surface: Surface, index: number): void {
  const { positions, triangles, normals, uv, later, part, skin } = surface;
  const vertices = positions.length / 3;
  const wrong = (what: string): never => {
    throw new MareyError("RENDER_SHOT", `surfaces[${index}]`, what, "See the record Surface");
  };
  if (positions.length % 3 !== 0 || triangles.length % 3 !== 0)
    wrong("positions and triangles come in threes");
  if (normals !== undefined && normals.length !== 3 * vertices)
    wrong(`normals of ${vertices} vertices expected`);
  if (later !== undefined && later.length !== 3 * vertices)
    wrong(`later places of ${vertices} vertices expected`);
  if (part !== undefined && part.length !== vertices) wrong(`parts of ${vertices} vertices expected`);
  for (const map of [uv, skin]) {
    if (map !== undefined && map.triangles.length !== triangles.length) {
      wrong(`its uv has ${map.triangles.length / 3} triangles, the mesh ${triangles.length / 3}`);
    }
  }
}
