import { Command } from "commander";
import type { Card } from "../store/card.js";
import {
  describeModel,
  importModel,
  listModels,
  type ModelEntry,
  type ModelInfo,
  type ModelPort,
} from "../store/models.js";

/** `marey models`: what networks there are, what one is, and bringing others in. */
export function modelsCommand(): Command {
  const models = new Command("models").description("List, describe and import networks");
  models
    .command("list")
    .description("List the networks that Marey contains")
    .option("--json", "print JSON")
    .action(async ({ json }: { json?: boolean }) => {
      const entries = await listModels();
      console.log(json ? JSON.stringify(entries, undefined, 2) : entries.map(listLine).join("\n"));
    });
  models
    .command("info")
    .argument("<model>", "name of a network, or an .onnx file")
    .description("Show a network's card, inputs, outputs and operators")
    .option("--json", "print JSON")
    .action(async (model: string, { json }: { json?: boolean }) => {
      const info = await describeModel(model);
      console.log(json ? JSON.stringify(info, undefined, 2) : infoText(info));
    });
  models
    .command("import")
    .argument("<model.json>", "TensorFlow.js graph model, with its weights beside it")
    .description("Convert a TensorFlow.js graph model to ONNX")
    .requiredOption("--as <file.onnx>", "ONNX file to write")
    .option("--float32", "widen float16 weights in the file")
    .option("--force", "overwrite the file")
    .option("--json", "print JSON")
    .action(async (path: string, options: ImportFlags) => {
      const made = await importModel(path, options.as, options);
      console.log(options.json ? JSON.stringify(made, undefined, 2) : infoText(made));
    });
  return models;
}

interface ImportFlags {
  as: string;
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

function cardRows({ name, title, source, author, licence, input, skeleton, works, limits }: Card) {
  const size = `${input.height ?? "any"} x ${input.width ?? "any"}`;
  const step = input.multipleOf ? `, multiples of ${input.multipleOf}` : "";
  const range = input.scale === 1 && input.offset === 0 ? "bytes" : `byte · ${input.scale} + ${input.offset}`;
  return [
    ["name", name],
    ["title", title],
    ["source", `${source.package} ${source.version}, ${source.model}`],
    ["licence", `${licence} (${author})`],
    ["picture", `${input.colour} ${size}${step}, ${input.layout}, ${range}`],
    ["skeleton", skeleton ?? "none"],
    ["works", works],
    ["limits", limits],
  ] satisfies [string, string][];
}

const megabytes = (bytes: number) => `${(bytes / 1e6).toFixed(1)} MB`;
