import { homedir } from "node:os";
import { join } from "node:path";

/** Where models are kept: `MAREY_MODELS`, or Marey's place in the user's data folder. */
export function modelsFolder(): string {
  const { MAREY_MODELS, XDG_DATA_HOME } = process.env;
  return MAREY_MODELS || join(XDG_DATA_HOME || join(homedir(), ".local", "share"), "marey", "models");
}

/** Where downloads are kept as they came, whole and begun: Marey's place in the user's cache folder. */
export function downloadsFolder(): string {
  return join(process.env.XDG_CACHE_HOME || join(homedir(), ".cache"), "marey", "models");
}
