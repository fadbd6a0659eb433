import type { StageTime } from "./summary.js";

/** Seconds by stage; a stage that runs once per person adds up. */
export interface StageClock {
  /** Runs a stage and counts its time. `cached` may be set while it runs. */
  time<Result>(stage: string, work: (mark: { cached: boolean }) => Promise<Result>): Promise<Result>;
  stages(): StageTime[];
}

export function stageClock(): StageClock {
  const known = new Map<string, StageTime>();
  return {
    async time(stage, work) {
      const begin = performance.now();
      const mark = { cached: false };
      const result = await work(mark);
      const seconds = (performance.now() - begin) / 1000;
      const before = known.get(stage);
      known.set(stage, {
        stage,
        seconds: (before?.seconds ?? 0) + seconds,
        cached: mark.cached && (before?.cached ?? true),
      });
      return result;
    },
    stages: () => [...known.values()],
  };
}
