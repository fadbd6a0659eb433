import { MareyError } from "@marey/core";
import { z } from "zod";

/**
 * Reads a card from the bytes of its file.
 *
 * @param remedy What a person can do about a damaged one.
 * @throws MareyError `CARD_INVALID` saying which fields are wrong, or that it is no JSON.
 */
export function readJsonCard<Schema extends z.ZodType>(
  schema: Schema,
  bytes: Uint8Array,
  where: string,
  remedy = "Correct the card, or copy it again",
): z.output<Schema> {
  const parsed = schema.safeParse(readJson(bytes, where, remedy));
  if (parsed.success) return parsed.data;
  const what = z.prettifyError(parsed.error).replaceAll(/\s*\n\s*/g, "; ");
  throw new MareyError("CARD_INVALID", where, what, remedy, { cause: parsed.error });
}

/** What a JSON file holds. @throws MareyError `CARD_INVALID` when it is none. */
export function readJson(bytes: Uint8Array, where: string, remedy: string): unknown {
  try {
    return JSON.parse(new TextDecoder().decode(bytes));
  } catch (cause) {
    const what = `it is no JSON (${(cause as Error).message})`;
    throw new MareyError("CARD_INVALID", where, what, remedy, { cause });
  }
}

/** The text of a JSON file. */
export const jsonText = (value: unknown): string => `${JSON.stringify(value, undefined, 2)}\n`;
