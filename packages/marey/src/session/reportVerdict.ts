import { counted, percent, rounded } from "./markup.js";
import type { CaptureSummary } from "./summary.js";

/** A capture in one word, with the figures behind it. */
export interface Verdict {
  word: "good" | "fair" | "poor";
  sentence: string;
}

/**
 * How far the cameras may be from the motion (metres), which share of the joints must be measured, how much limbs may
 * vary, and how far an animation skeleton may be from the joints (metres). Markerless joints are a few centimetres
 * from markers at best, so cameras that agree to three are as good as the method; beyond six something is wrong.
 */
const LIMITS = {
  good: { metres: 0.03, measured: 0.85, variation: 0.05, fit: 0.03 },
  fair: { metres: 0.06, measured: 0.6, variation: 0.1, fit: 0.1 },
};

/** Lifted limbs vary more: poses come frame by frame, and what one camera can't see is guessed. */
const LIFT_LIMITS = { good: { ...LIMITS.good, variation: 0.1 }, fair: { ...LIMITS.fair, variation: 0.2 } };

/** What the figures of a capture come to. */
export function verdictOf(summary: CaptureSummary): Verdict {
  const { people, frameCount } = summary;
  const figures = figuresOf(summary);
  if (people.length === 0 || Number.isNaN(figures.measured))
    return { word: "poor", sentence: "Nobody was placed: no person was seen by two cameras at once." };
  const { metres, pixels, measured, variation } = figures;
  const single = summary.method === "lift";
  const limits = single ? LIFT_LIMITS : LIMITS;
  const lacking = shortcomings(figures, limits.good, single);
  const word =
    lacking.length === 0 ? "good" : shortcomings(figures, limits.fair, single).length === 0 ? "fair" : "poor";
  const who = `${people.length === 1 ? "one person" : `${people.length} people`} over ${counted(frameCount)} ${frameCount === 1 ? "frame" : "frames"}`;
  const why = lacking.length > 0 ? ` Not good, because ${lacking.join(", and ")}.` : "";
  const where = single
    ? `the lifted motion projects ${rounded(pixels, 1)} px from where the camera saw them`
    : `on average the cameras saw them ${rounded(1000 * metres, 0)} mm (${rounded(pixels, 1)} px) from where the motion has them`;
  return {
    word,
    sentence: `${percent(measured, 0)} of the joints of ${who} were measured; ${where}, and limb lengths vary by up to ${percent(variation)}.${why}${single ? " How far they are from the camera is estimated, not measured." : ""}`,
  };
}

type Figures = (typeof LIMITS)["good"];

function figuresOf({ people, cameras }: CaptureSummary): Figures & { pixels: number } {
  const tallies = people.map(({ states }) => states);
  const seen = tallies.reduce((n, { visible, occluded }) => n + visible + occluded, 0);
  const unseen = tallies.reduce((n, { inferred, missing }) => n + inferred + missing, 0);
  // Every used joint of every camera counts the same.
  const used = cameras.filter(({ pixels }) => Number.isFinite(pixels));
  const joints = used.map((camera) => camera.seen * (1 - camera.outliers));
  const total = joints.reduce((a, b) => a + b, 0);
  const mean = (quantity: "metres" | "pixels") =>
    used.reduce((sum, camera, i) => sum + camera[quantity] * (joints[i] ?? 0), 0) / total;
  return {
    metres: mean("metres"),
    pixels: mean("pixels"),
    measured: seen / (seen + unseen),
    variation: Math.max(...people.map(({ boneVariation }) => boneVariation || 0)),
    fit: Math.max(...people.map(({ fitDistance }) => fitDistance || 0)),
  };
}

/** What is beyond its limit, or unknown; a single camera has no other to disagree with. */
function shortcomings(
  { metres, measured, variation, fit }: Figures,
  limits: Figures,
  single: boolean,
): string[] {
  const lacks: [boolean, string][] = [
    [!single && !(metres <= limits.metres), `the cameras disagree by more than ${1000 * limits.metres} mm`],
    [!(measured >= limits.measured), `fewer than ${percent(limits.measured, 0)} of the joints were measured`],
    [!(variation <= limits.variation), `limb lengths vary by more than ${percent(limits.variation, 0)}`],
    [
      !(fit <= limits.fit),
      `a fitted skeleton is ${rounded(1000 * fit, 0)} mm from the joints that it should follow`,
    ],
  ];
  return lacks.filter(([lacking]) => lacking).map(([, reason]) => reason);
}
