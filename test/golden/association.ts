import type { Operations } from "./fixture.js";

/** The operations of the golden group `association` on the code of this project. */
export const association: Operations = {};
