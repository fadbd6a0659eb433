/**
 * A linear blend skinned body as data: what SMPL files hold (Loper et al. 2015), in the form that skinning wants.
 *
 * V vertices, F triangles, J joints, S shape directions, K weights per vertex. Metres; Y up, the body faces +Z and its
 * left is +X. Where the origin lies is the model's own affair: the pelvis is **not** at zero.
 */
export interface BodyModel {
  name: string;
  /** V. */
  vertices: number;
  /** J names: those of SMPL for the first 22 to 24, `joint24` … where nothing better is known. */
  joints: readonly string[];
  /** J; −1 for the root, which is the first. A parent stands before its children. */
  parents: Int32Array;
  /** V×3, the mean body. */
  template: Float32Array;
  /** F×3, counter-clockwise from outside. */
  triangles: Uint32Array;
  /** V×3×S; a coefficient (β) of 1 is one standard deviation. */
  shapes: Float32Array;
  /** S. */
  shapeCount: number;
  /** Pose correctives by the joint that drives them; null for a model without. */
  correctives: readonly Corrective[] | null;
  /** J rows over vertices: rest joints = regressor · shaped vertices. */
  regressor: SparseRows;
  /** Skinning weights; a vertex's are in falling order, and those behind a 0 are 0. */
  weights: { joints: Uint8Array /* V×K */; weights: Float32Array /* V×K */; perVertex: number /* K */ };
  /** Texture coordinates, 0..1, v upwards; corner k of their triangles belongs to corner k of `triangles`. */
  uv?: { coordinates: Float32Array /* T×2 */; triangles: Uint32Array /* F×3 */ };
  /** V: the joint with the largest weight. */
  part?: Uint8Array;
  /** V: the vertex on the other side, itself in the middle plane. */
  mirror?: Uint32Array;
  /** Named points on the posed skin: a point is Σ weight · posed vertex. */
  keypoints: Readonly<Record<string, { vertices: Uint32Array; weights: Float32Array }>>;
  /** Layouts of keypoints by name (`coco17` …): their points' names in order. */
  keypointSets: Readonly<Record<string, readonly string[]>>;
}

/**
 * What one joint's rotation adds to the vertices before they are skinned: offset = D · vec(R − I), R row-major. A joint
 * moves only what is near it, so its vertices are listed; a dense matrix of all (SMPL's `posedirs`) would be 32 MB for
 * our body, of which 97 % is 0.
 */
export interface Corrective {
  joint: number;
  /** N. */
  vertices: Uint32Array;
  /** N×3×9. */
  offsets: Float32Array;
}

/** A sparse matrix by rows: row r has `values[offsets[r]]` … in the columns `columns[offsets[r]]` … */
export interface SparseRows {
  /** Rows + 1. */
  offsets: Uint32Array;
  columns: Uint32Array;
  values: Float32Array;
}
