/** What a file of weights says of a tensor doesn't matter here, only its name. */
type Named<T> = ReadonlyMap<string, T>;

/** Where MMPose keeps what the official code calls `expand_conv` and so on; a block's two layers count on. */
const MMPOSE: readonly (readonly [RegExp, (block: number, layer: number) => string])[] = [
  [/^backbone\.expand_conv\.conv\./, () => "expand_conv."],
  [/^backbone\.expand_conv\.bn\./, () => "expand_bn."],
  [/^backbone\.tcn_blocks\.(\d+)\.conv([12])\.0\.conv\./, (block, layer) => `layers_conv.${2 * block + layer - 1}.`],
  [/^backbone\.tcn_blocks\.(\d+)\.conv([12])\.0\.bn\./, (block, layer) => `layers_bn.${2 * block + layer - 1}.`],
  [/^(?:keypoint_)?head\.conv\./, () => "shrink."],
]; // biome-ignore format: a table

/** Names in front of all tensors of a network: our checkpoints', and those of MMPose's trajectory network. */
const PARTS = { model_pos: ["model_pos.", ""], model_traj: ["model_traj.", "traj_"] } as const;

/**
 * The tensors of one network by their official names: of a checkpoint with both networks, of one network's `state_dict`,
 * or of MMPose's re-implementation.
 *
 * @returns Tensors by name; none where the file has no such network.
 */
export function officialWeights<T>(weights: Named<T>, part: keyof typeof PARTS): Map<string, T> {
  const [own, mmpose] = PARTS[part];
  const under = (prefix: string) =>
    [...weights].flatMap(([name, tensor]) =>
      name.startsWith(prefix) ? [[name.slice(prefix.length), tensor] as const] : [],
    );
  const named = under(own);
  if (named.length > 0) return new Map(named);
  const renamed = under(mmpose).flatMap(([name, tensor]) => {
    const official = officialName(name);
    return official === undefined ? [] : [[official, tensor] as const];
  });
  return new Map(renamed.length > 0 || part === "model_traj" ? renamed : weights);
}

function officialName(name: string): string | undefined {
  for (const [pattern, official] of MMPOSE) {
    const found = pattern.exec(name);
    if (found) return official(Number(found[1]), Number(found[2])) + name.slice(found[0].length);
  }
  return undefined;
}
