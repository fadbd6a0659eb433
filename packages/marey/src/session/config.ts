import { readFile } from "node:fs/promises";
import { dirname, join, resolve } from "node:path";
import { MareyError } from "@marey/core";
import type { Pose2simFilter } from "@marey/core/filter";
import type { Pose2simSettings } from "@marey/core/model/multiCamera";
import {
  blazePose33,
  body25,
  body25b,
  coco17,
  coco18,
  halpe26,
  mpii16,
  type Skeleton,
} from "@marey/core/skeleton";
import { parse } from "smol-toml";
import { z } from "zod";

const hertz = z.number().positive().max(1e6);
/** Of a filter: beyond ten it is no filter any more, and rounding decides. */
const order = z.number().int().min(1).max(10);
const metres = z.number().positive();
const pixels = z.number().positive();
const samples = z.number().int().min(1).max(100_000);
const firstToLast = z
  .tuple([z.number().int().min(0), z.number().int().min(0)])
  .refine(([first, last]) => first <= last, "the first frame comes after the last");

/** The settings of a Pose2Sim Config.toml that have a meaning for Marey; all may be left out, others are ignored. */
const configSchema = z.object({
  project: z
    .object({
      multi_person: z.boolean(),
      frame_rate: z.union([z.literal("auto"), hertz]),
      frame_range: z.union([z.enum(["auto", "all", ""]), firstToLast, z.array(z.unknown()).length(0)]),
    })
    .partial(),
  pose: z.object({ pose_model: z.string() }).partial(),
  personAssociation: z
    .object({
      likelihood_threshold_association: z.number(),
      single_person: z
        .object({
          likelihood_threshold_association: z.number(),
          reproj_error_threshold_association: pixels,
          tracked_keypoint: z.string(),
        })
        .partial(),
      multi_person: z.object({ reconstruction_error_threshold: metres, min_affinity: z.number() }).partial(),
    })
    .partial(),
  triangulation: z
    .object({
      reproj_error_threshold_triangulation: pixels,
      likelihood_threshold_triangulation: z.number(),
      min_cameras_for_triangulation: z.number().int().min(2),
      max_distance_m: metres,
      max_unseen_frames: z.number().min(0),
      interp_if_gap_smaller_than: z.number().min(0),
      interpolation: z.enum(["linear", "slinear", "cubic", "none"]),
      remove_incomplete_frames: z.boolean(),
      sections_to_keep: z.enum(["all", "largest", "first", "last"]),
      min_chunk_size: z.number().int().min(1),
      fill_large_gaps_with: z.enum(["last_value", "nan", "zeros"]),
    })
    .partial(),
  filtering: z
    .object({
      reject_outliers: z.boolean(),
      filter: z.boolean(),
      type: z.string(),
      butterworth: z.object({ cut_off_frequency: hertz, order }).partial(),
      butterworth_on_speed: z.object({ cut_off_frequency: hertz, order }).partial(),
      acc_minimizing: z.object({ cut_off_frequency: hertz }).partial(),
      kalman: z.object({ trust_ratio: z.number().positive(), smooth: z.boolean() }).partial(),
      one_euro: z
        .object({ cut_off_frequency: hertz, beta: z.number().min(0), d_cut_off_frequency: hertz })
        .partial(),
      gcv_spline: z
        .object({
          cut_off_frequency: z.union([z.literal("auto"), hertz]),
          smoothing_factor: z.number().min(0),
        })
        .partial(),
      loess: z.object({ nb_values_used: samples }).partial(),
      gaussian: z.object({ sigma_kernel: z.number().positive().max(10_000) }).partial(),
      median: z
        .object({ kernel_size: samples.refine((size) => size % 2 === 1, "expected an odd number") })
        .partial(),
    })
    .partial(),
});

export type SessionConfig = z.infer<ReturnType<typeof configSchema.partial>>;

/**
 * Reads the Config.toml of a trial and of the two levels above it (session, participant); the nearer file wins key by
 * key, as in Pose2Sim.
 *
 * @returns An empty configuration when there is no file.
 * @throws MareyError `CONFIG_TOML` naming the file and the key.
 */
export async function readConfig(folder: string): Promise<SessionConfig> {
  let merged: Record<string, unknown> = {};
  let at = resolve(folder);
  for (let level = 0; level < 3; level++) {
    const file = join(at, "Config.toml");
    const text = await readFile(file, "utf8").catch((error: NodeJS.ErrnoException) => {
      if (error.code === "ENOENT" || error.code === "ENOTDIR") return undefined;
      throw invalid(file, `it can't be read (${error.message})`, error);
    });
    if (text !== undefined) merged = merge(parseToml(text, file), merged);
    at = dirname(at);
  }
  return merged as SessionConfig;
}

function parseToml(text: string, file: string): Record<string, unknown> {
  let content: unknown;
  try {
    content = parse(text);
  } catch (error) {
    throw invalid(file, `it is no TOML (${(error as Error).message.split("\n", 1)})`, error);
  }
  const result = configSchema.partial().safeParse(content);
  if (result.success) return result.data;
  const [issue] = result.error.issues;
  throw invalid(file, `${issue?.path.join(".")}: ${issue?.message}`, result.error);
}

