import { counted, html, type Markup } from "../session/markup.js";
import { reportStyle } from "../session/reportStyle.js";
import { faultKeys, jointChart, precisionChart } from "./charts.js";
import type { PictureErrors, PoseEvaluation } from "./evaluate.js";
import { groupedJoints } from "./grouped.js";
import { measures } from "./measures.js";
import { figureText } from "./table.js";

/** A bad picture, ready to be shown: lines of the labelled and of the found people over it. */
export interface ShownPicture extends PictureErrors {
  width: number;
  height: number;
  /** The picture as a data address; absent when it wasn't to be had. */
  address?: string;
  /** Limbs as SVG paths. */
  truth: string;
  detected: string;
  /** Share of the usual width of lines: layouts with faces and hands have many, close together. */
  fineness: number;
}

/** Colours of Okabe and Ito (2008), as in the other reports. */
const style = `${reportStyle}
svg .fault { stroke: none; }
svg .good { fill: #009e73; } svg .jitter { fill: #56b4e9; } svg .inversion { fill: #f0e442; } svg .swap { fill: #cc79a7; }
svg .miss { fill: #d55e00; } svg .unfound { fill: var(--missing); } svg .end { text-anchor: end; fill: var(--soft); stroke: none; }
.figures td, .figures th { text-align: left; } .figures td { font-variant-numeric: tabular-nums; }
.sheet { display: grid; grid-template-columns: repeat(auto-fill, minmax(17rem, 1fr)); gap: 1rem; }
.sheet figure { margin: 0; overflow: hidden; } .sheet figure > svg { min-width: 0; border-radius: .3rem; background: var(--track); }
.sheet figcaption { font-size: .82rem; color: var(--soft); overflow-wrap: anywhere; margin: .3rem 0 0; }
.sheet .truth { stroke: #fff; stroke-opacity: .95; fill: none; stroke-linecap: round; } .sheet .rim { stroke: #111; stroke-opacity: .55; fill: none; stroke-linecap: round; }
.sheet .detected { stroke: #e69f00; fill: none; stroke-linecap: round; }
.swatch { display: inline-block; width: 1.4rem; height: .25rem; vertical-align: middle; margin: 0 .3rem 0 0; }
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
<p class="note">By labelled people who were found badly or not at all, then by detections of nobody. <span class="key"><span class="swatch" style="background:#fff;outline:1px solid #111"></span>labelled</span><span class="key"><span class="swatch" style="background:#e69f00"></span>detected</span></p>
<div class="sheet">${pictures.map(shownPicture)}</div>
</section>`;
}

function shownPicture({
  file,
  width,
  height,
  address,
  truth,
  detected,
  fineness,
  ...errors
}: ShownPicture): Markup {
  const line = (fineness * Math.max(width, height)) / 150;
  const { labelled, found, similarity } = errors;
  const caption = `${file}: ${labelled} labelled, ${found} detected${labelled > 0 ? `, mean similarity ${similarity.toFixed(2)}` : ""}`;
  return html`<figure><svg viewBox="0 0 ${width} ${height}" role="img" aria-label="${caption}">${address ? html`<image href="${address}" width="${width}" height="${height}"/>` : undefined}<path class="rim" stroke-width="${2.2 * line}" d="${truth}"/><path class="truth" stroke-width="${1.5 * line}" d="${truth}"/><path class="rim" stroke-width="${1.6 * line}" d="${detected}"/><path class="detected" stroke-width="${line}" d="${detected}"/></svg><figcaption>${caption}</figcaption></figure>`;
}
