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

/** What is checked of an entry's file, in words. */
export function checkedBy({ digest, unpack }: CatalogueEntry): string {
  const known = [
    ...(digest.sha256 ? ["SHA-256"] : []),
    ...(digest.md5 ? ["MD5"] : []),
    ...(digest.sha256Prefix ? [`first ${digest.sha256Prefix.length} digits of SHA-256`] : []),
    ...(unpack?.sha256 ? ["SHA-256 of what is inside"] : []),
  ];
  return known.join(", ") || "trust on first use";
}