const invalid = (file: string, what: string, cause: unknown) =>
  new MareyError("CONFIG_TOML", file, what, "Correct it, or move the file away to use the defaults", {
    cause,
  });

/** `near`'s values over `far`'s, table by table. */
function merge(far: Record<string, unknown>, near: Record<string, unknown>): Record<string, unknown> {
  const isTable = (value: unknown): value is Record<string, unknown> =>
    typeof value === "object" && value !== null && !Array.isArray(value);
  const merged = { ...far };
  for (const [key, value] of Object.entries(near)) {
    const below = merged[key];
    merged[key] = isTable(value) && isTable(below) ? merge(below, value) : value;
  }
  return merged;
}

/** The settings of the compatible mode that a configuration states. */
export function pose2simSettings(config: SessionConfig): Partial<Pose2simSettings> {
  const { project = {}, personAssociation = {}, triangulation = {}, filtering = {} } = config;
  const { single_person: single = {}, multi_person: several = {} } = personAssociation;
  const settings: Partial<Pose2simSettings> = {
    people: {
      several: project.multi_person,
      tracked: single.tracked_keypoint,
      single: defined({
        maxError: single.reproj_error_threshold_association,
        minConfidence:
          single.likelihood_threshold_association ?? personAssociation.likelihood_threshold_association,
      }),
      affinity: defined({
        maxDistance: several.reconstruction_error_threshold,
        minAffinity: several.min_affinity,
      }),
      triangulation: defined({
        maxError: triangulation.reproj_error_threshold_triangulation,
        minConfidence: triangulation.likelihood_threshold_triangulation,
        minViews: triangulation.min_cameras_for_triangulation,
      }),
      link: defined({
        maxDistance: triangulation.max_distance_m,
        maxUnseen: triangulation.max_unseen_frames,
      }),
    },
    interpolation: triangulation.interpolation,
    longestGap: triangulation.interp_if_gap_smaller_than,
    fillLargeGapsWith: triangulation.fill_large_gaps_with,
    sections: triangulation.sections_to_keep,
    minChunk: triangulation.min_chunk_size,
    removeIncomplete: triangulation.remove_incomplete_frames,
    rejectOutliers: filtering.reject_outliers,
  };
  const known = defined(settings);
  return filtering.filter === false
    ? { ...known, filter: undefined }
    : { ...known, filter: configuredFilter(config) };
}

/** Pose2Sim's filter `type` with the settings that the configuration has for it. */
export function configuredFilter(
  config: SessionConfig,
  type = config.filtering?.type ?? "butterworth",
): Pose2simFilter {
  const f = config.filtering ?? {};
  switch (type) {
    case "butterworth":
    case "butterworth_on_speed":
      return defined({ type, cutoff: f[type]?.cut_off_frequency, order: f[type]?.order });
    case "acc_minimizing":
      return defined({ type, cutoff: f.acc_minimizing?.cut_off_frequency });
    case "kalman":
      return defined({ type, trustRatio: f.kalman?.trust_ratio, smooth: f.kalman?.smooth });
    case "one_euro":
      return defined({
        type,
        cutoff: f.one_euro?.cut_off_frequency,
        beta: f.one_euro?.beta,
        derivativeCutoff: f.one_euro?.d_cut_off_frequency,
      });
    case "gcv_spline": {
      const cutoff = f.gcv_spline?.cut_off_frequency;
      return defined({
        type,
        cutoff: cutoff === "auto" ? undefined : cutoff,
        smoothingFactor: f.gcv_spline?.smoothing_factor,
      });
    }
    case "loess":
      return defined({ type, neighbours: f.loess?.nb_values_used });
    case "gaussian":
      return defined({ type, sigma: f.gaussian?.sigma_kernel });
    case "median":
      return defined({ type, window: f.median?.kernel_size });
    default:
      throw new MareyError(
        "FILTER_NAME",
        "filter",
        `"${type}" is not one of ${filterNames.join(", ")}`,
        "Choose one of these, or none",
      );
  }
}

export const filterNames = [
  "butterworth",
  "butterworth_on_speed",
  "acc_minimizing",
  "kalman",
  "one_euro",
  "gcv_spline",
  "loess",
  "gaussian",
  "median",
] as const;

/** Without the keys that hold undefined, so that defaults stay. */
function defined<T extends object>(options: T): T {
  return Object.fromEntries(Object.entries(options).filter(([, value]) => value !== undefined)) as T;
}

const layouts: Record<string, Skeleton> = {
  BODY_25B: body25b,
  BODY_25: body25,
  COCO: coco18,
  COCO_17: coco17,
  BODY: coco17,
  HALPE_26: halpe26,
  BODY_WITH_FEET: halpe26,
  MPII: mpii16,
  BLAZEPOSE: blazePose33,
};

/** The layout that Pose2Sim's `pose_model` names, if Marey has it. */
export function layoutNamed(poseModel: string): Skeleton | undefined {
  return layouts[poseModel.toUpperCase()];
}
