export { type LiftSettings, lift } from "./lift.js";
export { type LifterCard, type OpenedLifter, openDefaultLifter, writeLifter } from "./lifter.js";
export type { LiftHost } from "./people.js";
