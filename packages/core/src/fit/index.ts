export {
  type AdjustedBody,
  adjustBody,
  type BodyAdjuster,
  type BodyAdjustmentOptions,
  bodyAdjuster,
} from "./bodyAdjustment.js";
export { type Contact, type ContactOptions, footContacts } from "./contact.js";
export { type FitOptions, type FitReport, fitMotion } from "./fit.js";
export type { Bone } from "./rest.js";
export { type Tree, treeOf } from "./tree.js";
