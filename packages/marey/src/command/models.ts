import { Command } from "commander";
import { type Card, skeletonName, sourceText } from "../store/card.js";
import { cards } from "../store/cards.js";
import { exportWeights, importWeights, openWeights, type WeightsInfo } from "../store/imported.js";
import {
  describeModel,
  importModel,
  listModels,
  type ModelEntry,
  type ModelInfo,
  type ModelPort,
} from "../store/models.js";
import { graphText, modelGraph, readSize } from "./modelGraph.js";

/** `marey models`: what networks there are, what one is, and bringing others in. */
export function modelsCommand(): Command {
  const models = new Command("models").description("List, describe and import networks");
  models
    .command("list")
    .description("List the networks that Marey contains, and imported weights")
    .option("--json", "print JSON")
    .action(async ({ json }: { json?: boolean }) => {
      const entries = await listModels();
      console.log(json ? JSON.stringify(entries, undefined, 2) : entries.map(listLine).join("\n"));
    });
  models
    .command("info")
    .argument("<model>", "name of a network or of imported weights, or a file of them")
    .description("Show a network's card, inputs, outputs and operators, or the tensors of weights")
    .option("--key <entry>", "entry of a checkpoint that holds the weights")
    .option("--graph", "show a network's calls with their shapes")
    .option("--size <name=n>", "size that the network leaves free, for --graph; repeatable", readSize)
    .option("--json", "print JSON")
    .action(async (model: string, { key, graph, size, json }: InfoFlags) => {
      if (graph) return print(await modelGraph(model, size), graphText, json);
      if (isNetwork(model)) return print(await describeModel(model), infoText, json);
      const { values: _, ...info } = await openWeights(model, key);
      print(info, weightsText, json);
    });
  models
    .command("import")
    .argument(
      "<file>",
      "checkpoint or other file of weights, or the model.json of a TensorFlow.js graph model",
    )
    .description("Keep weights under a name, or convert a TensorFlow.js graph model to ONNX")
    .requiredOption(
      "--as <name>",
      "name to keep the weights under; for a graph model, the .onnx file to write",
    )
    .option("--key <entry>", "entry of a checkpoint that holds the weights")
    .option("--float32", "widen float16 weights of a graph model in the file")
    .option("--force", "replace what is there")
    .option("--json", "print JSON")
    .action(async (path: string, { as, json, ...options }: ImportFlags) => {
      if (/\.json$/i.test(path)) print(await importModel(path, as, options), infoText, json);
      else print(await importWeights(path, as, options), weightsText, json);
    });
  models
    .command("export")
    .argument("<weights>", "name of imported weights, or a file of weights")
    .description("Write weights as safetensors, which PyTorch reads, or as npz")
    .requiredOption("--out <file>", ".safetensors or .npz file to write")
    .option("--key <entry>", "entry of a checkpoint that holds the weights")
    .option("--float16", "round floats to 16 bits")
    .option("--force", "replace the file")
    .option("--json", "print JSON")
    .action(async (weights: string, { out, json, ...options }: ExportFlags) =>
      print(await exportWeights(weights, out, options), weightsHeader, json),
    );
  return models;
}

const isNetwork = (model: string) => /\.onnx$/i.test(model) || cards.some(({ name }) => name === model);

function print<T>(info: T, text: (info: T) => string, json = false): void {
  console.log(json ? JSON.stringify(info, undefined, 2) : text(info));
}

interface InfoFlags {
  key?: string;
  graph?: boolean;
  size?: Record<string, number>;
  json?: boolean;
}

interface ExportFlags {
  out: string;
  key?: string;
  float16?: boolean;
  force?: boolean;
  json?: boolean;
}

interface ImportFlags {
  as: string;
  key?: string;
  float32?: boolean;
  force?: boolean;
  json?: boolean;
}

function listLine({ name, title, skeleton, bytes }: ModelEntry): string {
  const size = bytes === undefined ? "not built" : megabytes(bytes);
  return `${name.padEnd(20)}${size.padStart(9)}  ${(skeleton ?? "-").padEnd(12)}${title}`;
}

function infoText({ file, bytes, inputs, outputs, operators, parameters, card }: ModelInfo): string {
  const port = ({ name, type, shape }: ModelPort) =>
    `${name}  ${type}${shape ? ` [${shape.join(", ")}]` : ""}`;
  const operatorCount = Object.values(operators).reduce((sum, n) => sum + n, 0);
  const rows: [string, string][] = [
    ...(card ? cardRows(card) : []),
    ["file", `${file} (${megabytes(bytes)}, ${(parameters / 1e6).toFixed(2)} million parameters)`],
    ...inputs.map((entry): [string, string] => ["input", port(entry)]),
    ...outputs.map((entry): [string, string] => ["output", port(entry)]),
    [
      "operators",
      `${operatorCount}: ${Object.entries(operators)
        .map(([name, n]) => `${n} ${name}`)
        .join(", ")}`,
    ],
  ];
  return rows.map(([key, value]) => `${key.padEnd(11)}${value}`).join("\n");
}

function weightsText(info: WeightsInfo): string {
  const width = Math.max(...info.tensors.map(({ name }) => name.length));
  const rows = info.tensors.map(
    ({ name, dtype, shape }) =>
      `${" ".repeat(11)}${name.padEnd(width)}  ${dtype.padEnd(4)} [${shape.join(", ")}]`,
  );
  return [weightsHeader(info), ...rows].join("\n");
}

function weightsHeader({ file, bytes, format, parameters, tensors, card }: WeightsInfo): string {
  const key = card?.source.key ? `, "${card.source.key}"` : "";
  const rows: [string, string][] = [
    ["file", `${file} (${format}, ${megabytes(bytes)})`],
    ["tensors", `${tensors.length} with ${parameters.toLocaleString("en")} numbers`],
  ];
  if (card)
    rows.unshift(["name", card.name], ["source", `${card.source.file} (${card.source.format}${key})`]);
  return rows.map(([label, value]) => `${label.padEnd(11)}${value}`).join("\n");
}

function cardRows(card: Card) {
  const { name, title, author, licence, input, works, limits } = card;
  const size = `${input.height ?? "any"} x ${input.width ?? "any"}`;
  const step = input.multipleOf ? `, multiples of ${input.multipleOf}` : "";
  const range = input.scale === 1 && input.offset === 0 ? "bytes" : `byte · ${input.scale} + ${input.offset}`;
  return [
    ["name", name],
    ["title", title],
    ["source", sourceText(card)],
    ["licence", `${licence} (${author})`],
    ["picture", `${input.colour} ${size}${step}, ${input.layout}, ${range}`],
    ["skeleton", skeletonName(card)],
    ["works", works],
    ["limits", limits],
  ] satisfies [string, string][];
}

const megabytes = (bytes: number) =>
  bytes < 1e5 ? `${(bytes / 1e3).toFixed(1)} kB` : `${(bytes / 1e6).toFixed(1)} MB`;
