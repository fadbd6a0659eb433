import { MareyError } from "@marey/core";

/** An answer, and the address that gave it after all redirects. */
export interface Answer {
  response: Response;
  url: string;
}

/** Redirects that are followed at most. */
const REDIRECTS = 10;

/**
 * Asks a server for a file, following redirects by hand: so loops and a way from https to http are seen.
 *
 * @throws MareyError `DOWNLOAD_REDIRECT`; `DOWNLOAD_FAILED` when no server can be reached; what the signal throws.
 */
export async function request(
  url: string,
  headers: Readonly<Record<string, string>>,
  signal: AbortSignal,
): Promise<Answer> {
  const seen = new Set<string>();
  for (let at = url; ; ) {
    seen.add(at);
    const response = await ask(at, headers, signal);
    if (!isRedirect(response.status)) return { response, url: at };
    await response.body?.cancel();
    at = nextAddress(at, response.headers.get("location"), seen);
  }
}

const isRedirect = (status: number) => [301, 302, 303, 307, 308].includes(status);

async function ask(url: string, headers: Readonly<Record<string, string>>, signal: AbortSignal) {
  try {
    // Packed answers would have other bytes than those that ranges count.
    return await fetch(url, {
      headers: { ...headers, "accept-encoding": "identity" },
      redirect: "manual",
      signal,
    });
  } catch (cause) {
    if (signal.aborted) throw signal.reason;
    throw new MareyError(
      "DOWNLOAD_FAILED",
      url,
      `the server can't be reached (${reasonOf(cause)})`,
      "Check the connection, or name a mirror with --mirror; a file fetched elsewhere is taken in by `marey models import`",
      { cause },
    );
  }
}

function nextAddress(from: string, location: string | null, seen: ReadonlySet<string>): string {
  const refuse = (what: string) =>
    new MareyError("DOWNLOAD_REDIRECT", from, what, "Try again later, or name a mirror with --mirror");
  const to = location === null || !URL.canParse(location, from) ? undefined : new URL(location, from).href;
  if (to === undefined) throw refuse("the server redirects to nowhere");
  if (seen.has(to)) throw refuse(`the server redirects in a circle, back to ${to}`);
  if (seen.size > REDIRECTS) throw refuse(`the server redirects more than ${REDIRECTS} times`);
  if (!/^https?:/.test(to)) throw refuse(`the server redirects to ${to}, which is no web address`);
  if (from.startsWith("https:") && !to.startsWith("https:"))
    throw refuse(`the server redirects from https to ${to}, which anybody on the way could change`);
  return to;
}

/** What a failure of the network was, as short as the system says it. */
export function reasonOf(error: unknown): string {
  const cause = error instanceof Error && error.cause instanceof Error ? error.cause : error;
  if (!(cause instanceof Error)) return String(cause);
  return (cause as NodeJS.ErrnoException).code ?? cause.message;
}
