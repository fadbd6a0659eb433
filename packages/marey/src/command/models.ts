import { existsSync } from "node:fs";
import { MareyError } from "@marey/core";
import { Command } from "commander";
import { architectures } from "../store/architectures.js";
import { catalogue } from "../store/catalogue.js";
import { describeModel } from "../store/describe.js";
import { exportNetwork } from "../store/exportNetwork.js";
import { exportWeights, importWeights, openWeights } from "../store/imported.js";
import { importArchitecture, importModel, importWithCard } from "../store/importNetwork.js";
import { findModel, listModels } from "../store/models.js";
import { readRecord } from "../store/pullRecord.js";
import { type Removed, removeModel } from "../store/remove.js";
import { findStored } from "../store/stored.js";
import { throwAll } from "./failures.js";
import { graphText, modelGraph, readSize } from "./modelGraph.js";
import { pullCommand } from "./modelsPull.js";
import {
  catalogueText,
  lifterText,
  listText,
  megabytes,
  networkText,
  weightsHeader,
  weightsText,
} from "./modelsText.js";

/** `marey models`: what models there are, what one is, and bringing others in. */
export function modelsCommand(): Command {
  const models = new Command("models").description("List, fetch, describe and import networks and weights");
  models.addCommand(listCommand());
  models.addCommand(pullCommand());
  models.addCommand(infoCommand());
  models.addCommand(importCommand());
  models.addCommand(exportCommand());
  models.addCommand(removeCommand());
  return models;
}

function print<T>(info: T, text: (info: T) => string, json = false): void {
  console.log(json ? JSON.stringify(info, undefined, 2) : text(info));
}

const listCommand = () =>
  new Command("list")
    .description("List the networks that Marey contains, stored models, and what can be fetched")
    .option("--json", "print JSON")
    .action(async ({ json }: { json?: boolean }) => print(await listModels(), listText, json));

interface InfoFlags {
  key?: string;
  graph?: boolean;
  size?: Record<string, number>;
  json?: boolean;
}

const infoCommand = () =>
  new Command("info")
    .argument("<model>", "name of a model, or a file of a network or of weights")
    .description("Show a model's card, licence, inputs, outputs and operators, or the tensors of weights")
    .option("--key <entry>", "entry of a checkpoint that holds the weights")
    .option("--graph", "show a network's calls with their shapes")
    .option("--size <name=n>", "size that the network leaves free, for --graph; repeatable", readSize)
    .option("--json", "print JSON")
    .action(async (model: string, { key, graph, size, json }: InfoFlags) => {
      if (size && !graph)
        throw new MareyError("OPTION", "--size", "sizes are for the network's calls", "Pass --graph as well");
      if (graph) return print(await modelGraph(model, size), graphText, json);
      return showModel(model, key, json);
    });

async function showModel(name: string, key: string | undefined, json: boolean | undefined): Promise<void> {
  const entry = catalogue.find((each) => each.name === name);
  if (entry && !(await findStored(name))) return print(entry, catalogueText, json);
  const model = await findModel(name);
  const record = entry && (await readRecord(name));
  if (model.kind === "network") return print({ ...(await describeModel(name)), record }, networkText, json);
  if (model.kind === "lifter") return print({ card: model.card, file: model.file, record }, lifterText, json);
  const { values: _, ...info } = await openWeights(name, key);
  print({ ...info, record }, weightsText, json);
}

interface ImportFlags {
  as: string;
  card?: string;
  network?: string;
  key?: string;
  float32?: boolean;
  force?: boolean;
  json?: boolean;
}

function importCommand(): Command {
  const networks = Object.entries(architectures).map(
    ([name, { summary }]) => `  ${name.padEnd(22)} ${summary}`,
  );
  return new Command("import")
    .argument("<file>", "network (.onnx, or a TensorFlow.js model.json), or a file of weights")
    .description("Keep a network or weights under a name")
    .requiredOption("--as <name>", "name to keep it under; or an .onnx file to convert a graph model to")
    .option("--card <file>", "card (JSON) of a network: what it is shown, and how its outputs are read")
    .option("--network <name>", "architecture of weights, which makes them a network")
    .option("--key <entry>", "entry of a checkpoint that holds the weights")
    .option("--float32", "widen float16 weights of a graph model in the file")
    .option("--force", "replace what is there")
    .option("--json", "print JSON")
    .addHelpText("after", `\nArchitectures:\n${networks.join("\n")}`)
    .action((path: string, flags: ImportFlags) => importAny(path, flags));
}

async function importAny(path: string, { as, card, network, json, ...options }: ImportFlags): Promise<void> {
  if (card !== undefined && network !== undefined)
    throw new MareyError(
      "OPTION",
      "--network",
      "a known architecture has its card",
      "Leave out --card or --network",
    );
  if (card !== undefined) return print(await importWithCard(path, as, card, options), networkText, json);
  if (network !== undefined) {
    await importArchitecture(path, as, network, options);
    return showModel(as, undefined, json);
  }
  // As `export` writes them.
  const beside = path.replace(/\.onnx$/i, ".json");
  if (beside !== path && options.key === undefined && existsSync(beside))
    return print(await importWithCard(path, as, beside, options), networkText, json);
  if (/\.json$/i.test(path)) return print(await importModel(path, as, options), networkText, json);
  print(await importWeights(path, as, options), weightsText, json);
}

interface ExportFlags {
  out: string;
  key?: string;
  float16?: boolean;
  force?: boolean;
  json?: boolean;
}

const exportCommand = () =>
  new Command("export")
    .argument("<model>", "name of a model, or a file")
    .description(
      "Write weights as safetensors, which PyTorch reads, or as npz; or a network as ONNX with its card",
    )
    .requiredOption("--out <file>", ".safetensors, .npz or .onnx file to write")
    .option("--key <entry>", "entry of a checkpoint that holds the weights")
    .option("--float16", "round floats to 16 bits")
    .option("--force", "replace the file")
    .option("--json", "print JSON")
    .action(async (model: string, { out, json, ...options }: ExportFlags) => {
      if (/\.onnx$/i.test(out)) return print(await exportNetwork(model, out, options), networkText, json);
      print(await exportWeights(model, out, options), weightsHeader, json);
    });

const removeCommand = () =>
  new Command("remove")
    .argument("<name...>", "names of stored models")
    .description("Remove stored models with their downloads")
    .option("--json", "print JSON")
    .action(async (names: string[], { json }: { json?: boolean }) => {
      const removed: Removed[] = [];
      const failures: unknown[] = [];
      for (const name of names)
        await removeModel(name).then(
          (done) => removed.push(done),
          (error) => failures.push(error),
        );
      if (removed.length > 0) print(removed, (all) => all.map(removedText).join("\n"), json);
      throwAll(failures);
    });

const removedText = ({ name, freed }: Removed): string =>
  `${name} is removed${freed ? `, with its download of ${megabytes(freed)}` : ""}`;
