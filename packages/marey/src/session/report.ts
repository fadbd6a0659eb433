import { html, type Markup, type Piece, rounded } from "./markup.js";
import { cameraChart, limbChart, pathChart, spreadChart, stageChart, stateChart } from "./reportCharts.js";
import type { ReportPerson } from "./reportPerson.js";
import { reportStyle } from "./reportStyle.js";
import { cameraTable, facts, peopleTable } from "./reportTables.js";
import { verdictOf } from "./reportVerdict.js";
import type { CaptureSummary, PersonQuality } from "./summary.js";

export { type ReportPerson, reportPerson } from "./reportPerson.js";

/**
 * A capture as one page of HTML that needs nothing besides itself: no scripts, fonts or pictures from elsewhere.
 *
 * @param people the series of `summary.people`, by their numbers.
 */
export function renderReport(
  summary: CaptureSummary,
  people: readonly ReportPerson[],
  made = new Date(),
): string {
  const { word, sentence } = verdictOf(summary);
  const { session, cameras, stages } = summary;
  const texts = textsOf(summary);
  const page = html`<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>${session} – ${texts.kind.toLowerCase()}</title>
<style>${{ markup: reportStyle }}</style>
</head>
<body>
<header>
<p class="kind">${texts.kind}</p>
<h1>${session}</h1>
<p class="verdict ${word}"><strong>${word}</strong> ${sentence}</p>
${advice(summary.advice)}
${facts(summary, made)}
</header>
<main>
<section class="files">
<h2>People</h2>
${summary.people.length > 0 ? peopleTable(summary.people) : html`<p>Nobody was placed.</p>`}
<p class="note">${texts.people} Error: mean distance in the pictures between what was seen and where the motion has it. Fit: mean distance between joints and the animation skeleton.</p>
</section>
<section>
<h2>${texts.camerasTitle}</h2>
${cameras.length > 0 ? cameraTable(cameras, summary.method === "lift") : html`<p>There are no cameras.</p>`}
<p class="note">${texts.cameras}</p>
</section>
${summary.people.map((person) => {
  const shown = people.find(({ number }) => number === person.number);
  return (
    shown &&
    personSection(
      person,
      shown,
      people,
      cameras.map(({ name }) => name),
      texts.height,
    )
  );
})}
${stages.length > 0 ? html`<section><h2>Time spent</h2>${figure("Seconds of each stage", "", stageChart(stages))}</section>` : undefined}
</main>
<footer>Made by Marey.</footer>
</body>
</html>
`;
  return page.markup;
}

/** What is said differently of several cameras and of one. */
function textsOf({ method }: CaptureSummary) {
  return method === "lift"
    ? {
        kind: "Lift report",
        people:
          "Measured joints were seen by the camera; those filled in were interpolated before the lift; those not seen for more than a second are missing.",
        camerasTitle: "Camera",
        cameras:
          "One camera says nothing of depth: the error in the picture can be small where the motion is wrong along the line of sight.",
        height: "Above the world’s origin: the floor, the camera, or that of the calibration.",
      }
    : {
        kind: "Capture report",
        people:
          "Measured joints were seen by at least two cameras; those filled in come from their neighbours in time and the body’s structure.",
        camerasTitle: "Cameras",
        cameras:
          "Mistakes are joints that disagree so much with the other cameras that they were not used; the errors are of the rest. A shift as large as the error means that the camera was moved, or calibrated badly.",
        height: "Above the origin of the calibration.",
      };
}

function advice(lines: readonly string[]): Markup | undefined {
  if (lines.length === 0) return undefined;
  return html`<aside class="advice"><h2>What to do</h2><ol>${lines.map((line) => html`<li>${line}</li>`)}</ol></aside>`;
}

function personSection(
  quality: PersonQuality,
  person: ReportPerson,
  everyone: readonly ReportPerson[],
  cameras: readonly string[],
  heightFrom: string,
): Markup {
  const title = html`<h2 id="person-${person.number}">Person ${person.number}</h2>`;
  if (person.bins === 0) return html`<section>${title}<p>There are no frames to show.</p></section>`;
  const { firstFrame, frameCount, framesPerBin, frameRate } = person;
  const bin =
    framesPerBin === 1
      ? ""
      : ` A column stands for ${framesPerBin} frames (${rounded(framesPerBin / frameRate, 2)} s) and takes their commonest colour.`;
  const spreads = "Line: mean; band: all but the lowest and highest tenth of the joints.";
  return html`<section>
${title}
${figure("Joints over time", html`${stateKeys} Frames ${firstFrame} to ${firstFrame + frameCount - 1}.${bin}`, stateChart(person))}
${person.cameras.length > 0 ? figure("Cameras at work", "How large a share of the joints each camera helped to place. A gap: it didn’t see the person, or disagreed.", cameraChart(person, cameras)) : undefined}
${person.views && figure("Cameras per joint", `Two are the least that place a joint. ${spreads}`, spreadChart(person, person.views, { label: "Number of cameras that placed a joint, over time", whole: true }))}
${person.reprojection && figure("Reprojection error, px", spreads, spreadChart(person, person.reprojection, { label: "Reprojection error over time, pixels" }))}
${person.sigma && figure("Uncertainty, mm", `Standard deviation of the positions. ${spreads}`, spreadChart(person, person.sigma, { label: "Standard deviation of positions over time, millimetres", scale: 1000 }))}
${figure("Height of the pelvis, m", heightFrom, spreadChart(person, person.height, { label: "Height of the pelvis over time, metres", fromZero: false }))}
<div class="pair">
${figure(
  "Path from above, m",
  `Of the pelvis: ring at the beginning, disc at the end.${everyone.length > 1 ? " Grey: the others." : ""}`,
  pathChart(
    person,
    everyone.filter((other) => other !== person),
  ),
)}
${quality.limbs.length > 0 ? figure("Limb lengths", "Whiskers: how much they vary over time.", limbChart(quality)) : undefined}
</div>
</section>`;
}

const stateKeys = (
  [
    ["visible", "measured"],
    ["occluded", "placed though hidden"],
    ["inferred", "filled in"],
    ["missing", "missing"],
  ] as const
).map(
  ([state, meaning]) =>
    html`<span class="key"><svg viewBox="0 0 16 11" aria-hidden="true"><path class="state ${state}" stroke-width="11" d="M0,5.5h16"/></svg>${meaning}</span>`,
);

function figure(title: string, caption: Piece, chart: Markup): Markup {
  return html`<figure><figcaption><b>${title}</b> <span>${caption}</span></figcaption>${chart}</figure>`;
}
