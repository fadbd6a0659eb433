/** Milliseconds. */
export interface Timing {
  readonly clock: number;
  /** Of all threads. */
  readonly processor: number;
}

export async function timed(work: () => Promise<unknown>): Promise<Timing> {
  const lap = lapClock();
  await work();
  return lap();
}

/** A clock that tells the time since it was asked last. */
export function lapClock(): () => Timing {
  let [begin, used] = [performance.now(), process.cpuUsage()];
  return () => {
    const { user, system } = process.cpuUsage(used);
    const lap = { clock: performance.now() - begin, processor: (user + system) / 1000 };
    [begin, used] = [performance.now(), process.cpuUsage()];
    return lap;
  };
}

export const median = (list: readonly number[]): number =>
  [...list].sort((a, b) => a - b)[list.length >> 1] ?? Number.NaN;

export const row = (title: string, cells: readonly string[]): string =>
  title.padEnd(34) + cells.map((cell) => cell.padStart(12)).join("");
