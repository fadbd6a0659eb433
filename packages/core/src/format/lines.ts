import { MareyError } from "../error.js";

/**
 * Decodes a text file and cuts it into lines without their ends (`\n` or `\r\n`); a byte order mark is dropped.
 *
 * @throws MareyError `TEXT_INVALID` when the bytes are not UTF-8, or too many for one text.
 */
export function readLines(bytes: Uint8Array, name: string): string[] {
  return readText(bytes, name).split(/\r?\n/);
}

/**
 * Decodes a UTF-8 file.
 *
 * @throws MareyError `TEXT_INVALID` when the bytes are not UTF-8, or too many for one text.
 */
export function readText(bytes: Uint8Array, name: string): string {
  try {
    return new TextDecoder("utf-8", { fatal: true }).decode(bytes);
  } catch (cause) {
    throw new MareyError("TEXT_INVALID", name, "not a text in UTF-8", "Check that this is the right file", {
      cause,
    });
  }
}

/**
 * Parses a JSON file.
 *
 * @throws MareyError `JSON_INVALID` with what the parser found, or `TEXT_INVALID`.
 */
export function readJson(bytes: Uint8Array, name: string): unknown {
  const text = readText(bytes, name);
  try {
    return JSON.parse(text);
  } catch (cause) {
    const what = bytes.length === 0 ? "the file is empty" : `not valid JSON (${(cause as Error).message})`;
    throw new MareyError(
      "JSON_INVALID",
      name,
      what,
      "The file is truncated or damaged: write it again, or remove it",
      { cause },
    );
  }
}
