import type { RenderSummary } from "./render.js";

/** What was rendered, as lines for a terminal. */
export function describeRender({ out, people, cameras, frames, frameRate, ...made }: RenderSummary): string {
  const count = (n: number, one: string, many = `${one}s`) => `${n} ${n === 1 ? one : many}`;
  const duration = `${count(frames, "frame")} (${(frames / frameRate).toFixed(1)} s at ${frameRate} Hz)`;
  const rate = (frames * cameras.length) / made.seconds;
  return [
    `${out}: ${count(people, "person", "people")}, ${duration}, ${count(cameras.length, "camera")}`,
    `seconds: ${made.seconds.toFixed(1)}, ${rate.toFixed(1)} pictures a second`,
    "",
    ...made.files.map((file) => `→ ${out}/${file}`),
    ...(made.labels > 0 ? [`→ ${out}/labels: ${count(made.labels, "picture")}`] : []),
  ].join("\n");
}
