import { MultiBar, Presets, type SingleBar } from "cli-progress";

/** Progress of one task. */
export interface TaskProgress {
  /**
   * @param total An estimate may change while the task runs.
   * @param note What else there is to say, such as a rate.
   */
  update(done: number, total?: number, note?: string): void;
  end(): void;
}

/** Progress of tasks side by side. */
export interface Progress {
  /** @param begun What was done before, of which the estimate of the time left knows nothing. */
  task(name: string, begun?: number): TaskProgress;
  /** Prints a line beside the bars. */
  log(line: string): void;
  /** Ends all bars, so that other lines can be printed. */
  stop(): void;
}

export interface ProgressOptions {
  /** Print nothing. */
  silent?: boolean;
  /** Where to print; standard error when absent. */
  stream?: NodeJS.WriteStream;
}

/** Milliseconds between plain lines of one task. */
const pause = 5000;

/** Bars with an estimate of the time left on a terminal, plain lines otherwise, nothing when silent. */
export function openProgress({ silent = false, stream = process.stderr }: ProgressOptions = {}): Progress {
  const nothing = () => {};
  if (silent) return { task: () => ({ update: nothing, end: nothing }), log: nothing, stop: nothing };
  return stream.isTTY ? barProgress(stream) : lineProgress(stream);
}

function barProgress(stream: NodeJS.WriteStream): Progress {
  const bars = new MultiBar(
    {
      format: "{name} {bar} {value}/{total}  {eta_formatted} left  {note}",
      hideCursor: true,
      stream,
      clearOnComplete: false,
    },
    Presets.shades_classic,
  );
  const width = 18;
  // Whoever ends the process in the middle would leave a terminal without its cursor.
  const restore = () => bars.stop();
  process.once("exit", restore);
  return {
    task(name, begun = 0) {
      const shown = name.length > width ? `…${name.slice(1 - width)}` : name.padEnd(width);
      let bar: SingleBar | undefined;
      return {
        update(done, total, note = "") {
          // A bar without a known length would jump: what has something to say gets a line, anything else waits.
          if (total === undefined && note === "") return;
          bar ??=
            total === undefined
              ? bars.create(0, begun, { name: shown, note }, { format: "{name} {value}  {note}" })
              : bars.create(total, begun, { name: shown, note });
          bar.setTotal(Math.max(total ?? 0, done));
          bar.update(done, { note });
        },
        end: () => bar?.stop(),
      };
    },
    log(line) {
      if (!bars.isActive) return void stream.write(`${line}\n`);
      bars.log(`${line}\n`);
      // Drawn now: lines that wait for the next time are lost when the bars end before.
      bars.update();
    },
    stop: () => {
      process.off("exit", restore);
      bars.stop();
    },
  };
}

function lineProgress(stream: NodeJS.WriteStream): Progress {
  return {
    task(name, begun = 0) {
      const begin = performance.now();
      let said = begin;
      let last = begun;
      return {
        update(done, total, note) {
          last = done;
          const now = performance.now();
          if (now - said < pause) return;
          said = now;
          const left = total ? ((now - begin) / (done - begun)) * Math.max(0, total - done) : undefined;
          const estimate = left === undefined ? "" : `/${total}, about ${Math.ceil(left / 1000)} s left`;
          stream.write(`${name}: ${done}${estimate}${note ? `, ${note}` : ""}\n`);
        },
        end: () => {
          const seconds = ((performance.now() - begin) / 1000).toFixed(1);
          stream.write(`${name}: ${last > 0 ? `${last} ` : ""}done in ${seconds} s\n`);
        },
      };
    },
    log: (line) => {
      stream.write(`${line}\n`);
    },
    stop: () => {},
  };
}
