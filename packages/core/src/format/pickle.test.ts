import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { MareyError } from "../error.js";
import { readPickle } from "./pickle.js";
import { isKind, type PickleValue } from "./pickleValue.js";

/** A pickle as text: protocol 0 is ASCII, and a binary opcode is the character of its byte. */
const bytes = (text: string) => Uint8Array.from(text, (character) => character.charCodeAt(0));
const read = (text: string) => readPickle(bytes(text), "test.pkl");
const dict = (entries: [PickleValue, PickleValue][]) => ({
  kind: "dict",
  ordered: false,
  entries: new Map(entries),
});
const tuple = (...items: PickleValue[]) => ({ kind: "tuple", items });

describe("values", () => {
  test.each<[string, string, unknown]>([
    ["None and booleans, of all protocols", "(NI01\nI00\n\x88\x89t.", tuple(null, true, false, true, false)],
    ["integers as text", "(I-7\nL12345678901234567890L\nt.", tuple(-7, 12345678901234567890n)],
    ["integers as bytes", "(K\xffM\x34\x12J\xff\xff\xff\xff\x8a\x02\x00\xff\x8a\x00t.", tuple(255, 0x1234, -1, -256, 0)],
    ["integers that fit a number become one", "\x8a\x09\xff\xff\xff\xff\xff\xff\x1f\x00\x00.", 2 ** 53 - 1],
    ["floats", "(F1.5\nFinf\nFnan\nF-inf\nG\x3f\xf8\x00\x00\x00\x00\x00\x00t.", tuple(1.5, Infinity, NaN, -Infinity, 1.5)],
    ["quoted strings", "(S'a\\n\\x41\\'\\q'\nS\"'\"\nt.", tuple("a\nA'\\q", "'")],
    ["texts of protocol 0", "(V\xfc\\u6f22\\U0001f600\\u000a\nt.", tuple("ü漢😀\n")],
    ["a text may begin with a byte order mark", "X\x04\x00\x00\x00\xef\xbb\xbfa.", "\ufeffa"],
    ["Python 2's str is text or bytes", "(U\x02abU\x02a\xfft.", tuple("ab", Uint8Array.of(97, 255))],
    ["lists, tuples, sets", "(](I1\nI2\ne)\x8f(K\x01\x90(K\x02\x91t.", tuple([1, 2], tuple() as PickleValue, { kind: "set", items: [1] }, { kind: "set", items: [2] })],
    ["dicts of all protocols", "((I1\nI2\nd}K\x03K\x04st.", tuple(dict([[1, 2]]) as PickleValue, dict([[3, 4]]) as PickleValue)],
    ["classes that carry data", "(iargparse\nNamespace\n}S'a'\nI1\nsb.", { kind: "object", class: "argparse.Namespace", args: [], state: dict([["a", 1]]) }],
    ["objects of protocol 0", "ccopy_reg\n_reconstructor\n(cargparse\nNamespace\nc__builtin__\nobject\nNtR.", { kind: "object", class: "argparse.Namespace", args: [], state: null }],
    ["bytes of protocol 2", "c_codecs\nencode\n(V\xff\x00\nVlatin1\ntR.", Uint8Array.of(255, 0)],
    ["complex numbers", "c__builtin__\ncomplex\n(F1\nF-2\ntR.", { kind: "complex", re: 1, im: -2 }],
    ["a default dict without its factory", "ccollections\ndefaultdict\n(c__builtin__\nlist\ntRI1\nI2\ns.", dict([[1, 2]])],
    ["an ordered dict of pairs", "ccollections\nOrderedDict\n((l(I1\nI2\nlatR.", { ...dict([[1, 2]]), ordered: true }],
    ["a dict's subclass keeps its entries", "ceasydict\nEasyDict\n)RI1\nI2\ns.", { kind: "object", class: "easydict.EasyDict", args: [], state: null, entries: new Map([[1, 2]]) }],
  ])("%s", (_, text, value) => expect(read(text)).toEqual(value)); // biome-ignore format: a table

  test("an object met twice is one record, and may hold itself", () => {
    const [a, b, c] = read("(](I1\nep1\ng1\n]p2\ng2\nal.") as PickleValue[][];
    expect(a).toBe(b);
    expect(c[0]).toBe(c);
  });

  test("the memo may be filled in any order", () => {
    expect(read("(I1\np2\nI2\np0\nI3\np1\nI4\np2\n\x94I5\np9\nI6\n\x940g0\ng1\ng2\ng3\ng5\ng9\nt.")).toEqual(
      tuple(1, 2, 3, 4, 5, 2, 3, 4, 4, 6, 5),
    );
  });

  test("keys that mean something to JavaScript are keys like others", () => {
    const value = read("(V__proto__\nI1\nVconstructor\nI2\nd.");
    expect(isKind(value, "dict") && [...value.entries]).toEqual([["__proto__", 1], ["constructor", 2]]); // biome-ignore format: pairs
    expect(({} as Record<string, unknown>).polluted).toBeUndefined();
  });
});

