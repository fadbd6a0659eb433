import { basename } from "node:path";
import { counted, fixed, html, type Markup, type Piece, percent, rounded } from "./markup.js";
import type { CameraQuality, CaptureSummary, PersonQuality } from "./summary.js";

const METHODS = {
  marey: "Marey",
  pose2sim: "compatible with Pose2Sim",
  lift: "lifted from one camera",
} as const;

/** What was captured and how, as terms with their values. */
export function facts(summary: CaptureSummary, made: Date): Markup {
  const { frameCount, frameRate, cameras, method, source, detector, skeleton, filter, calibration } = summary;
  const rows: [string, string][] = [
    ["Captured", `${made.toISOString().slice(0, 16).replace("T", " ")} UTC`],
    [
      "Length",
      `${counted(frameCount)} ${frameCount === 1 ? "frame" : "frames"}${timing(frameCount, frameRate)}`,
    ],
    ["Cameras", cameras.map(({ name }) => name).join(", ")],
    ["Source", source === "videos" ? "videos" : "stored detections"],
    ["Method", METHODS[method]],
    ["Detector", detector],
    ["Skeleton", skeleton],
    ["Filter", filter === "body" ? "body (bones and motion together)" : filter.replaceAll("_", " ")],
    ["Calibration", calibration],
  ];
  return html`<dl>${rows.map(([term, value]) => html`<div><dt>${term}</dt><dd>${value}</dd></div>`)}</dl>`;
}

function timing(frameCount: number, frameRate: number): string {
  const known = frameRate > 0 && Number.isFinite(frameRate);
  return known ? `, ${duration(frameCount / frameRate)} at ${rounded(frameRate, 2)} Hz` : "";
}

function duration(seconds: number): string {
  if (seconds < 60) return `${rounded(seconds, 2)} s`;
  const whole = Math.round(seconds);
  const two = (n: number) => `${n}`.padStart(2, "0");
  const hours = Math.floor(whole / 3600);
  const minutes = Math.floor((whole % 3600) / 60);
  return hours > 0 ? `${hours} h ${two(minutes)} min` : `${minutes} min ${two(whole % 60)} s`;
}

/** A row per person. */
export function peopleTable(people: readonly PersonQuality[]): Markup {
  const head = [
    "Person",
    "Frames",
    "Measured",
    "Filled in",
    "Missing",
    "Gaps filled",
    "Error, px",
    "Limbs vary",
    "Fit, mm",
    "Files",
  ];
  return table(
    head,
    people.map(({ number, frames, firstFrame, lastFrame, states, ...person }) => {
      const joints = states.visible + states.occluded + states.inferred + states.missing;
      return [
        html`<a href="#person-${number}">P${number}</a>`,
        frames > 0 ? `${counted(frames)} (${firstFrame}–${lastFrame})` : "0",
        percent((states.visible + states.occluded) / joints),
        percent(states.inferred / joints),
        percent(states.missing / joints),
        counted(states.gapsFilled),
        fixed(person.pixels, 1),
        percent(person.boneVariation),
        person.fitDistance === undefined ? "–" : fixed(1000 * person.fitDistance, 1),
        person.files.map(
          (file) => html`<a href="${encodeURIComponent(basename(file))}">${basename(file)}</a> `,
        ),
      ];
    }),
  );
}

/** A row per camera, with bars to compare them by; a camera alone has only what it saw. */
export function cameraTable(cameras: readonly CameraQuality[], alone = false): Markup {
  if (alone)
    return table(
      ["Camera", "Error, px", "Joints seen"],
      cameras.map(({ name, pixels, seen }) => [name, fixed(pixels, 1), counted(seen)]),
    );
  const worst = Math.max(0, ...cameras.map(({ pixels }) => pixels).filter(Number.isFinite));
  return table(
    ["Camera", "Error, px", "", "Error, mm", "Joints seen", "Mistakes", "", "Shift, px"],
    cameras.map(({ name, pixels, metres, seen, outliers, shift }) => [
      name,
      fixed(pixels, 1),
      bar(pixels / worst),
      fixed(1000 * metres, 1),
      counted(seen),
      seen > 0 ? percent(outliers) : "–",
      bar(seen > 0 ? outliers : 0),
      shift.every(Number.isFinite) ? `${fixed(shift[0], 1)}, ${fixed(shift[1], 1)}` : "–",
    ]),
  );
}

/** A bar of a share of its track. */
function bar(share: number): Markup {
  const width = Number.isFinite(share) ? 100 * Math.min(1, Math.max(0, share)) : 0;
  return html`<svg class="bar" viewBox="0 0 100 10" preserveAspectRatio="none" aria-hidden="true"><rect class="track" width="100" height="10"/><rect class="share" width="${width}" height="10"/></svg>`;
}

function table(head: readonly string[], rows: readonly (readonly Piece[])[]): Markup {
  return html`<div class="table"><table><thead><tr>${head.map((title) => html`<th scope="col">${title}</th>`)}</tr></thead><tbody>${rows.map(
    (row) =>
      html`<tr>${row.map((cell, i) => (i === 0 ? html`<th scope="row">${cell}</th>` : html`<td>${cell}</td>`))}</tr>`,
  )}</tbody></table></div>`;
}
