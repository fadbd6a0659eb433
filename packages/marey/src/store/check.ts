import { MareyError } from "@marey/core";
import type { CatalogueEntry } from "./catalogueEntry.js";
import type { Digests } from "./digest.js";
import type { PullRecord } from "./pullRecord.js";

/** In what a file differs from what is known of it, undefined when in nothing. */
export function mismatch({ digest, size }: CatalogueEntry, found: Digests): string | undefined {
  const { sha256, md5, sha256Prefix } = digest;
  if (size !== undefined && found.size !== size) return `it has ${found.size} bytes, expected ${size}`;
  if (sha256 !== undefined && found.sha256 !== sha256)
    return `its SHA-256 is ${found.sha256}, expected ${sha256}`;
  if (md5 !== undefined && found.md5 !== md5) return `its MD5 is ${found.md5}, expected ${md5}`;
  if (sha256Prefix !== undefined && !found.sha256.startsWith(sha256Prefix))
    return `its SHA-256 is ${found.sha256}, expected one that begins with ${sha256Prefix}`;
  return undefined;
}

/** In what a file differs from the one that came the last time. */
export const changed = ({ file }: PullRecord, found: Digests): string | undefined =>
  file && file.sha256 !== found.sha256
    ? `its SHA-256 is ${found.sha256}, but the file that came on ${file.fetched.slice(0, 10)} had ${file.sha256}`
    : undefined;

/** What is said of a file that isn't the one that was expected. */
export const digestError = ({ name }: CatalogueEntry, url: string, problem: string) =>
  new MareyError(
    "DOWNLOAD_DIGEST",
    url,
    `this isn't the file that was expected: ${problem}`,
    `Try another mirror; if you trust the new file, \`marey models remove ${name}\` forgets the old one where none was published`,
  );