describe("arrays of NumPy", () => {
  const reconstruct = "cnumpy.core.multiarray\n_reconstruct\n(cnumpy\nndarray\n(I0\ntS'b'\ntR";
  const dtype = (code: string, order: string) =>
    `cnumpy\ndtype\n(S'${code}'\nI0\nI1\ntR(I3\nS'${order}'\nNNNI-1\nI-1\nI0\ntb`;
  const array = (shape: string, type: string, order: "I00" | "I01", data: string) =>
    `${reconstruct}(I1\n(${shape}t${type}${order}\nS'${data}'\ntb.`;

  test("row-major and column-major, of both byte orders", () => {
    const data = "\\x01\\x00\\x02\\x00\\x03\\x00\\x04\\x00\\x05\\x00\\x06\\x00";
    expect(read(array("I2\nI3\n", dtype("i2", "<"), "I00", data))).toEqual({
      kind: "ndarray",
      dtype: "<i2",
      shape: [2, 3],
      data: Int16Array.of(1, 2, 3, 4, 5, 6),
    });
    expect(read(array("I2\nI3\n", dtype("i2", "<"), "I01", data))).toMatchObject({ data: Int16Array.of(1, 3, 5, 2, 4, 6) }); // biome-ignore format: one line
    expect(read(array("I1\n", dtype("u2", ">"), "I00", "\\x01\\x02"))).toMatchObject({ data: Uint16Array.of(258) }); // biome-ignore format: one line
  });

  test("scalars, objects, and types that are not read but kept", () => {
    const scalar = (type: string, data: string) =>
      read(`cnumpy.core.multiarray\nscalar\n(${type}S'${data}'\ntR.`);
    expect(scalar(dtype("f4", "<"), "\\x00\\x00\\xc0?")).toEqual({
      kind: "numpyScalar",
      dtype: "<f4",
      value: 1.5,
    });
    const objects = `${reconstruct}(I1\n(I2\nt${dtype("O8", "|")}I00\n(lI1\naNatb.`;
    expect(read(objects)).toEqual({ kind: "ndarray", dtype: "|O", shape: [2], items: [1, null] });
    expect(read(array("I1\n", dtype("M8", "<"), "I00", "abcdefgh"))).toMatchObject({
      kind: "object",
      class: "numpy.ndarray",
      args: ["<M8", [1]],
    });
  });

  test("a shape that the bytes don't fill is refused, whatever it asks for", () => {
    for (const shape of [
      "I3\n",
      "I-1\n",
      "I9007199254740991\nI9007199254740991\n",
      "F1.5\n",
      "L99999999999999999999L\n",
    ])
      expect(() => read(array(shape, dtype("i2", "<"), "I00", "\\x01\\x00"))).toThrow(
        expect.objectContaining({ code: "PICKLE_INVALID" }),
      );
  });
});

