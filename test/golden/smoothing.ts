import type { Operations } from "./fixture.js";

/** The operations of the golden group `smoothing` on the code of this project. */
export const smoothing: Operations = {};
