import type { Operations } from "./fixture.js";

/** The operations of the golden group `published` on the code of this project. */
export const published: Operations = {};
