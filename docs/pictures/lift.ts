/**
 * A lifted motion at some moments, as its camera saw it and from the side: people in Marey JSON, made with --floor.
 *
 * npx tsx --conditions=marey-source docs/pictures/lift.ts OUT.png FROM TO MOMENTS FILE.json     (frames)
 */
import { readFileSync } from "node:fs";
import { readMareyJson } from "@marey/core/format";
import sharp from "sharp";

const [out, from, to, moments, file] = process.argv.slice(2);
if (!out || !file) throw new Error("usage: lift.ts OUT.png FROM TO MOMENTS FILE.json");
const read = readMareyJson(new Uint8Array(readFileSync(file)), file);
if (read.kind !== "motion") throw new Error(`${file} holds no motion`);
const { skeleton, people } = read.motion;
const { positions } = people[0]!;
const count = Number(moments);
const [width, row, scale] = [1200, 270, 120];
const colours = { left: "#e8874a", right: "#4aa3e8", centre: "#c8ccd4" };

/** The pelvis in the middle of a column, the floor at the row's foot; `axis` points to the right. */
function figure(frame: number, column: number, line: number, axis: 0 | 2): string {
  const J = skeleton.joints.length;
  const at = (j: number, k: number) => positions[(frame * J + j) * 3 + k]!;
  const x = (j: number) =>
    ((column + 0.5) * (width - 100)) / count + 100 + scale * (at(j, axis) - at(0, axis));
  const y = (j: number) => (line + 1) * row - 24 - scale * at(j, 1);
  const bones = skeleton.edges.map(([a, b]) => {
    const side = (/left|right/.exec(`${skeleton.joints[a]} ${skeleton.joints[b]}`)?.[0] ??
      "centre") as keyof typeof colours;
    return `<path stroke="${colours[side]}" d="M${x(a)},${y(a)}L${x(b)},${y(b)}"/>`;
  });
  return bones.join("");
}

const lines = ([0, 2] as const).map((axis, line) => {
  const frames = Array.from({ length: count }, (_, i) =>
    Math.round(Number(from) + (i * (Number(to) - Number(from))) / (count - 1)),
  );
  const floor = (line + 1) * row - 24;
  const title = axis === 0 ? "from the camera" : "from the side";
  return `<path stroke="#3a3f47" d="M100,${floor}H${width}"/><text x="20" y="${floor - 100}">${title.replace("from ", "from</tspan><tspan x='20' dy='18'>").replace(/^/, "<tspan>")}</tspan></text>${frames.map((frame, i) => figure(frame, i, line, axis)).join("")}`;
});
const svg = `<svg xmlns="http://www.w3.org/2000/svg" width="${width}" height="${2 * row}"><rect width="100%" height="100%" fill="#14161a"/><g fill="none" stroke-width="4" stroke-linecap="round" font-family="sans-serif" font-size="14">${lines.join("").replaceAll("<text", '<text fill="#8a909c"')}</g></svg>`;
await sharp(Buffer.from(svg)).png({ palette: true, colours: 64, compressionLevel: 9 }).toFile(out);
