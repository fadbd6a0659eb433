// For parts that still import from here; goes as soon as none does.
export type { Lights, Triple } from "./shot.js";
