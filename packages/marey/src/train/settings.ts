import { MareyError } from "@marey/core";

/** A value that a recipe can be run with. */
export type Setting = number | string | boolean;

/** The settings of a recipe by name: what `--set` may change. */
export type Settings = Readonly<Record<string, Setting>>;

/**
 * Settings with `key=value` assignments in place of the defaults. A value is read as the default's type.
 *
 * @throws MareyError `RECIPE_SETTING` when there is no such key or the value has another type.
 */
export function applySettings<S extends Settings>(
  defaults: S,
  assignments: readonly string[],
  recipe: string,
): S {
  const changed: Record<string, Setting> = { ...defaults };
  for (const assignment of assignments) {
    const [, key, text] = /^([^=]+)=(.*)$/s.exec(assignment) ?? [];
    const before = key === undefined ? undefined : defaults[key];
    if (key === undefined || text === undefined || before === undefined || !Object.hasOwn(defaults, key))
      throw refused(
        assignment,
        text === undefined ? "it is no setting with a value" : `${recipe} has no setting "${key}"`,
        `Write --set key=value; the settings are ${listed(defaults)}`,
      );
    const value = readAs(before, text);
    if (value === undefined)
      throw refused(
        assignment,
        `of ${recipe} "${key}" is ${kinds[typeof before as keyof typeof kinds]} (${before}), not "${text}"`,
        "Write such a value",
      );
    changed[key] = value;
  }
  return changed as S;
}

const listed = (settings: Settings) =>
  Object.entries(settings)
    .map(([key, value]) => `${key}=${value}`)
    .join(", ") || "(none)";

const kinds = { number: "a number", boolean: "true or false", string: "a text" };

const refused = (assignment: string, what: string, remedy: string) =>
  new MareyError("RECIPE_SETTING", `--set ${assignment}`, what, remedy);

/** The text as a value of the default's type; undefined when it is none. */
function readAs(like: Setting, text: string): Setting | undefined {
  if (typeof like === "string") return text;
  if (typeof like === "boolean") return text === "true" ? true : text === "false" ? false : undefined;
  const value = Number(text);
  return text.trim() !== "" && Number.isFinite(value) ? value : undefined;
}

/**
 * Requires that a training goes on with the settings that it was started with.
 *
 * @throws MareyError `TRAINING_SETTINGS` naming those that differ.
 */
export function requireSameSettings(now: Settings, then: Settings, checkpoint: string): void {
  const keys = [...new Set([...Object.keys(then), ...Object.keys(now)])];
  const other = keys.filter((key) => now[key] !== then[key]);
  if (other.length > 0)
    throw new MareyError(
      "TRAINING_SETTINGS",
      checkpoint,
      `the training was started with ${other.map((key) => `${key}=${then[key]}, now ${now[key]}`).join("; ")}`,
      "Resume without --set, or start another training with --out",
    );
}
