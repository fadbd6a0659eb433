export type { BodyModel, Corrective, SparseRows } from "./model.js";
