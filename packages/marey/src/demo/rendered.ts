import { join } from "node:path";
import type { Act } from "@marey/core/world";
import { type RenderHost, renderWorld, type WorldSettings } from "../world/index.js";
import { clearDemo, SIGN } from "./folder.js";

/** Two people who walk towards each other, cross closely, and then wave and talk. */
const ACTS: readonly Act[] = [
  {
    start: { x: -1, z: -0.45, yaw: 1.1 },
    actions: [
      {
        do: "walk",
        to: [
          [0, 0.28],
          [0.8, 0.5],
        ],
        speed: 1.3,
      },
      { do: "wave", seconds: 3 },
    ],
  },
  {
    start: { x: 1.05, z: 0.35, yaw: -1.9 },
    actions: [
      {
        do: "walk",
        to: [
          [0.1, -0.32],
          [-0.75, -0.4],
        ],
        speed: 1.25,
      },
      { do: "talk", seconds: 3 },
    ],
  },
];

/** The rendered demo's scene. */
export function demoScene(seed: number, size: Partial<WorldSettings> = {}): WorldSettings {
  return {
    ...{ people: 2, cameras: 4, seconds: 4, fps: 20, width: 640, height: 360, seed },
    ...{ motion: [], handHeld: false, channels: ["colour"], acts: ACTS },
    ...size,
  };
}

/**
 * Renders the demo's scene as a session; an earlier demo in the folder is replaced.
 *
 * @returns The file of the truth.
 * @throws MareyError of `clearDemo` and `renderWorld`.
 */
export async function renderDemo(
  folder: string,
  scene: WorldSettings,
  { force }: { force?: boolean },
  host: RenderHost,
): Promise<string> {
  await clearDemo(folder, force);
  await renderWorld(scene, { out: folder, force: true, sign: SIGN }, host);
  return join(folder, "truth", "coco17.npz");
}
