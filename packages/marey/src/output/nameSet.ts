/** Names of files, most of which differ in a number: cameras and streams write them for days. */
export interface NameSet {
  has(name: string): boolean;
  add(name: string): void;
  /** Those with numbers near each other together. */
  names(): Iterable<string>;
  clear(): void;
}

/** Names around one number, and which numbers from `first` on there are. */
interface Page {
  before: string;
  digits: number;
  after: string;
  first: number;
  bits: Uint8Array;
}

/** Numbers in a page. */
const LENGTH = 1024;
/** What stands before and after a name's last number; more digits than a double holds count as before. */
const NUMBERED = /^(.*?)(\d{1,15})(\D*)$/s;

/** A set of names that holds one bit for each of many that count up. */
export function nameSet(): NameSet {
  const pages = new Map<string, Page>();
  const others = new Set<string>();
  const place = (name: string) => {
    const [, before, number, after] = NUMBERED.exec(name) ?? [];
    if (before === undefined || number === undefined || after === undefined) return undefined;
    const at = Number(number) % LENGTH;
    const [first, digits] = [Number(number) - at, number.length];
    const key = [before, digits, after, first].join("/");
    return { key, at, page: { before, digits, after, first } };
  };
  return {
    has(name) {
      const found = place(name);
      if (!found) return others.has(name);
      const { bits } = pages.get(found.key) ?? {};
      return bits !== undefined && ((bits[found.at >> 3] ?? 0) & (1 << (found.at & 7))) !== 0;
    },
    add(name) {
      const found = place(name);
      if (!found) return void others.add(name);
      const page = pages.get(found.key) ?? { ...found.page, bits: new Uint8Array(LENGTH / 8) };
      pages.set(found.key, page);
      page.bits[found.at >> 3] = (page.bits[found.at >> 3] ?? 0) | (1 << (found.at & 7));
    },
    *names() {
      yield* others;
      for (const { before, digits, after, first, bits } of pages.values())
        for (let i = 0; i < LENGTH; i++)
          if ((bits[i >> 3] ?? 0) & (1 << (i & 7)))
            yield `${before}${String(first + i).padStart(digits, "0")}${after}`;
    },
    clear() {
      pages.clear();
      others.clear();
    },
  };
}
