import { setTimeout as sleep } from "node:timers/promises";
import { MareyError } from "@marey/core";
import type { Address } from "./address.js";
import { liveClock } from "./clock.js";
import { type Connection, connect, openFirst } from "./connection.js";
import { type SourceOptions, warn } from "./options.js";

/** How outages are borne. */
export interface OutageOptions extends Pick<SourceOptions, "onWarning" | "onEvent" | "reconnect"> {
  /** Seconds without data that count as an outage. */
  stall: number;
  /** Ends everything. */
  signal: AbortSignal;
}

/** Seconds until the first attempt to reconnect, which double up to the last. */
const [firstWait, lastWait] = [0.5, 10];

const seconds = () => performance.now() / 1000;

/**
 * A stream's frames without end: after an outage it reconnects, numbers go on, and times keep the gap. Each frame's
 * pixels are in its connection's decoder until the next is asked for.
 *
 * @throws MareyError `STREAM_LOST` when an outage lasts longer than `reconnect`; the signal's reason.
 */
export async function* steadyFrames(
  first: Connection,
  addresses: readonly Address[],
  options: OutageOptions,
): AsyncGenerator<{ index: number; time: number; connection: Connection }, void, undefined> {
  const clock = liveClock();
  let connection: Connection | undefined = first;
  let next = 0;
  try {
    for (;;) {
      const base = next;
      for (let place = await connection.next(); place; place = await connection.next()) {
        const index = base + place.index;
        next = index + 1;
        yield { index, time: clock.time(connection.stamp(place), seconds()), connection };
      }
      const { ending } = connection;
      await connection.decoder.close();
      connection = undefined;
      options.signal.throwIfAborted();
      if (options.reconnect === 0 && ending().regular) return;
      connection = await reconnect(addresses, ending().why, options);
      clock.restart();
    }
  } finally {
    await connection?.decoder.close();
  }
}

async function reconnect(
  addresses: readonly Address[],
  why: string,
  options: OutageOptions,
): Promise<Connection> {
  const { reconnect: limit = Number.POSITIVE_INFINITY, stall, signal, onEvent } = options;
  const name = addresses[0]?.name ?? "stream";
  const since = seconds();
  const left = () => limit - (seconds() - since);
  onEvent?.({ kind: "lost", why });
  if (limit > 0)
    warn(options, lost(name, why, "Reconnecting; if it doesn't come back, check its source and the network"));
  let wait = firstWait;
  for (let attempt = 1; left() > 0; attempt++) {
    await sleep(Math.min(wait, left()) * 1000, undefined, { signal }).catch(() => signal.throwIfAborted());
    try {
      const patience = Math.max(0.1, Math.min(stall, left()));
      const demuxer = await openFirst(addresses, patience, signal);
      const connection = await connect(demuxer, stall, signal);
      onEvent?.({ kind: "back", after: seconds() - since, attempts: attempt });
      return connection;
    } catch (error) {
      signal.throwIfAborted();
      wait = Math.min(2 * wait, lastWait);
      onEvent?.({
        kind: "retry",
        attempt,
        wait,
        why: error instanceof MareyError ? error.what : String(error),
      });
    }
  }
  throw lost(
    name,
    limit > 0 ? `${why}; it didn't come back in ${limit} s` : why,
    "Check its source and the network",
  );
}

const lost = (name: string, why: string, remedy: string) =>
  new MareyError("STREAM_LOST", name, `the stream was lost: ${why}`, remedy);
