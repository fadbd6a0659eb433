import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { readWhole } from "../files/whole.js";

/** The file of the open body, beside the sources or the build of @marey/core. */
export const openBodyPath: string = join(
  dirname(fileURLToPath(import.meta.resolve("@marey/core"))),
  "../data/open-body.npz",
);

/**
 * The bytes of the open body that comes with Marey, for `openBody` and `openBodyShapes` of `@marey/core/body`.
 *
 * @throws MareyError `FILE_READ` when it isn't there.
 */
export const readOpenBody = (): Promise<Uint8Array<ArrayBuffer>> => readWhole(openBodyPath);
