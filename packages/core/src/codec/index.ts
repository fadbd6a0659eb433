export { type AnchorBoxes, type AnchorOptions, anchorBoxes, type Candidate } from "./anchors.js";
