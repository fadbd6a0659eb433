import { Worker } from "node:worker_threads";
import { MareyError } from "@marey/core";
import type { OpenBodyOptions } from "@marey/core/body";
import type { Sample, StudioOptions } from "@marey/core/world";

/** What a thread is told when it starts. */
export interface StudioTask {
  /** The open body's file. */
  body: Uint8Array;
  mesh: NonNullable<OpenBodyOptions["mesh"]>;
  options: StudioOptions;
}

/** What it answers to the seed of a scene. */
export type StudioAnswer =
  | { samples: Sample[] }
  | { failure: { code?: string; where?: string; what: string; remedy?: string } };

/** Threads that make scenes. */
export interface StudioThreads {
  /**
   * The samples of a scene, from the first thread that is free; those asked for first come first.
   *
   * @param wanted When aborted before a thread has begun with the scene, it is left out and the promise stays open.
   * @throws MareyError of `Studio.scene`, or `STUDIO_THREAD`; each names the scene's seed.
   */
  scene(seed: number, wanted: AbortSignal): Promise<Sample[]>;
  /** Ends the threads, whatever they do. What is asked for later is refused. */
  close(): Promise<void>;
}

interface Asked {
  seed: number;
  wanted: AbortSignal;
  resolve(samples: Sample[]): void;
  reject(error: Error): void;
}

interface Thread {
  worker: Worker;
  /** What it works at. */
  at?: Asked | undefined;
  dead: boolean;
}

/** From sources, a thread reads TypeScript as the program does. */
const isSource = import.meta.url.endsWith(".ts");

function openWorker(task: StudioTask): Worker {
  if (!isSource) return new Worker(new URL("./studioWorker.js", import.meta.url), { workerData: task });
  const file = new URL("./studioWorker.ts", import.meta.url).href;
  const program = `import(${JSON.stringify(import.meta.resolve("tsx/esm/api"))}).then((tsx) => { tsx.register(); return import(${JSON.stringify(file)}); })`;
  return new Worker(program, { eval: true, workerData: task, execArgv: ["--conditions=marey-source"] });
}

/** Starts threads that all make scenes in the same way. @param count 1 or more. */
export function openStudioThreads(task: StudioTask, count: number): StudioThreads {
  const queue: Asked[] = [];
  let closed = false;
  const threads = Array.from({ length: count }, (): Thread => ({ worker: openWorker(task), dead: false }));
  const next = (thread: Thread) => {
    do thread.at = queue.shift();
    while (thread.at?.wanted.aborted);
    // A thread without work must not keep the program alive.
    if (!thread.at) return void thread.worker.unref();
    thread.worker.ref();
    thread.worker.postMessage(thread.at.seed);
  };
  for (const thread of threads) {
    thread.worker.on("message", (answer: StudioAnswer) => {
      const asked = thread.at;
      next(thread);
      if (!asked) return;
      if ("samples" in answer) asked.resolve(answer.samples);
      else asked.reject(failed(asked.seed, answer.failure));
    });
    const end = (what: string) => {
      thread.dead = true;
      thread.at?.reject(failed(thread.at.seed, { what }));
      thread.at = undefined;
      if (threads.every(({ dead }) => dead))
        for (const { seed, reject } of queue.splice(0)) reject(failed(seed, { what }));
    };
    thread.worker.on("error", (error) => end(String(error?.stack ?? error)));
    thread.worker.on("exit", () => end("its thread has ended"));
    thread.worker.unref();
  }
  return {
    scene: (seed, wanted) =>
      new Promise((resolve, reject) => {
        if (closed || threads.every(({ dead }) => dead))
          return reject(failed(seed, { what: "its threads have ended" }));
        queue.push({ seed, wanted, resolve, reject });
        const idle = threads.find(({ at, dead }) => !at && !dead);
        if (idle) next(idle);
      }),
    async close() {
      closed = true;
      await Promise.all(threads.map(({ worker }) => worker.terminate()));
    },
  };
}

function failed(
  seed: number,
  { code, where, what, remedy }: Extract<StudioAnswer, { failure: object }>["failure"],
): MareyError {
  const place = where === undefined || where === `scene ${seed}` ? "" : `, ${where}`;
  const said = [
    `studio scene ${seed}${place}`,
    what,
    remedy ?? "Report this with the seed of the scene",
  ] as const;
  return code === undefined ? new MareyError("STUDIO_THREAD", ...said) : new MareyError(code, ...said);
}
