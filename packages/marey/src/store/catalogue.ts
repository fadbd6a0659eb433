import { MareyError } from "@marey/core";
import type { CatalogueEntry } from "./catalogueEntry.js";
import { mmposeWeights } from "./catalogueMmpose.js";
import { openPoseWeights } from "./catalogueOpenPose.js";
import { rtmNetworks } from "./catalogueRtm.js";
import { videoPose3dWeights } from "./catalogueVideoPose3d.js";

/**
 * Published weights that can be fetched. Digests and sizes are those that publishers state, or that several who fetched
 * the files wrote down independently; what isn't known for certain is left out, and the file is trusted on first use.
 */
export const catalogue: readonly CatalogueEntry[] = [
  ...openPoseWeights,
  ...rtmNetworks,
  ...videoPose3dWeights,
  ...mmposeWeights,
];

/** An entry by its name. @throws MareyError `NETWORK_UNKNOWN` with the names that there are. */
export function catalogueEntry(name: string): CatalogueEntry {
  const entry = catalogue.find((each) => each.name === name);
  if (entry) return entry;
  throw new MareyError(
    "NETWORK_UNKNOWN",
    `"${name}"`,
    "the catalogue has no such model",
    `Take one of ${catalogue.map((each) => each.name).join(", ")}; a file that you have is taken in by \`marey models import\``,
  );
}

/** What to say of a name that is in the catalogue but not stored; undefined for other names. */
export const notPulled = (code: string, name: string): MareyError | undefined =>
  catalogue.some((entry) => entry.name === name)
    ? new MareyError(
        code,
        `"${name}"`,
        "this model of the catalogue isn't stored here",
        `Fetch it with \`marey models pull ${name}\``,
      )
    : undefined;
