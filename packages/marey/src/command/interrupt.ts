/**
 * What is thrown where work ends because it was interrupted.
 *
 * @param told What the person who interrupted it is told: where it ended and what is kept, such as `walk.mp4: interrupted after
 *   20 of 90 frames: nothing of it is kept`.
 */
export const interruption = (told: string): DOMException => new DOMException(told, "AbortError");

/**
 * Runs work that can be interrupted by Ctrl-C or a request to end: its signal is aborted, it cleans up, a line on standard
 * error says so, and the process ends with 130. A second Ctrl-C ends it at once.
 *
 * @param told What is said where the work doesn't throw an `interruption` that knows more.
 */
export async function interruptible<Result>(
  work: (signal: AbortSignal) => Promise<Result>,
  told = "interrupted",
): Promise<Result> {
  const controller = new AbortController();
  const interrupt = () => {
    if (controller.signal.aborted) process.exit(interrupted);
    controller.abort(interruption(told));
  };
  process.on("SIGINT", interrupt);
  process.on("SIGTERM", interrupt);
  try {
    return await work(controller.signal);
  } catch (error) {
    if (!controller.signal.aborted) throw error;
    process.stderr.write(`${toldBy(error, told).join("\n")}\n`);
    process.exit(interrupted);
  } finally {
    process.off("SIGINT", interrupt);
    process.off("SIGTERM", interrupt);
  }
}

/** What interruptions among errors say; what else went wrong is a consequence. */
export function toldBy(error: unknown, otherwise: string): string[] {
  const errors: unknown[] = error instanceof AggregateError ? error.errors : [error];
  const said = errors.flatMap((one) =>
    one instanceof DOMException && one.name === "AbortError" ? [one.message] : [],
  );
  return said.length > 0 ? [...new Set(said)] : [otherwise];
}

/** 128 + SIGINT, as shells expect. */
const interrupted = 130;
