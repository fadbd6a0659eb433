import { createHash } from "node:crypto";
import { createReadStream } from "node:fs";
import { fileError } from "../files/whole.js";

/** Digests of a file, in hexadecimal. */
export interface Digests {
  sha256: string;
  md5: string;
  size: number;
}

/** SHA-256 of bytes, in hexadecimal. */
export const sha256Of = (bytes: Uint8Array): string => createHash("sha256").update(bytes).digest("hex");

/** The digests of a file of any size. @throws MareyError `FILE_READ`. */
export async function digestsOf(path: string, signal?: AbortSignal): Promise<Digests> {
  const [sha256, md5] = [createHash("sha256"), createHash("md5")];
  let size = 0;
  try {
    for await (const chunk of createReadStream(path, { highWaterMark: 1 << 20, signal })) {
      sha256.update(chunk);
      md5.update(chunk);
      size += chunk.length;
    }
  } catch (cause) {
    throw fileError("FILE_READ", path, cause);
  }
  return { sha256: sha256.digest("hex"), md5: md5.digest("hex"), size };
}
