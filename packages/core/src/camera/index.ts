export type { Camera, Rig } from "./camera.js";
