/** Gives a live stream's frames their times. */
export interface LiveClock {
  /**
   * @param stamp The stream's own time of the frame, seconds from anywhere; undefined where it has none.
   * @param now When it arrived, seconds of any clock that never goes back.
   * @returns Seconds from the first frame; later than the frame's before.
   */
  time(stamp: number | undefined, now: number): number;
  /** The stream was cut off: the next stamp has another origin. */
  restart(): void;
}

/** Seconds that stamps may run ahead of the clock on the wall between two frames, as in bursts of buffered ones. */
const ahead = 10;

/**
 * Differences of stamps are differences of times, as they were taken at the camera; arrival only counts where there are
 * no stamps, where they go back or leap, and over an outage, whose length so stays in the times.
 */
export function liveClock(): LiveClock {
  let last: { time: number; stamp?: number; now: number } | undefined;
  return {
    time(stamp, now) {
      if (!last) last = { time: 0, stamp, now };
      else {
        const waited = Math.max(1e-3, now - last.now);
        const stamped = stamp === undefined || last.stamp === undefined ? 0 : stamp - last.stamp;
        const step = stamped > 0 && stamped <= waited + ahead ? stamped : waited;
        last = { time: last.time + step, stamp, now };
      }
      return last.time;
    },
    restart() {
      if (last) last.stamp = undefined;
    },
  };
}
