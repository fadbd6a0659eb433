import { existsSync, readdirSync } from "node:fs";
import { register } from "node:module";
import { basename, extname, join, resolve } from "node:path";
import { pathToFileURL } from "node:url";
import { MareyError } from "@marey/core";
import type { StoredTensor } from "@marey/core/format";
import type { Run } from "./run.js";
import type { Settings } from "./settings.js";

/** Tensors of a weights file by path. */
export type Weights = ReadonlyMap<string, StoredTensor>;

/** What an evaluation found. */
export interface Evaluation {
  /** Numbers by name, with the unit in the name: `P1 (mm)`. */
  readonly metrics: Readonly<Record<string, number>>;
  /** A last line that sums up. */
  readonly line?: string;
}

/** A training as a module that is read downwards: settings, and a function that trains. */
export interface Recipe {
  readonly name: string;
  readonly file: string;
  /** The module's `settings`. */
  readonly settings: Settings;
  /** The module's default export. What it gives is told, if it is what `train` gives. */
  train(run: Run): Promise<unknown>;
  /** The module's `evaluate`: measures weights. */
  evaluate?(run: Run, weights: Weights): Promise<Evaluation>;
}

/** Where the recipes that ship are, seen from sources and from the build alike. */
const shipped = join(import.meta.dirname, "../../../../recipes");
const endings = [".ts", ".mts", ".js", ".mjs"];

/**
 * Loads a recipe: a TypeScript or JavaScript module, or one that ships, by name. It finds `marey` and `@marey/core/…`
 * wherever it lies.
 *
 * @throws MareyError `RECIPE_UNKNOWN` when there is none, `RECIPE_INVALID` when the module can't be loaded or lacks an
 *   export.
 */
export async function loadRecipe(nameOrPath: string): Promise<Recipe> {
  const file = recipeFile(nameOrPath);
  const module = await importModule(file);
  const { settings = {}, default: train, evaluate } = module;
  const lack = (what: string) => invalid(file, what, "Look at docs/train.md for what a recipe exports");
  if (typeof train !== "function") throw lack("it has no default export that is a function of the run");
  if (evaluate !== undefined && typeof evaluate !== "function") throw lack("its evaluate is no function");
  if (!isSettings(settings)) throw lack("its settings aren't a record of numbers, texts and truth values");
  const name = basename(file, extname(file));
  return { name, file, settings, train: train as Recipe["train"], evaluate: evaluate as Recipe["evaluate"] };
}

function recipeFile(nameOrPath: string): string {
  const isPath = endings.includes(extname(nameOrPath));
  const file = isPath ? resolve(nameOrPath) : join(shipped, `${nameOrPath}.ts`);
  if (existsSync(file)) return file;
  const names = existsSync(shipped) ? readdirSync(shipped).filter((name) => extname(name) === ".ts") : [];
  const known = names.map((name) => basename(name, ".ts")).join(", ") || "none";
  throw new MareyError(
    "RECIPE_UNKNOWN",
    nameOrPath,
    isPath ? "there is no such file" : `no recipe of this name ships (there are: ${known})`,
    `Name one of them, or a file that ends in ${endings.join(", ")}`,
  );
}

const isSettings = (value: unknown): value is Settings =>
  typeof value === "object" &&
  value !== null &&
  Object.values(value).every((setting) => ["number", "string", "boolean"].includes(typeof setting));

let prepared = false;

async function importModule(file: string): Promise<Record<string, unknown>> {
  if (!prepared) {
    const tsx = await import("tsx/esm/api");
    tsx.register({ tsconfig: false });
    register(`data:text/javascript,${encodeURIComponent(ownPackages)}`, { data: import.meta.url });
    prepared = true;
  }
  try {
    return await import(pathToFileURL(file).href);
  } catch (cause) {
    if (cause instanceof MareyError) throw cause;
    throw invalid(file, `it can't be loaded (${(cause as Error).message})`, "Correct the module", cause);
  }
}

function invalid(file: string, what: string, remedy: string, cause?: unknown): MareyError {
  // Without "type": "module" in a package.json, a .js file is a CommonJS module.
  const kind = extname(file) === ".js" ? ", and name it .mjs if no package.json makes it a module" : "";
  return new MareyError("RECIPE_INVALID", file, what, remedy + kind, { cause });
}

/**
 * A hook for modules: from any folder, our own packages are those that run now, so that there is one of each; and
 * TypeScript is a module also where no package.json says so. It is a text, because the thread of the hooks
 * can't read our sources when they aren't built.
 */
const ownPackages = `
let here;
export const initialize = (url) => { here = url; };
export const resolve = async (specifier, context, next) => {
  if (/^(marey|@marey\\/core)(\\/|$)/.test(specifier)) return next(specifier, { ...context, parentURL: here });
  const found = await next(specifier, context);
  return found.url.endsWith(".ts") ? { ...found, format: "module" } : found;
};
`;
