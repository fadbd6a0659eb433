import { join } from "node:path";
import type { Act } from "@marey/core/world";
import { type RenderHost, renderWorld, type WorldSettings } from "../world/index.js";
import { clearDemo, SIGN } from "./folder.js";

/** Two people who walk up to each other, cross closely, turn around and show each other something. */
const ACTS: readonly Act[] = [
  {
    start: { x: -1.2, z: -0.7, yaw: 1.1 },
    actions: [
      {
        do: "walk",
        to: [
          [0, 0.3],
          [1.1, 0.6],
        ],
        speed: 1.15,
      },
      { do: "turn", to: [-1, -0.4] },
      { do: "wave", seconds: 2 },
    ],
  },
  {
    start: { x: 1.3, z: 0.4, yaw: -1.9 },
    actions: [
      {
        do: "walk",
        to: [
          [0.1, -0.35],
          [-1, -0.5],
        ],
        speed: 1.05,
      },
      { do: "turn", to: [1, 0.5] },
      { do: "talk", seconds: 3 },
    ],
  },
];

/** The rendered demo's scene. */
export function demoScene(seed: number, size: Partial<WorldSettings> = {}): WorldSettings {
  return {
    ...{ people: 2, cameras: 4, seconds: 5, fps: 25, width: 960, height: 540, seed },
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
