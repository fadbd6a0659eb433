import type { LifterCard } from "../lift/lifterCard.js";
import type { Card } from "../store/card.js";
import type { CatalogueEntry } from "../store/catalogueEntry.js";
import type { ModelInfo, ModelPort } from "../store/describe.js";
import { modelsFolder } from "../store/folders.js";
import type { WeightsInfo } from "../store/imported.js";
import { type ModelEntry, skeletonName } from "../store/models.js";
import type { PullRecord } from "../store/pullRecord.js";

type Row = [label: string, value: string];

const table = (rows: readonly Row[]): string =>
  rows.map(([label, value]) => `${label.padEnd(11)}${value}`).join("\n");

export const megabytes = (bytes: number): string =>
  bytes < 1e5 ? `${(bytes / 1e3).toFixed(1)} kB` : `${(bytes / 1e6).toFixed(1)} MB`;

/** The list of models, by where they are. */
export function listText(entries: readonly ModelEntry[]): string {
  const part = (state: ModelEntry["state"], head: string) => {
    const cells = entries.filter((entry) => entry.state === state).map(cellsOf);
    return cells.length > 0 ? [[head, ...aligned(cells)].join("\n")] : [];
  };
  return [
    ...part("embedded", "In Marey:"),
    ...part("stored", `Stored in ${modelsFolder()}:`),
    ...part("available", "To be fetched with `marey models pull NAME`, and what is checked then:"),
  ].join("\n\n");
}

function cellsOf({ name, state, kind, title, skeleton, bytes, entry }: ModelEntry): string[] {
  const unknown = { embedded: "not built", stored: "no file", available: "-" }[state];
  const joints = kind === "weights" ? "weights" : (skeleton ?? "-");
  const note = entry && !entry.licence.commercial ? " (not commercial)" : "";
  return [
    name,
    (bytes === undefined ? unknown : megabytes(bytes)).padStart(9),
    joints,
    ...(entry ? [shortCheck(entry)] : []),
    `${title}${note}`,
  ];
}

/** Lines of columns that stand below each other. */
function aligned(lines: readonly string[][]): string[] {
  const widths = lines[0]!.map((_, i) => Math.max(...lines.map((cells) => cells[i]!.length)));
  return lines.map((cells) => `  ${cells.map((cell, i) => cell.padEnd(widths[i]!)).join("  ")}`.trimEnd());
}

/** A network's card, inputs, outputs and operators. */
export function networkText(info: ModelInfo & { record?: PullRecord | undefined }): string {
  const { file, bytes, inputs, outputs, operators, parameters, card, record } = info;
  const port = ({ name, type, shape }: ModelPort) =>
    `${name}  ${type}${shape ? ` [${shape.join(", ")}]` : ""}`;
  const operatorCount = Object.values(operators).reduce((sum, n) => sum + n, 0);
  const counts = Object.entries(operators).map(([name, n]) => `${n} ${name}`);
  return table([
    ...(card ? cardRows(card) : []),
    ...recordRows(record),
    ["file", `${file} (${megabytes(bytes)}, ${(parameters / 1e6).toFixed(2)} million parameters)`],
    ...inputs.map((entry): Row => ["input", port(entry)]),
    ...outputs.map((entry): Row => ["output", port(entry)]),
    ["operators", `${operatorCount}: ${counts.join(", ")}`],
  ]);
}

function cardRows(card: Card): Row[] {
  const { name, title, source, author, licence, input, codec, works, limits } = card;
  const size = `${input.height ?? "any"} x ${input.width ?? "any"}`;
  const step = input.multipleOf ? `, multiples of ${input.multipleOf}` : "";
  const from = source.package
    ? `${source.package} ${source.version ?? ""}, ${source.model ?? ""}`
    : (source.url ?? Object.keys(source.sha256)[0] ?? "unknown");
  return [
    ["name", name],
    ...(title ? [["title", title] as Row] : []),
    ["source", from],
    ["licence", `${licence} (${author})`],
    ["picture", `${input.colour} ${size}${step}, ${input.layout}, ${rangeOf(input)}`],
    ["codec", codec.kind],
    ["skeleton", skeletonName(card) ?? "none"],
    ...(works ? [["works", works] as Row] : []),
    ...(limits ? [["limits", limits] as Row] : []),
  ];
}

function rangeOf({ scale, offset, mean, deviation }: Card["input"]): string {
  if (mean !== undefined || deviation !== undefined) return `(byte - ${mean ?? 0}) / ${deviation ?? 1}`;
  return scale === 1 && offset === 0 ? "bytes" : `byte · ${scale} + ${offset}`;
}

