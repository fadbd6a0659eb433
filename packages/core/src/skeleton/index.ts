export { type JointRow, type Skeleton, skeleton } from "./skeleton.js";
