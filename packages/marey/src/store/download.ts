import { rm } from "node:fs/promises";
import { setTimeout as pause } from "node:timers/promises";
import { MareyError } from "@marey/core";
import { fileError } from "../files/whole.js";
import { type Begun, discardPart, keepState, openPart, resumable, sizeOf } from "./part.js";
import { reasonOf, request } from "./request.js";

export interface DownloadOptions {
  /** Bytes that the file must have, where they are known. */
  size?: number | undefined;
  /** A digest will tell whether pieces of two answers belong together, so that any server may go on where another stopped. */
  checked?: boolean;
  /** Seconds without a byte after which a server counts as stalled; 30 when absent. */
  patience?: number | undefined;
  /** Seconds before the second try, doubled for each further one; 1 when absent. */
  pause?: number | undefined;
  signal?: AbortSignal | undefined;
  /** Bytes so far, and all of them if the server says. */
  onProgress?(done: number, total: number | undefined): void;
  onNote?(line: string): void;
}

/** Tries without a new byte before it is given up. */
const TRIES = 5;

/** How a try ended: with all bytes, or with a trouble that may pass. */
type Outcome = { url: string } | { trouble: string };

/**
 * Fetches a file into a part file, going on where an earlier attempt stopped if the server can and the file is still the
 * same. The part stays when anything goes wrong, Ctrl-C included.
 *
 * @param urls Addresses of one file: the next is asked when one doesn't have it or can't be reached.
 * @returns The address that gave it.
 * @throws MareyError `DOWNLOAD_FAILED`, `DOWNLOAD_STATUS`, `DOWNLOAD_REDIRECT`, `DOWNLOAD_SIZE`, `FILE_WRITE`.
 */
export async function download(
  urls: readonly string[],
  part: string,
  options: DownloadOptions = {},
): Promise<string> {
  const failures: MareyError[] = [];
  for (const url of urls) {
    try {
      return await downloadOne(url, part, options);
    } catch (error) {
      if (!(error instanceof MareyError) || !/^DOWNLOAD_/.test(error.code)) throw error;
      failures.push(error);
    }
  }
  const [first, ...others] = failures;
  if (!first || others.length === 0) throw first;
  const also = others.map((other) => `${other.where}: ${other.what}`).join("; ");
  const { code, where, what, remedy } = first;
  throw new MareyError(code, where, `${what}; ${also}`, remedy, { cause: first });
}

async function downloadOne(url: string, part: string, options: DownloadOptions): Promise<string> {
  const { pause: seconds = 1, signal, onNote } = options;
  for (let tries = 1, reached = false; ; tries++, reached = true) {
    const before = await sizeOf(part);
    const outcome = await attempt(url, part, options).catch((error) => {
      // A server that answered a moment ago may come back; one that never did is another matter.
      if (reached && error instanceof MareyError && error.code === "DOWNLOAD_FAILED")
        return { trouble: error.what };
      throw error;
    });
    if ("url" in outcome) return outcome.url;
    if ((await sizeOf(part)) > before) tries = 1;
    if (tries >= TRIES)
      throw new MareyError(
        "DOWNLOAD_FAILED",
        url,
        `${outcome.trouble}, ${TRIES} times in a row`,
        "Run the command again later: it goes on where it stopped",
      );
    const wait = seconds * 2 ** (tries - 1);
    onNote?.(`${outcome.trouble}; trying again in ${wait} s`);
    await pause(wait * 1000, undefined, { signal });
  }
}

/** One request and its bytes. */
async function attempt(url: string, part: string, options: DownloadOptions): Promise<Outcome> {
  const { patience = 30, signal } = options;
  const silence = new AbortController();
  const either = signal ? AbortSignal.any([signal, silence.signal]) : silence.signal;
  let timer: NodeJS.Timeout | undefined;
  const listen = () => {
    clearTimeout(timer);
    timer = setTimeout(() => silence.abort(STALLED), patience * 1000);
  };
  listen();
  try {
    return await fetchRest(url, part, options, either, listen);
  } catch (error) {
    if (signal?.aborted || error !== STALLED) throw error;
    return { trouble: `the server sent nothing for ${patience} s` };
  } finally {
    clearTimeout(timer);
  }
}

const STALLED = new Error("stalled");

async function fetchRest(
  url: string,
  part: string,
  options: DownloadOptions,
  signal: AbortSignal,
  listen: () => void,
): Promise<Outcome> {
  const begun = await resumable(url, part, options.checked);
  const headers = begun ? rangeFrom(begun.done, begun.validator) : {};
  const { response, url: from } = await request(url, headers, signal);
  const { status } = response;
  listen();
  try {
    const start = status === 206 && begun ? await continuedAt(response, begun) : 0;
    if (status === 416 && begun) return await finishedOrAnew(response, part, begun.done, from);
    if (status === 206 && start === undefined) {
      await rm(part, { force: true });
      return { trouble: "the server sent another piece than was asked for" };
    }
    if (status !== 200 && status !== 206) return refusal(url, status);
    if (begun && start === 0)
      options.onNote?.("the server begins anew: it can't continue, or the file has changed");
    const total = totalOf(response, start ?? 0);
    requireSize(url, total, options.size);
    await keepState(part, { url, ...(total !== undefined && { total }), ...validatorOf(response) });
    return await save(response, part, { ...options, start: start ?? 0, total, from, listen, signal });
  } finally {
    if (!response.bodyUsed) await response.body?.cancel().catch(() => {});
  }
}

