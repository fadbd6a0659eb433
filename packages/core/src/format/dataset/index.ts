export type { AnnotatedImage, AnnotatedPerson, Annotations } from "./annotations.js";
export { readCarFusion } from "./carFusion.js";
export { readFacePoints } from "./facePoints.js";
export { type InterHandFiles, readFreiHand, readInterHand } from "./hands.js";
export { type LspFlag, lspAnnotations, readLsp } from "./lsp.js";
export { readAnnotations } from "./readAnnotations.js";
