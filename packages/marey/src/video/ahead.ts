/** Items made ahead of whoever takes them. */
export interface Ahead<T> {
  next(): Promise<T | undefined>;
  /** Makes no more, and waits for what is being made. */
  stop(): Promise<void>;
}

/**
 * Makes items one after the other, up to `depth` before they are asked for.
 *
 * @param make The item of a turn, counted from 0, or undefined at the end. At most depth + 1 turns are in use at once,
 *   the taken one included, so that it may reuse depth + 1 pieces of memory in order.
 */
export function makeAhead<T>(depth: number, make: (turn: number) => Promise<T | undefined>): Ahead<T> {
  const queue: Promise<T | undefined>[] = [];
  let last: Promise<unknown> = Promise.resolve();
  let turn = 0;
  let stopped = false;
  const fill = () => {
    while (!stopped && queue.length < depth) {
      const mine = turn++;
      const item = last.then(() => (stopped ? undefined : make(mine)));
      last = item.catch(() => {
        stopped = true; // the error itself reaches the one who takes this item
      });
      queue.push(item);
    }
  };
  fill();
  return {
    async next() {
      const item = await queue.shift();
      if (item === undefined) stopped = true;
      fill();
      return item;
    },
    async stop() {
      stopped = true;
      await last;
    },
  };
}
