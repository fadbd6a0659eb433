import fc from "fast-check";

// One seed, so that a run can be repeated; another one by FC_SEED=n, to look for what this one misses.
fc.configureGlobal({ seed: Number(process.env.FC_SEED ?? 1) });
