import { MareyError } from "../error.js";
import { type JointRow, type Skeleton, skeleton } from "../skeleton/skeleton.js";
import { layoutName } from "./layoutName.js";
import { readJson } from "./lines.js";

type Fields = Record<string, unknown>;
type Pair = [string, string];

/** A sigma where a file states none: COCO's for shoulders, in the middle of its limbs. */
const USUAL_SIGMA = 0.079;

const REMEDY = 'Write { "name", "joints": [names], "parents": [names or null], "edges", "mirror", "sigmas" }';

/**
 * Reads a joint layout of one's own:
 *
 * - `joints`: unique names. Also `{ name, parent, sigma }` each, or a category of COCO's (`keypoints`, and `skeleton` as limbs,
 *   numbered from 1).
 * - `parents` (optional): of each joint the parent's name or index; null or −1 for a root. Without it, no joint has one.
 * - `edges` (optional): limbs to draw, pairs of names or indices; the lines to the parents when absent.
 * - `mirror` (optional): pairs of left–right partners beyond those that `left_…` and `right_…` in the names say.
 * - `sigmas` (optional): OKS constants, COCO's convention, one for all or one each; 0.079 when absent.
 *
 * Its name is `name`, else the file's.
 *
 * @throws MareyError `SKELETON_INVALID` saying which entry is wrong; `JSON_INVALID`, `TEXT_INVALID`.
 */
export function readSkeleton(bytes: Uint8Array, name = "skeleton.json"): Skeleton {
  const content = readJson(bytes, name);
  const invalid = (what: string) => new MareyError("SKELETON_INVALID", name, what, REMEDY);
  if (!isRecord(content)) throw invalid("it is no object");
  const list = content.joints ?? content.keypoints;
  if (!Array.isArray(list) || list.length === 0) throw invalid('it has no list "joints"');
  const entries = list.map((joint: unknown, i): Fields => {
    if (isRecord(joint) && typeof joint.name === "string") return joint;
    if (typeof joint === "string") return { name: joint };
    throw invalid(`joint ${i} has no name`);
  });
  const names = entries.map((entry) => entry.name as string);
  const jointAt = (value: unknown, what: string): string => {
    const found = typeof value === "number" ? names[value] : value;
    if (typeof found === "string" && names.includes(found)) return found;
    throw invalid(`${what} ${JSON.stringify(value)} is not one of its joints`);
  };
  const parents = optionalList(content.parents, names.length, "parents", invalid);
  const sigmas = typeof content.sigmas === "number" ? names.map(() => content.sigmas) : content.sigmas;
  const each = optionalList(sigmas, names.length, "sigmas", invalid);
  const rows = entries.map((entry, i): JointRow => {
    const parent = parents?.[i] ?? entry.parent ?? null;
    const sigma = each?.[i] ?? entry.sigma ?? USUAL_SIGMA;
    if (typeof sigma !== "number") throw invalid(`the sigma of "${names[i]}" is no number`);
    return [
      names[i],
      parent === null || parent === -1 ? null : jointAt(parent, `the parent of "${names[i]}",`),
      sigma,
    ];
  });
  const pairs = (value: unknown, key: string, from = 0): Pair[] | undefined => {
    if (value === undefined || value === null) return undefined;
    const given = isRecord(value) ? Object.entries(value) : value;
    if (!Array.isArray(given)) throw invalid(`"${key}" is no list of pairs`);
    return given.map((pair: unknown) => {
      if (!Array.isArray(pair) || pair.length !== 2) throw invalid(`"${key}" has an entry that is no pair`);
      const [a, b] = pair.map((joint: unknown) =>
        jointAt(typeof joint === "number" ? joint - from : joint, `in "${key}",`),
      );
      return [a, b];
    });
  };
  const edges = pairs(content.edges, "edges") ?? pairs(content.skeleton, "skeleton", 1);
  const title = typeof content.name === "string" ? content.name : layoutName(name);
  return skeleton(title, rows, edges, mirrorPairs(content.mirror, names) ?? pairs(content.mirror, "mirror"));
}

const isRecord = (value: unknown): value is Fields =>
  typeof value === "object" && value !== null && !Array.isArray(value);

function optionalList(
  value: unknown,
  length: number,
  key: string,
  invalid: (what: string) => MareyError,
): unknown[] | undefined {
  if (value === undefined || value === null) return undefined;
  if (!Array.isArray(value) || value.length !== length)
    throw invalid(`"${key}" are ${Array.isArray(value) ? value.length : "no list"}, the joints ${length}`);
  return value;
}

/** Each joint's partner by index, as `Skeleton.mirror` has it; undefined when the list is another kind. */
function mirrorPairs(value: unknown, names: readonly string[]): Pair[] | undefined {
  if (!Array.isArray(value) || value.length !== names.length) return undefined;
  if (!value.every((partner) => Number.isInteger(partner) && names[partner] !== undefined)) return undefined;
  return value.flatMap((partner: number, i): Pair[] => (partner > i ? [[names[i], names[partner]]] : []));
}
