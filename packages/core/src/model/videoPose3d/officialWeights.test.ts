import { describe, expect, test } from "vitest";
import { random } from "../../array/random.js";
import { leaves } from "../../nn/tree.js";
import { init } from "./network.js";
import { officialWeights } from "./officialWeights.js";

const form = { filterWidths: [3, 3, 3], channels: 4, jointsIn: 3, jointsOut: 2 };
const official = [...leaves(init(random(1), form)).keys()];

/** MMPose's names of the tensors, written down one by one. */
const mmpose = (prefix: string, head: string) =>
  new Map([
    [`${prefix}backbone.expand_conv.conv.weight`, "expand_conv.weight"],
    ...["weight", "bias", "running_mean", "running_var"].map(
      (leaf) => [`${prefix}backbone.expand_conv.bn.${leaf}`, `expand_bn.${leaf}`] as const,
    ),
    ...(["0.conv1", "0.conv2", "1.conv1", "1.conv2"] as const).flatMap((place, k) => [
      [`${prefix}backbone.tcn_blocks.${place}.0.conv.weight`, `layers_conv.${k}.weight`] as const,
      ...["weight", "bias", "running_mean", "running_var"].map(
        (leaf) => [`${prefix}backbone.tcn_blocks.${place}.0.bn.${leaf}`, `layers_bn.${k}.${leaf}`] as const,
      ),
    ]),
    [`${prefix}${head}.conv.weight`, "shrink.weight"],
    [`${prefix}${head}.conv.bias`, "shrink.bias"],
  ]);

describe("weights by their official names", () => {
  const bare = new Map(official.map((name) => [name, name]));

  test("of one network, of a checkpoint with both", () => {
    expect(officialWeights(bare, "model_pos")).toEqual(bare);
    expect(officialWeights(bare, "model_traj").size).toBe(0);
    const both = new Map(
      official.flatMap((name) => [
        [`model_pos.${name}`, name],
        [`model_traj.${name}`, `${name} of the root`],
      ]),
    );
    expect(officialWeights(both, "model_pos")).toEqual(bare);
    expect(officialWeights(both, "model_traj").get("shrink.bias")).toBe("shrink.bias of the root");
    expect([...officialWeights(both, "model_traj").keys()]).toEqual(official);
  });

  test.each(["head", "keypoint_head"])("of MMPose, whose poses come from %s", (head) => {
    const pose = mmpose("", head);
    const found = officialWeights(pose, "model_pos");
    expect([...found.keys()].sort()).toEqual([...official].sort());
    for (const [name, value] of found) expect(value).toBe(name);
    expect(officialWeights(pose, "model_traj").size).toBe(0);
    const both = new Map([...pose, ...mmpose("traj_", "head")]);
    expect(officialWeights(both, "model_pos")).toEqual(found);
    expect([...officialWeights(both, "model_traj").keys()].sort()).toEqual([...official].sort());
  });
});