const rangeFrom = (done: number, validator: string | undefined) => ({
  range: `bytes=${done}-`,
  ...(validator !== undefined && { "if-range": validator }),
});

/** Weak ETags say that two files mean the same, not that their bytes are the same. */
function validatorOf({ headers }: Response): { validator?: string } {
  const etag = headers.get("etag");
  const validator = etag !== null && !etag.startsWith("W/") ? etag : headers.get("last-modified");
  return validator === null ? {} : { validator };
}

const contentRange = ({ headers }: Response) =>
  /^bytes (?:(\d+)-(\d+)|\*)\/(\d+|\*)$/.exec(headers.get("content-range") ?? "") ?? [];

/** Where a partial answer begins, undefined when that isn't where the part ends or the file is another. */
async function continuedAt(
  response: Response,
  { done, total, validator }: Begun,
): Promise<number | undefined> {
  const [, start, , all] = contentRange(response);
  const now = validatorOf(response).validator;
  const same = validator === undefined || now === undefined || now === validator;
  const sameTotal = total === undefined || all === "*" || Number(all) === total;
  return Number(start) === done && same && sameTotal ? done : undefined;
}

/** "Range not satisfiable": there is no byte after the part, because it is whole or because the file is another. */
async function finishedOrAnew(
  response: Response,
  part: string,
  done: number,
  from: string,
): Promise<Outcome> {
  const [, , , all] = contentRange(response);
  if (Number(all) === done) return { url: from };
  await discardPart(part);
  return { trouble: "what was fetched before is longer than the server's file" };
}

function totalOf({ headers }: Response, start: number): number | undefined {
  const length = headers.get("content-length");
  return length === null ? undefined : start + Number(length);
}

function requireSize(url: string, total: number | undefined, size: number | undefined): void {
  if (size === undefined || total === undefined || total === size) return;
  throw new MareyError(
    "DOWNLOAD_SIZE",
    url,
    `the server's file has ${total} bytes, expected ${size}`,
    "It isn't the file that was published: name a mirror with --mirror, or try again later",
  );
}

/** Servers in trouble are asked again; those that have no such file, or give it to others only, are not. */
function refusal(url: string, status: number): Outcome {
  if (status === 408 || status === 429 || status >= 500) return { trouble: `the server answers ${status}` };
  const what: Record<number, string> = {
    401: "it asks for a name and password",
    403: "it doesn't give the file to everybody",
    404: "it has no such file",
    410: "the file is gone",
  };
  throw new MareyError(
    "DOWNLOAD_STATUS",
    url,
    `the server answers ${status}${what[status] ? `: ${what[status]}` : ""}`,
    "Name a mirror with --mirror; a file fetched elsewhere is taken in by `marey models import`",
  );
}

interface Saving extends DownloadOptions {
  signal: AbortSignal;
  start: number;
  total: number | undefined;
  from: string;
  listen(): void;
}

/** Appends an answer's bytes to the part. */
async function save(
  response: Response,
  part: string,
  { start, total, size, from, listen, signal, onProgress }: Saving,
): Promise<Outcome> {
  const file = await openPart(part, start);
  let done = start;
  const most = total ?? size;
  try {
    onProgress?.(done, most);
    for await (const chunk of bodyOf(response, signal)) {
      listen();
      if (chunk instanceof Error) return { trouble: `the connection broke (${reasonOf(chunk)})` };
      done += chunk.length;
      if (most !== undefined && done > most) throw tooLong(from, most);
      await file.write(chunk).catch((cause) => {
        throw fileError("FILE_WRITE", part, cause);
      });
      onProgress?.(done, most);
    }
  } finally {
    await file.close();
  }
  return total !== undefined && done < total ? { trouble: "the connection ended too early" } : { url: from };
}

/** Chunks of an answer; an error of the connection as the last of them, so that errors of the disk stay apart. */
async function* bodyOf(response: Response, signal: AbortSignal): AsyncGenerator<Uint8Array | Error> {
  try {
    for await (const chunk of response.body ?? []) yield chunk;
  } catch (error) {
    signal.throwIfAborted();
    yield error as Error;
  }
}

const tooLong = (url: string, most: number) =>
  new MareyError(
    "DOWNLOAD_SIZE",
    url,
    `the server sends more than the ${most} bytes that the file has`,
    "It isn't the file that was published: name a mirror with --mirror, or try again later",
  );
