import type { Frame } from "node-av/lib";
import type { Library } from "./library.js";
import type { Turn } from "./turn.js";

/** What is known of a decoded frame besides its pixels. */
export interface Label {
  index: number;
  /** Seconds from the first frame. */
  time: number;
  turn: Turn | undefined;
}

/** A place for one decoded frame, between who decodes and who takes. */
export interface Latest {
  /**
   * Puts a frame there, sharing its memory; one that nobody took is dropped, or waited for where all are kept. Resolves
   * when another may come.
   */
  put(frame: Frame, label: Label): Promise<void>;
  /** Waits for a frame, whose pixels stay until the next is taken; undefined when no more come. */
  take(): Promise<(Label & { frame: Frame }) | undefined>;
  /** No more frames come; who takes is told the error, once. */
  end(error?: unknown): void;
  /** Frames that gave way to newer ones. */
  dropped(): number;
  /** Frees both frames; nobody may use them any more. */
  close(): void;
}

/** @param keepAll Frames wait to be taken instead of giving way. */
export function openLatest(lib: Library, keepAll: boolean): Latest {
  const [held, taken] = [newFrame(lib), newFrame(lib)];
  let label: Label | undefined;
  let dropped = 0;
  let ended = false;
  let failure: unknown;
  /** Waked when the place is filled, emptied, or will be neither. */
  let wake: (() => void)[] = [];
  const change = () => new Promise<void>((resolve) => wake.push(resolve));
  function tell(): void {
    const waiting = wake;
    wake = [];
    for (const resolve of waiting) resolve();
  }
  return {
    async put(frame, next) {
      while (keepAll && label && !ended) await change();
      if (ended) return;
      if (label) dropped++;
      held.unref();
      held.ref(frame);
      label = next;
      tell();
    },
    async take() {
      while (!label && !ended) await change();
      if (!label) {
        const error = failure;
        failure = undefined;
        if (error !== undefined) throw error;
        return undefined;
      }
      const mine = { ...label, frame: taken };
      taken.unref();
      taken.ref(held);
      held.unref();
      label = undefined;
      tell();
      return mine;
    },
    end(error) {
      ended = true;
      failure ??= error;
      tell();
    },
    dropped: () => dropped,
    close() {
      label = undefined;
      held.free();
      taken.free();
    },
  };
}

function newFrame(lib: Library): Frame {
  const frame = new lib.Frame();
  frame.alloc();
  return frame;
}
