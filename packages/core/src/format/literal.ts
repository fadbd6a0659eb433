/** A Python literal: dictionaries become Maps, tuples and lists arrays, None null. */
export type Literal = number | string | boolean | null | Literal[] | Map<Literal, Literal>;

const TOKEN =
  /\s*(?:([{}()[\]:,])|'((?:[^'\\]|\\.)*)'|"((?:[^"\\]|\\.)*)"|(-?\d+(?:\.\d+)?)L?|(True|False|None))/y;

/**
 * Parses a Python literal of the kind that NumPy puts in its headers (no arithmetic, no prefixes).
 *
 * @returns undefined when the text is none.
 */
export function readLiteral(text: string): Literal | undefined {
  const tokens = tokenise(text.trim());
  if (!tokens) return undefined;
  const parser = { tokens, at: 0 };
  const value = parseValue(parser, 0);
  return parser.at === tokens.length ? value : undefined;
}

type Token = { mark: string } | { value: Literal };

function tokenise(text: string): Token[] | undefined {
  const tokens: Token[] = [];
  TOKEN.lastIndex = 0;
  while (TOKEN.lastIndex < text.length) {
    const match = TOKEN.exec(text);
    if (!match) return undefined;
    const [, mark, single, double, digits, word] = match;
    if (mark !== undefined) tokens.push({ mark });
    else if (digits !== undefined) tokens.push({ value: Number(digits) });
    else if (word !== undefined) tokens.push({ value: word === "None" ? null : word === "True" });
    else tokens.push({ value: (single ?? double).replace(/\\(.)/g, "$1") });
  }
  return tokens;
}

interface Parser {
  tokens: Token[];
  at: number;
}

const CLOSING: Record<string, string> = { "{": "}", "(": ")", "[": "]" };
const DEEPEST = 32;

function parseValue(parser: Parser, depth: number): Literal | undefined {
  const token = parser.tokens[parser.at++];
  if (!token || depth > DEEPEST) return undefined;
  if ("value" in token) return token.value;
  const close = CLOSING[token.mark];
  if (close === undefined) return undefined;
  const items: Literal[] = [];
  const keys: Literal[] = [];
  for (;;) {
    if (isMark(parser, close)) break;
    const item = parseValue(parser, depth + 1);
    if (item === undefined) return undefined;
    if (close === "}") {
      if (!isMark(parser, ":")) return undefined;
      const value = parseValue(parser, depth + 1);
      if (value === undefined) return undefined;
      keys.push(item);
      items.push(value);
    } else items.push(item);
    if (isMark(parser, close)) break;
    if (!isMark(parser, ",")) return undefined;
  }
  return close === "}" ? new Map(keys.map((key, i) => [key, items[i]])) : items;
}

/** Steps over a mark if it is the next token. */
function isMark(parser: Parser, mark: string): boolean {
  const token = parser.tokens[parser.at];
  if (!token || !("mark" in token) || token.mark !== mark) return false;
  parser.at++;
  return true;
}
