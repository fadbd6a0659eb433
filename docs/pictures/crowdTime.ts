/**
 * Time to decode maps against the people in them, from what benchmarks/crowds.ts printed.
 *
 * npx tsx --conditions=marey-source benchmarks/crowds.ts | npx tsx --conditions=marey-source docs/pictures/crowdTime.ts OUT.png
 */
import { readFileSync } from "node:fs";
import { scaleLinear } from "d3-scale";
import sharp from "sharp";

const [out] = process.argv.slice(2);
if (!out) throw new Error("usage: crowdTime.ts OUT.png, with the benchmark's text as input");
const rows = [...readFileSync(0, "utf8").matchAll(/^ *\d+ people +([\d.]+) /gm)];
const medians = rows.map(([, ms]) => Number(ms));
if (medians.length === 0) throw new Error("the input holds no times");
await sharp(Buffer.from(plot())).png().toFile(out);

/** Milliseconds against people, with the targets at 10 and 30 people. */
function plot(): string {
  const [width, height] = [880, 420];
  const x = scaleLinear([0, 50], [70, width - 30]);
  const y = scaleLinear([0, Math.max(...medians)], [height - 56, 34]).nice();
  const text = (tx: number, ty: number, what: string, anchor = "middle") =>
    `<text x="${tx}" y="${ty}" text-anchor="${anchor}">${what}</text>`;
  const lines = y.ticks(6).map((value) => {
    const row = `<path class="grid" d="M${x(0)},${y(value)}H${x(50)}"/>`;
    return row + text(x(0) - 10, y(value) + 5, `${value}`, "end");
  });
  const columns = x.ticks(10).map((value) => text(x(value), y(0) + 22, `${value}`));
  const path = medians.map((value, i) => `${i === 0 ? "M" : "L"}${x(i + 1)},${y(value)}`).join("");
  const targets = [
    [10, 1],
    [30, 4],
  ].map(
    ([people, ms]) =>
      `<circle cx="${x(people!)}" cy="${y(ms!)}" r="5"/>${text(x(people!) + 10, y(ms!) - 10, `target ${ms} ms`, "start")}`,
  );
  return `<svg xmlns="http://www.w3.org/2000/svg" width="${width}" height="${height}" font-family="sans-serif" font-size="15" fill="#333">
<style>.grid{stroke:#ddd}.line{fill:none;stroke:#2a78b8;stroke-width:2.5}circle{fill:none;stroke:#c4552d;stroke-width:2}</style>
<rect width="100%" height="100%" fill="#fff"/>${lines.join("")}${columns.join("")}<path class="line" d="${path}"/>${targets.join("")}
${text((x(0) + x(50)) / 2, height - 10, "people in the picture")}${text(x(0) - 40, 18, "ms to decode the maps (one core)", "start")}</svg>`;
}
