import { readdir, rm, rmdir } from "node:fs/promises";
import { dirname, join, resolve } from "node:path";
import { MareyError } from "@marey/core";
import type { Image } from "@marey/core/image";
import { type FileSet, fileSet } from "../files/index.js";
import { fileError, makeFolder } from "../files/whole.js";
import { writeImage } from "../video/index.js";
import { claimed } from "./claimed.js";
import { nameSet } from "./nameSet.js";

/** A folder with files of each frame, each of which appears whole as soon as it is written. */
export interface FrameFiles {
  /** @throws MareyError `FILE_EXISTS`, `FILE_WRITE`; `DETECT_NAMES` for a name that was written already. */
  write(name: string, content: string | Uint8Array): Promise<void>;
  /** Writes a picture; the name's ending gives the format. @throws MareyError `IMAGE_FORMAT` too. */
  writePicture(name: string, image: Image): Promise<void>;
  /** Removes what an earlier, longer run left: the files that `isOurs` knows and that weren't written now. */
  removeOthers(isOurs: (name: string) => boolean): Promise<void>;
  /** Removes everything that was written. */
  discard(): Promise<void>;
}

/** Opens a folder for files of each frame; it is made with the first of them. */
export function frameFiles(folder: string, { force }: { force?: boolean }): FrameFiles {
  const written = nameSet();
  /** The uppermost folder that there wasn't. */
  let made: string | undefined;
  let ready: Promise<unknown> | undefined;
  const prepare = () =>
    makeFolder(folder).then(
      ([first]) => {
        made = first;
      },
      (cause) => Promise.reject(fileError("FILE_WRITE", folder, cause)),
    );
  async function publish(
    name: string,
    write: (files: FileSet, path: string) => Promise<void>,
  ): Promise<void> {
    if (written.has(name))
      throw new MareyError(
        "DETECT_NAMES",
        join(folder, name),
        "two pictures of the input would be written here: their names differ in folder or ending only",
        "Detect them one by one, each into a folder of its own",
      );
    ready ??= prepare();
    await ready;
    const files = fileSet({ force });
    try {
      await write(files, join(folder, name));
      await files.publish();
      written.add(name);
    } finally {
      await files.discard();
    }
  }
  return {
    write: (name, content) => publish(name, (files, path) => files.write(path, content)),
    writePicture: (name, image) =>
      publish(name, async (files, path) => {
        const file = await claimed(files, path);
        await file.written(writeImage(file.temporary, image));
      }),
    async removeOthers(isOurs) {
      for (const name of await readdir(folder).catch(() => []))
        if (isOurs(name) && !written.has(name)) await rm(join(folder, name), { force: true });
    },
    async discard() {
      for (const name of written.names()) await rm(join(folder, name), { force: true });
      written.clear();
      if (made === undefined) return;
      const top = resolve(made).length;
      // One that holds something else stays.
      for (let at = resolve(folder); at.length >= top; at = dirname(at))
        await rmdir(at).catch(() => undefined);
    },
  };
}