describe("what must be refused", () => {
  const refuses = (text: string, code: string, words?: string | RegExp) => {
    const error = expect.objectContaining({
      code,
      message: words === undefined ? expect.any(String) : expect.stringMatching(words),
    });
    expect(() => read(text)).toThrow(error);
  };

  test.each([
    ["a function", "cos\nsystem\n(Vecho\ntR.", "os.system"],
    ["one that is only named", "cos\nsystem\n.", "os.system"],
    ["one that stands in a list and isn't called", "(lcposix\nsystem\na.", "posix.system"],
    ["built-in functions", "c__builtin__\neval\n.", "__builtin__.eval"],
    ["getattr, which reaches all others", "cbuiltins\ngetattr\n.", "builtins.getattr"],
    ["a class", "(isubprocess\nPopen\n.", "subprocess.Popen"],
    ["a name through a module", "\x8c\x05numpy\x8c\x09os.system\x93.", "numpy.os.system"],
    ["a module and name that are one entry when joined", "\x8c\x00\x8c\x0bnumpy dtype\x93.", "numpy dtype"],
    ["names that JavaScript's objects have", "c__proto__\nconstructor\n.", "__proto__.constructor"],
    ["the extension registry", "\x82\x05.", "number 5 of the extension registry"],
    ["PyTorch's tensors outside a checkpoint", "ctorch._utils\n_rebuild_tensor_v2\n.", "_rebuild_tensor_v2"],
  ])("unsafe: %s", (_, text, name) => refuses(text, "PICKLE_UNSAFE", name.replace(/[.]/g, "\\.")));

  test.each([
    ["nothing at all", ""],
    ["no end", "(l"],
    ["an empty stack at the end", "."],
    ["a mark at the end", "(."],
    ["an unknown opcode", "\xfe."],
    ["a protocol of the future", "\x80\x06N."],
    ["a memo entry that isn't there", "g7\n."],
    ["a negative memo entry", "Np-1\n."],
    ["a tuple without its mark", "Nt."],
    ["taking what lies below a mark", "N(\x85."],
    ["appending to a number", "I1\nI2\na."],
    ["a key without a value", "(I1\nd."],
    ["calling a text", "Vos.system\n(tR."],
    ["calling a tuple", "((tN(tR."],
    ["calling with no tuple", "c__builtin__\nset\n]R."],
    [
      "an object reconstructed of the reconstructor",
      "ccopy_reg\n_reconstructor\n(ccopy_reg\n_reconstructor\nNNtR.",
    ],
    ["a state for a number", "I1\n}b."],
    ["a persistent id", "P7\n."],
    ["a buffer outside the pickle", "\x97."],
    ["an integer that is none", "Iseven\n."],
    ["a float that is none", "F0x10\n."],
    ["a string without quotes", "Sabc\n."],
    ["a text that isn't UTF-8", "X\x01\x00\x00\x00\xff."],
    ["a character beyond Unicode", "V\\U00110000\n."],
    ["a class without a name", "]]\x93."],
    ["a dtype without an order", "cnumpy\ndtype\n(S'f8'\ntR(I3\ntb."],
    ["an array without a type", "cnumpy.core.multiarray\n_reconstruct\n(tR(I1\n(tNI00\nS''\ntb."],
  ])("damaged: %s", (_, text) => refuses(text, "PICKLE_INVALID", /^test\.pkl, byte \d+ of the pickle: /));

  test.each([
    ["bytes", "B\xff\xff\xff\xff"],
    ["bytes of 64 bits", "\x8e\xff\xff\xff\xff\xff\xff\xff\xff"],
    ["a byte array", "\x96\x00\x00\x00\x00\x00\x00\x00\x40"],
    ["a text", "\x8d\x00\x00\x00\x00\x00\x00\x00\x10"],
    ["a string", "T\xff\xff\xff\x7f"],
    ["an integer", "\x8b\xff\xff\xff\x7f"],
    ["a frame", "\x95\xff\xff\xff\xff\xff\xff\xff\xff"],
  ])("a length that isn't there: %s", (_, text) => refuses(`${text}abc.`, "PICKLE_INVALID", /announced/));
});

