import type { Operations } from "./fixture.js";

/** The operations of the golden group `formats` on the code of this project. */
export const formats: Operations = {};
