export { type BodyReadOptions, readBody } from "./file.js";
export { jointNames, smplJoints, smplParents } from "./jointNames.js";
export { bodyKeypoints } from "./keypoints.js";
export type { BodyModel, Corrective, SparseRows } from "./model.js";
export { vertexNormals } from "./normals.js";
export { type OpenBodyOptions, openBody } from "./openBody.js";
export { type OpenBodyShapes, openBodyShapes, type PersonAttributes } from "./openBodyShapes.js";
export { type OpenBodySources, packOpenBody } from "./openBodyWriter.js";
export { type BodySkinner, bodySkinner, regress, type SkinnerOptions } from "./skinning.js";
