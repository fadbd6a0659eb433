import { counted, html, type Markup } from "../session/markup.js";
import { reportStyle } from "../session/reportStyle.js";
import { faultKeys, jointChart, precisionChart } from "./charts.js";
import type { PictureErrors, PoseEvaluation } from "./evaluate.js";
import { groupedJoints } from "./grouped.js";
import { measures } from "./measures.js";
import { lineWidth, type ShownPerson } from "./shownPeople.js";
import { figureText } from "./table.js";

/** A bad picture, ready to be shown, with the labelled and the found people in it. */
export interface ShownPicture extends PictureErrors {
  width: number;
  height: number;
  /** The picture as a data address; absent when it wasn't to be had. */
  address?: string;
  people: readonly ShownPerson[];
}

/** Opacity of people who are labelled and found: there is nothing to be seen to. */
export const FAINT = 0.65;

/** Colours of Okabe and Ito (2008), as in the other reports. */
const style = `${reportStyle}
svg .fault { stroke: none; }
svg .good { fill: #009e73; } svg .jitter { fill: #56b4e9; } svg .inversion { fill: #f0e442; } svg .swap { fill: #cc79a7; }
svg .miss { fill: #d55e00; } svg .unfound { fill: var(--missing); } svg .end { text-anchor: end; fill: var(--soft); stroke: none; }
.figures td, .figures th { text-align: left; } .figures td { font-variant-numeric: tabular-nums; }
.sheet { display: grid; grid-template-columns: repeat(auto-fill, minmax(min(24rem, 100%), 1fr)); gap: 1rem; align-items: start; }
.sheet figure { margin: 0; overflow: hidden; } .sheet figure > svg { min-width: 0; max-height: 34rem; border-radius: .3rem; background: var(--track); }
.sheet figcaption { font-size: .82rem; color: var(--soft); overflow-wrap: anywhere; margin: .3rem 0 0; }
.sheet path { fill: none; stroke-linecap: round; stroke-linejoin: round; } .sheet .rim { stroke: #111; stroke-opacity: .75; }
.sheet .labelled { stroke: #56b4e9; } .sheet .detected { stroke: #e69f00; } .sheet .right { stroke-opacity: ${FAINT}; }
.swatch { display: inline-block; width: 1.4rem; height: .3rem; border-radius: .15rem; vertical-align: middle; margin: 0 .3rem 0 0; } .swatch.faint { opacity: ${FAINT}; height: .15rem; }
.labelled-key { background: #56b4e9; } .detected-key { background: #e69f00; }
`;

/** An evaluation as one page of HTML that needs nothing besides itself. */
export function evaluationPage(
  title: string,
  evaluation: PoseEvaluation,
  pictures: readonly ShownPicture[],
  made = new Date(),
): string {
  const { metric, curves, joints } = evaluation;
  const page = html`<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>${title} – evaluation</title>
<style>${{ markup: style }}</style>
</head>
<body>
<header>
<p class="kind">Evaluation</p>
<h1>${title}</h1>
${facts(evaluation, made)}
</header>
<main>
<section class="figures">
<h2>Figures</h2>
<p class="note">${measures[metric].summary}.</p>
${figureTable(evaluation)}
${evaluation.notes.map((note) => html`<p class="note">${note}.</p>`)}
</section>
${curves.length > 0 ? html`<section><h2>Precision and recall</h2><figure><figcaption><span>Detections by falling score; a line for each similarity from which a detection counts as right. The area under a line is its AP.</span></figcaption>${precisionChart(curves)}</figure></section>` : undefined}
<section>
<h2>Errors by joint</h2>
<figure><figcaption><span>${faultKeys()}</span></figcaption>
${jointChart(groupedJoints(joints))}
</figure>
</section>
${pictures.length > 0 ? sheet(pictures) : undefined}
</main>
<footer>Made by Marey.</footer>
</body>
</html>
`;
  return page.markup;
}

function facts(
  { dataset, layout, detector, pictures, people, detections }: PoseEvaluation,
  made: Date,
): Markup {
  const rows: [string, string][] = [
    ["Data set", dataset],
    ["Pictures", counted(pictures)],
    ["People labelled", counted(people)],
    ["Detections", counted(detections)],
    ["Joints", detector === layout ? layout : `${layout}, detected as ${detector}`],
    ["Made", made.toISOString().slice(0, 16).replace("T", " ")],
  ];
  return html`<dl>${rows.map(([name, value]) => html`<div><dt>${name}</dt><dd>${value}</dd></div>`)}</dl>`;
}

function figureTable({ figures }: PoseEvaluation): Markup {
  const half = Math.ceil(figures.length / 2);
  const cells = (figure?: PoseEvaluation["figures"][number]) =>
    figure ? html`<th>${figure.name}</th><td>${figureText(figure)}</td>` : html`<th></th><td></td>`;
  return html`<div class="table"><table><tbody>${figures.slice(0, half).map((figure, i) => html`<tr>${cells(figure)}${figures.length > 1 ? cells(figures[half + i]) : undefined}</tr>`)}</tbody></table></div>`;
}

function sheet(pictures: readonly ShownPicture[]): Markup {
  return html`<section>
<h2>Worst pictures</h2>
<p class="note">By labelled people who were found badly or not at all, then by detections of nobody. Right is a similarity of at least 0.5.</p>
<p class="note">${[
    ["labelled-key", "labelled, but missed"],
    ["detected-key", "detected, but wrong"],
    ["labelled-key faint", "labelled and found"],
    ["detected-key faint", "detected rightly"],
  ].map(
    ([kind = "", text = ""]) => html`<span class="key"><span class="swatch ${kind}"></span>${text}</span>`,
  )}</p>
<div class="sheet">${pictures.map(shownPicture)}</div>
</section>`;
}

function shownPicture({ file, width, height, address, people, ...errors }: ShownPicture): Markup {
  const { labelled, missed, found, wrong, similarity } = errors;
  const side = Math.max(width, height);
  const mean = labelled > 0 ? `; mean similarity ${similarity.toFixed(2)}` : "";
  const caption = `${file}: ${labelled} labelled, ${missed} of them missed; ${found} detected, ${wrong} of them wrong${mean}`;
  return html`<figure><svg viewBox="0 0 ${width} ${height}" role="img" aria-label="${caption}">${address ? html`<image href="${address}" width="${width}" height="${height}"/>` : undefined}${people.map((person) => shownPerson(person, lineWidth(person, side)))}</svg><figcaption>${caption}</figcaption></figure>`;
}

/** Whoever is right by thin lines alone; others with a dark rim and their joints. */
function shownPerson({ side, wrong, limbs, points }: ShownPerson, width: number): Markup {
  const at = (value: number) => value.toFixed(1);
  const lines = limbs.map(([a, b, c, d]) => `M${at(a)},${at(b)}L${at(c)},${at(d)}`).join("");
  if (!wrong) return html`<path class="${side} right" stroke-width="${width}" d="${lines}"/>`;
  const dots = points.map(([x, y]) => `M${at(x)},${at(y)}h0`).join("");
  const drawn = (kind: string, more: number) =>
    html`<path class="${kind}" stroke-width="${width + more}" d="${lines}"/><path class="${kind}" stroke-width="${1.8 * width + more}" d="${dots}"/>`;
  return html`${drawn("rim", 0.8 * width)}${drawn(side, 0)}`;
}
