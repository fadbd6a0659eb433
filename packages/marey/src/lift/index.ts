export { type LiftSettings, lift } from "./lift.js";
export { type OpenedLifter, openDefaultLifter, writeLifter } from "./lifter.js";
export type { LifterCard } from "./lifterCard.js";
export type { LiftHost } from "./people.js";
