import { MareyError } from "@marey/core";

/**
 * Reads a time as people write it: `12.5` seconds, `1:02` minutes and seconds, `00:01:02.5` with hours.
 *
 * @returns Seconds.
 * @throws MareyError `TIME_CODE` for any other text.
 */
export function readTimeCode(text: string): number {
  const found = /^(?:(?:(\d+):)?(\d+):)?(\d+(?:[.,]\d+)?|[.,]\d+)$/.exec(text.trim());
  const [, hours = "0", minutes = "0", rest = ""] = found ?? [];
  const seconds = Number(rest.replace(",", "."));
  const large =
    (found?.[2] !== undefined && seconds >= 60) || (found?.[1] !== undefined && Number(minutes) >= 60);
  const total = Number(hours) * 3600 + Number(minutes) * 60 + seconds;
  if (found && !large && Number.isFinite(total)) return total;
  throw new MareyError(
    "TIME_CODE",
    `time "${text}"`,
    large ? "minutes and seconds after a colon go to 59" : "it is no time",
    "Write seconds (12.5), minutes and seconds (1:02), or hours, minutes and seconds (00:01:02.5)",
  );
}
