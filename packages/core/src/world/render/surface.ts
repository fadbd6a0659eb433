import type { Image } from "../../image/image.js";

/** Red, green and blue, 0–255, as in a picture (sRGB). */
export type Rgb = readonly [number, number, number];

/** How a surface answers light. */
export interface Material {
  /** The surface's own colour (albedo); the texture is multiplied with it, so give white to leave it as it is. */
  colour: Rgb;
  /**
   * RGB, or RGBA where `alphaTest` is used. It repeats outside 0…1; (0, 0) is its lower left corner, v runs up.
   * Coarser copies of it are kept as long as the picture itself lives, so hand over the same record in each frame.
   */
  texture?: Image;
  /** Height of the highlight, 0 (default: matt) … 1. Skin about 0.25, leather 0.5. */
  specular?: number;
  /** Sharpness of the highlight, Blinn–Phong's exponent; default 24. */
  shininess?: number;
  /** How far light creeps around the edge of shadow on the form, 0 (default: hard) … 1; skin about 0.3. */
  wrap?: number;
  /** Drawn and lit from behind too, as cloth and hair; otherwise a triangle shows its front alone. */
  twoSided?: boolean;
  /** Texels whose alpha, 0–255, is below this are holes: hair, leaves. Default: none. */
  alphaTest?: number;
  /** Default true. */
  castsShadow?: boolean;
  /**
   * Shows the background as it is, darkened where the sun's shadow falls: the floor of a photograph. It has depth,
   * hides what lies below it, and takes neither colour nor texture of its own.
   */
  catcher?: boolean;
}

/** Texture coordinates with triangles of their own, corner by corner in step with the surface's triangles. */
export interface Uv {
  /** T×2; (0, 0) is the lower left corner of the texture. */
  coordinates: Float32Array;
  /** F×3, rows of `coordinates`. */
  triangles: Uint32Array;
}

/** One mesh in one frame, in the world's frame, metres. */
export interface Surface {
  /** V×3. */
  positions: Float32Array;
  /** F×3, counter-clockwise seen from outside. */
  triangles: Uint32Array;
  /** V×3, unit; for smooth shading. Made by the renderer from the triangles when absent. */
  normals?: Float32Array;
  /** For the material's texture. */
  uv?: Uv;
  /** V×3: where the vertices are in the next frame, for optical flow; absent: where they are now. */
  later?: Float32Array;
  material: Material;
  /** Whose it is: written into the person channel; 1…255, 0 for things. */
  person: number;
  /** V, part of the body at each vertex, 0…254 (the open body's: its joint); written into the part channel plus one. */
  part?: Uint8Array;
  /** Coordinates on the body's own skin for the IUV channel; a garment carries those of the skin beneath it. */
  skin?: Uv;
}
