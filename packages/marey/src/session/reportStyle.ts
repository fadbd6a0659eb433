/**
 * The report's look, on a screen by day and night and on paper. The states' colours are Okabe and Ito's (2008), told
 * apart by people of every colour vision; they differ in lightness too.
 */
export const reportStyle = `
:root {
  color-scheme: light dark;
  --page: #fff; --ink: #1b1f24; --soft: #5b6572; --rule: #dde2e8; --track: #eef1f4; --box: #f6f8fa;
  --accent: #0072b2; --visible: #0072b2; --occluded: #56b4e9; --inferred: #e69f00; --missing: #e3e6ea;
  --good: #0b6b50; --fair: #8a5a00; --poor: #a83200; --advice: #fff6e0; --advice-edge: #e69f00;
}
@media (prefers-color-scheme: dark) {
  :root {
    --page: #14171b; --ink: #e7eaee; --soft: #9aa5b1; --rule: #343b44; --track: #23282f; --box: #1b2026;
    --accent: #56b4e9; --visible: #3f95d0; --occluded: #a5d8f5; --inferred: #f0b429; --missing: #2b3138;
    --good: #4fc3a1; --fair: #f0b429; --poor: #ff8a5c; --advice: #2d2614; --advice-edge: #f0b429;
  }
}
* { box-sizing: border-box; }
body {
  margin: 0 auto; padding: 2rem 1.25rem 3rem; max-width: 60rem;
  background: var(--page); color: var(--ink); font: 15px/1.5 system-ui, "Segoe UI", Roboto, "Helvetica Neue", Arial, sans-serif;
}
h1 { margin: 0; font-size: 1.7rem; line-height: 1.25; overflow-wrap: anywhere; }
h2 { margin: 2.4rem 0 .6rem; font-size: 1.25rem; border-bottom: 1px solid var(--rule); padding-bottom: .25rem; }
p { margin: .4rem 0; max-width: 46rem; }
a { color: var(--accent); }
.kind { margin: 0; color: var(--soft); }
.verdict { margin: .9rem 0; font-size: 1.05rem; }
.verdict strong { text-transform: capitalize; padding: .05rem .5rem; margin-right: .35rem; border: 1.5px solid; border-radius: .3rem; }
.good strong { color: var(--good); } .fair strong { color: var(--fair); } .poor strong { color: var(--poor); }
.advice { margin: 1rem 0; padding: .7rem 1rem; background: var(--advice); border-left: 5px solid var(--advice-edge); border-radius: .2rem; }
.advice h2 { margin: 0 0 .3rem; padding: 0; border: 0; font-size: 1rem; }
.advice ol { margin: 0; padding-left: 1.3rem; } .advice li { margin: .25rem 0; overflow-wrap: anywhere; }
dl { display: grid; grid-template-columns: repeat(auto-fill, minmax(17rem, 1fr)); gap: .45rem 1.5rem; margin: 1rem 0; padding: .8rem 1rem; background: var(--box); border-radius: .3rem; }
dt { color: var(--soft); font-size: .8rem; } dd { margin: 0; overflow-wrap: anywhere; }
.table { overflow-x: auto; }
table { border-collapse: collapse; width: 100%; font-variant-numeric: tabular-nums; }
th, td { padding: .35rem .55rem; text-align: right; white-space: nowrap; border-bottom: 1px solid var(--rule); vertical-align: middle; }
thead th:first-child { white-space: nowrap; } thead th { color: var(--soft); font-size: .8rem; font-weight: 600; white-space: nowrap; }
th:first-child { text-align: left; white-space: normal; overflow-wrap: anywhere; min-width: 8.5rem; } .files th:first-child { min-width: 4rem; } td:has(a) { text-align: left; font-size: .85rem; } td a { display: block; }
thead th:last-child { text-align: right; } .files thead th:last-child { text-align: left; }
.note { color: var(--soft); font-size: .87rem; }
figure { margin: 1.1rem 0; break-inside: avoid; }
figcaption { margin-bottom: .35rem; } figcaption b { font-weight: 600; } figcaption span { color: var(--soft); font-size: .87rem; }
.pair { display: grid; grid-template-columns: repeat(auto-fit, minmax(19rem, 1fr)); gap: 0 1.25rem; }
.key { display: inline-block; white-space: nowrap; margin-right: .8rem; } .key svg { display: inline-block; width: 1rem; height: .7rem; margin-right: .3rem; }
footer { margin-top: 3rem; color: var(--soft); font-size: .87rem; }
svg { display: block; width: 100%; height: auto; overflow: visible; font-size: 11px; font-variant-numeric: tabular-nums; }
figure { overflow-x: auto; } figure > svg { min-width: 36rem; } .pair figure > svg { min-width: 0; }
svg.bar { width: 6rem; min-width: 4rem; height: .6rem; }
svg text { fill: var(--ink); }
svg .tick { fill: var(--soft); text-anchor: middle; } svg .side, svg .row, svg .group { text-anchor: end; }
svg .value, svg .unit { text-anchor: start; } svg .group { font-weight: 700; }
svg .axis { stroke: var(--soft); fill: none; } svg .grid { stroke: var(--rule); fill: none; }
svg .line { stroke: var(--accent); stroke-width: 1.8; fill: none; stroke-linejoin: round; stroke-linecap: round; }
svg .way { stroke-width: 2.5; } svg .other { stroke: var(--soft); stroke-opacity: .45; fill: none; }
svg .band { fill: var(--accent); fill-opacity: .2; stroke: none; }
svg .track { fill: var(--track); } svg .share { fill: var(--accent); }
svg .begin { fill: var(--page); stroke: var(--accent); stroke-width: 2; } svg .end { fill: var(--accent); stroke: var(--accent); stroke-width: 2; }
svg .whisker { stroke: var(--accent); stroke-width: 2; stroke-opacity: .55; fill: none; }
svg .stage { fill: var(--accent); } svg .stage.cached { fill: none; stroke: var(--accent); }
svg .state { fill: none; } svg .visible { stroke: var(--visible); } svg .occluded { stroke: var(--occluded); }
svg .inferred { stroke: var(--inferred); } svg .missing { stroke: var(--missing); }
@media print {
  :root {
    --page: #fff; --ink: #000; --soft: #444; --rule: #ccc; --track: #eee; --box: #f6f8fa; --accent: #0072b2; --visible: #0072b2;
    --occluded: #56b4e9; --inferred: #e69f00; --missing: #ddd; --good: #0b6b50; --fair: #8a5a00; --poor: #a83200; --advice: #fff6e0;
  }
  * { print-color-adjust: exact; }
  body { padding: 0; max-width: none; font-size: 10.5pt; }
  .table { overflow: visible; } table { font-size: 8.5pt; } th, td { white-space: normal; padding: .25rem .3rem; } svg.bar { width: 4rem; }
  thead th, thead th:first-child, td:has(a) { white-space: normal; font-size: inherit; } td:has(a) { overflow-wrap: anywhere; }
  figure { overflow: visible; } figure > svg { min-width: 0; }
  h2 { break-after: avoid; } .advice, dl, tr { break-inside: avoid; }
}
`;
