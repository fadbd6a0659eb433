import { randomUUID } from "node:crypto";
import { mkdir, readFile, rename, rm, stat, utimes, writeFile } from "node:fs/promises";
import { hostname } from "node:os";
import { dirname } from "node:path";
import { setTimeout as pause } from "node:timers/promises";
import { fileError } from "../files/whole.js";

/** Milliseconds between looks at a lock that somebody holds, between signs of life, and without one until it counts as left behind. */
const LOOK = 200;
const SIGN = 10_000;
const LEFT = 60_000;

export interface LockOptions {
  signal?: AbortSignal | undefined;
  /** Called once when somebody else holds the lock. */
  onWait?(holder: string): void;
}

/**
 * Does work while holding a lock file, so that two processes never do it at once. The lock of a process that died is
 * taken over: at once where that can be seen, after a minute without a sign of life otherwise (another machine).
 *
 * @throws MareyError `FILE_WRITE` when no lock can be made there; what the work throws.
 */
export async function withLock<Result>(
  path: string,
  work: () => Promise<Result>,
  options: LockOptions = {},
): Promise<Result> {
  const mine = `${process.pid} ${hostname()} ${randomUUID()}`;
  await acquire(path, mine, options);
  const life = setInterval(() => void utimes(path, new Date(), new Date()).catch(() => {}), SIGN);
  try {
    return await work();
  } finally {
    clearInterval(life);
    if ((await contentOf(path)) === mine) await rm(path, { force: true });
  }
}

async function acquire(path: string, mine: string, { signal, onWait }: LockOptions): Promise<void> {
  for (let waiting = false; ; ) {
    signal?.throwIfAborted();
    try {
      await mkdir(dirname(path), { recursive: true });
      return await writeFile(path, mine, { flag: "wx" });
    } catch (cause) {
      if ((cause as NodeJS.ErrnoException).code !== "EEXIST") throw fileError("FILE_WRITE", path, cause);
    }
    const holder = await contentOf(path);
    if (holder === undefined) {
      await pause(LOOK, undefined, { signal }); // just released, or not for us to read
      continue;
    }
    if (await isLeft(path, holder)) {
      await takeAway(path, holder);
      continue;
    }
    if (!waiting) onWait?.(`process ${holder.split(" ")[0]}`);
    waiting = true;
    await pause(LOOK, undefined, { signal });
  }
}

const contentOf = (path: string) => readFile(path, "utf8").catch(() => undefined);

async function isLeft(path: string, holder: string): Promise<boolean> {
  const [pid, host] = holder.split(" ");
  if (host === hostname() && !isAlive(Number(pid))) return true;
  const silent = await stat(path).then(
    ({ mtimeMs }) => Date.now() - mtimeMs,
    () => 0,
  );
  return silent > LEFT;
}

function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === "EPERM"; // somebody else's
  }
}

/** Of several that find a lock left behind, one moves it away; a newer lock that got moved by mistake is put back. */
async function takeAway(path: string, holder: string): Promise<void> {
  const aside = `${path}.${randomUUID().slice(0, 8)}`;
  try {
    await rename(path, aside);
  } catch {
    return; // another was first
  }
  const moved = await contentOf(aside);
  if (moved !== holder && moved !== undefined) await writeFile(path, moved, { flag: "wx" }).catch(() => {});
  await rm(aside, { force: true });
}