describe("files made to cost time or memory", () => {
  test("a pickle of a million nested lists is read without depth", () => {
    let depth = 0;
    let at = read(`${"]".repeat(1_000_000)}${"a".repeat(999_999)}.`);
    for (; Array.isArray(at) && at.length > 0; at = at[0]) depth++;
    expect(depth).toBe(999_999);
  });

  test("lists that hold the one before twice, 200 deep, are 200 lists", () => {
    let value = read(`]${"p0\n0](g0\ng0\ne".repeat(200)}.`);
    for (let i = 0; i < 200; i++) value = (value as PickleValue[])[1];
    expect(value).toEqual([]);
  });

  const limited = (text: string) =>
    expect(() => read(text)).toThrow(expect.objectContaining({ code: "PICKLE_LIMIT" }));

  test("containers beyond any checkpoint's", () => limited(`(${"]".repeat((1 << 21) + 1)}l.`));

  test("two million empty byte strings", () => limited(`(${"C\x00".repeat((1 << 21) + 1)}l.`));

  test("a float of a million digits", () => {
    expect(() => read(`F${"1".repeat(1 << 20)}x\n.`)).toThrow(MareyError);
  });

  test("one long text encoded again and again", () => {
    const again = "g0\n(g1\ng2\ntR0";
    const text = `c_codecs\nencode\np0\n0V${"x".repeat(1 << 20)}\np1\n0Vlatin1\np2\n0${again.repeat(1000)}N.`;
    limited(text);
  });

  test("one long list copied again and again", () => {
    const text = `c__builtin__\ntuple\np0\n0(${"N".repeat(1 << 18)}lp1\n0${"g0\n(g1\ntR0".repeat(5000)}N.`;
    limited(text);
  });

  test("an integer of too many digits", () => {
    expect(() => read(`I${"9".repeat(1 << 20)}\n.`)).toThrow(MareyError);
    expect(() => read(`\x8b\x00\x00\x10\x00${"\x7f".repeat(1 << 20)}.`)).toThrow(MareyError);
  });
});

test("any bytes end in a value or a MareyError", () => {
  const sample =
    "\x80\x02}q\x00(X\x01\x00\x00\x00ac__builtin__\nset\n]q\x01(K\x01M\x02\x01e\x85RU\x01bcnumpy.core.multiarray\n_reconstruct\n" +
    "cnumpy\nndarray\nK\x00\x85c_codecs\nencode\nX\x01\x00\x00\x00bX\x06\x00\x00\x00latin1\x86R\x87R(K\x01K\x02\x85cnumpy\ndtype\n" +
    "X\x02\x00\x00\x00u2K\x00K\x01\x87R(K\x03X\x01\x00\x00\x00<NNNJ\xff\xff\xff\xffJ\xff\xff\xff\xffK\x00tb\x89C\x04abcdtbu.";
  expect(isKind(read(sample), "dict")).toBe(true);
  const edit = fc.tuple(fc.nat(sample.length - 1), fc.integer({ min: 0, max: 255 }));
  const opcodes = fc.array(
    fc.constantFrom(
      ..."(.0125FIJKLMNPQRSTUVXabcdeghijloqprstu]})\x80\x81\x85\x86\x87\x88\x8c\x8f\x90\x91\x93\x94\n0",
    ),
  );
  const input = fc.oneof(
    fc.tuple(fc.array(edit, { maxLength: 6 }), fc.nat(sample.length)).map(([edits, cut]) => {
      const copy = bytes(sample);
      for (const [at, value] of edits) copy[at] = value;
      return cut % 3 === 0 ? copy.slice(0, cut) : copy;
    }),
    opcodes.map((codes) => bytes(`${codes.join("")}.`)),
    fc.uint8Array({ maxLength: 60 }),
  );
  fc.assert(
    fc.property(input, (bytes) => {
      try {
        readPickle(bytes);
      } catch (error) {
        if (!(error instanceof MareyError)) throw error;
      }
    }),
    { numRuns: 2000 },
  );
});
