import type { Operations } from "./fixture.js";

/** The operations of the golden group `geometry` on the code of this project. */
export const geometry: Operations = {};
