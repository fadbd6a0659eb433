import { rm } from "node:fs/promises";
import { join } from "node:path";
import type { Node } from "@marey/core/graph";
import type { EyeOptions } from "marey";
import { describe, expect, test } from "vitest";
import { type Built, build, finder, folder, look, maps, picture, says, skeleton } from "./spots.js";

describe("a card and a network that don't agree", () => {
  const table = (more: Record<string, unknown> = {}): Built => ({
    size: [60, 80],
    outputs: (x) => ({ points: says(x, [1, 2, 3, 4, 5, 6], [1, 6]) }),
    card: { codec: { kind: "joints", points: "points", columns: ["x", "y"] }, ...more },
  });
  const refused = async (name: string, built: Built) => {
    const path = await build(name, built);
    return look({ model: path }, picture(1)).then(
      () => "seen",
      (error) => `${error.code} ${error.message}`,
    );
  };

  test("are told apart by the card's field, with what the network has", async () => {
    expect(
      await refused("a", table({ codec: { kind: "joints", points: "joints", columns: ["x", "y"] } })),
    ).toMatch(/CARD_DISAGREES card "a": codec: .*"joints".*points/);
    expect(
      await refused(
        "b",
        table({ codec: { kind: "joints", points: "points", columns: ["x", "y", "score"] } }),
      ),
    ).toMatch(/CARD_DISAGREES card "b": codec.columns: .*\[1, 6\].*3 joints × 3/);
    expect(await refused("c", { ...table(), given: { name: "image" } })).toMatch(
      /input.name: "image".*"picture"/,
    );
    expect(await refused("d", { ...table(), given: { height: 64 } })).toMatch(/input.height: 64.*takes 60/);
    expect(await refused("e", { ...table(), given: { layout: "NHWC" } })).toMatch(
      /CARD_DISAGREES.*\[1, 3, 60, 80\]/,
    );
    expect(await refused("f", { ...table(), given: { type: "int32" } })).toMatch(
      /input.type: "int32".*float32/,
    );
    expect(await refused("g", table({ outputs: [{ name: "points", shape: [1, 8] }] }))).toMatch(
      /outputs: output "points" is stated as \[1, 8\], the network gave \[1, 6\]/,
    );
    expect(await refused("h", table({ skeleton: "coco99" }))).toMatch(/CARD_INVALID.*coco99.*coco17/);
    expect(await refused("i", table({ skeleton: null }))).toMatch(/CARD_INVALID.*skeleton/);
    expect(await refused("j", table({ skeleton: { ...skeleton, edges: [[0, 7]] } }))).toMatch(
      /skeleton.edges.*joint 7/,
    );
  });

  test("a finder's second score must be one of its columns", async () => {
    const placer = await build("placer", table({ crop: {} }));
    const found = look({ model: placer, finder: await finder("scored", { times: 6 }) }, picture(1));
    await expect(found).rejects.toThrow(/codec\.box.*6 columns, the card reads 7/);
  });

  test("maps with too few channels, in another layout, are refused", async () => {
    const built = (codec: object): Built => ({
      size: [60, 80],
      outputs: maps,
      card: { codec: { kind: "heatmap", maps: "maps", ...codec } },
    });
    expect(await refused("k", built({ layout: "NCHW" }))).toBe("seen");
    expect(
      await refused("l", {
        ...built({ layout: "NCHW" }),
        card: { codec: { kind: "heatmap", maps: "maps", layout: "NCHW" }, skeleton: "coco17" },
      }),
    ).toMatch(/CARD_DISAGREES card "l": skeleton: it has 17 joints.*3 maps/);
  });

  test("values that are no numbers don't become people", async () => {
    const built = { ...table(), outputs: (x: Node) => ({ points: says(x, [1, 2, NaN, 4, 5, 6], [1, 6]) }) };
    expect(await refused("m", built)).toMatch(/NETWORK_OUTPUT.*"points"/);
  });

  test("what can't be opened or combined says why", async () => {
    const refusedWith = (options: Omit<EyeOptions, "runtime">) =>
      look(options, picture(1)).then(
        () => "seen",
        (error) => `${error.code} ${error.message}`,
      );
    const found = await finder("lone");
    const placer = await build("placer", {
      size: [96, 96],
      outputs: maps,
      card: { codec: { kind: "heatmap", maps: "maps", layout: "NCHW" }, crop: {} },
    });
    const whole = await build("whole", table());
    expect(await refusedWith({ model: found })).toMatch(/MODEL_JOINTLESS.*--finder/);
    expect(await refusedWith({ model: placer, finder: placer })).toMatch(
      /MODEL_OPTIONS.*one person at a time/,
    );
    expect(await refusedWith({ model: whole, finder: found })).toMatch(/MODEL_OPTIONS.*no finder/);
    expect(await refusedWith({ model: whole, scales: [1, 2] })).toMatch(/CARD_DISAGREES.*60 × 80/);
    expect(await refusedWith({ model: join(folder, "none.json") })).toMatch(/MODEL_UNKNOWN/);
    expect(await refusedWith({ model: join(folder, "whole.onnx") })).toMatch(/MODEL_UNKNOWN.*whole\.json/);
    expect(await refusedWith({ model: "default", flip: true })).toMatch(/MODEL_OPTIONS/);
    await rm(join(folder, "whole.onnx"));
    expect(await refusedWith({ model: whole })).toMatch(/NETWORK_MISSING.*whole\.onnx/);
  });
});