function recordRows(record: PullRecord | undefined): Row[] {
  if (!record?.file) return [];
  const { url, sha256, trust, fetched } = record.file;
  return [
    ["fetched", `${fetched.slice(0, 10)} from ${url}`],
    [
      "SHA-256",
      `${sha256} (${trust === "published" ? "checked against what was published" : "trusted on first use"})`,
    ],
    ["accepted", `${record.licence}, ${record.accepted.slice(0, 10)}`],
  ];
}

/** The tensors of weights. */
export function weightsText(info: WeightsInfo & { record?: PullRecord | undefined }): string {
  const width = Math.max(...info.tensors.map(({ name }) => name.length));
  const rows = info.tensors.map(
    ({ name, dtype, shape }) =>
      `${" ".repeat(11)}${name.padEnd(width)}  ${dtype.padEnd(4)} [${shape.join(", ")}]`,
  );
  return [weightsHeader(info), ...rows].join("\n");
}

/** What weights are, without their tensors. */
export function weightsHeader({
  file,
  bytes,
  format,
  parameters,
  tensors,
  card,
  record,
}: WeightsInfo & { record?: PullRecord | undefined }): string {
  const key = card?.source.key ? `, "${card.source.key}"` : "";
  return table([
    ...(card ? [["name", card.name] as Row] : []),
    ...(card?.title ? [["title", card.title] as Row] : []),
    ...(card ? [["source", `${card.source.file} (${card.source.format}${key})`] as Row] : []),
    ...(card?.licence ? [["licence", card.licence] as Row] : []),
    ...recordRows(record),
    ["file", `${file} (${format}, ${megabytes(bytes)})`],
    ["tensors", `${tensors.length} with ${parameters.toLocaleString("en")} numbers`],
  ]);
}

/** A lifter's card. */
export function lifterText({
  card,
  file,
  record,
}: {
  card: LifterCard;
  file: string;
  record?: PullRecord | undefined;
}) {
  return table([
    ["name", card.name],
    ["title", card.title],
    ["licence", card.licence],
    ...recordRows(record),
    ["file", file],
    [
      "frames",
      `${card.filterWidths.reduce((product, width) => product * width, 1)} at ${card.frameRate} Hz (${card.filterWidths.join(", ")})`,
    ],
    ["channels", `${card.channels}`],
    ["skeleton", card.skeleton],
    ["data", card.data],
    ["training", card.training],
    ["accuracy", card.accuracy],
    ["works", card.works],
    ["limits", card.limits],
    ["use", `marey lift INPUT --lifter ${card.name}`],
  ]);
}

/** What is known of a file that is to be fetched, in a word or two. */
function shortCheck({ digest, unpack }: CatalogueEntry): string {
  if (digest.sha256 || unpack?.sha256) return "SHA-256";
  if (digest.md5) return "MD5";
  return digest.sha256Prefix ? `${digest.sha256Prefix.length} digits` : "first use";
}

/** What can be fetched: address, licence, and what is checked. */
export function catalogueText(entry: CatalogueEntry): string {
  const { name, title, author, urls, size, licence, digest, importer, format } = entry;
  const digests = [
    ...(digest.sha256 ? [`SHA-256 ${digest.sha256}`] : []),
    ...(digest.md5 ? [`MD5 ${digest.md5}`] : []),
    ...(digest.sha256Prefix ? [`SHA-256 that begins with ${digest.sha256Prefix}`] : []),
    ...(entry.unpack?.sha256 ? [`inside, SHA-256 ${entry.unpack.sha256}`] : []),
  ];
  const becomes = {
    architecture: `a ${importer.kind === "architecture" ? importer.gives : ""} that runs`,
    onnx: "a network that runs",
    weights: "weights only: no network of Marey's runs them yet",
  }[importer.kind];
  return table([
    ["name", name],
    ["title", title],
    ["author", author],
    ...urls.map((url, i): Row => [i === 0 ? "from" : "or from", url]),
    ["size", size === undefined ? "not published" : megabytes(size)],
    [
      "check",
      digests.join("; ") || "nothing is published: the first file is trusted, another refused afterwards",
    ],
    ["format", `${format}; becomes ${becomes}`],
    ["licence", licence.name],
    ["", licence.commercial ? licence.note : `NOT FOR COMMERCIAL USE. ${licence.note}`],
    ["", licence.url],
  ]);
}
