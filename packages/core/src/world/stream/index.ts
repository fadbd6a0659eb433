export type { Sample, SampleBody, SamplePerson } from "./sample.js";
