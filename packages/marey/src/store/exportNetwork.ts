import { basename } from "node:path";
import { fileSet, readWhole, requireAbsent } from "../files/whole.js";
import { describeOnnx, type ModelInfo } from "./describe.js";
import { jsonText } from "./jsonCard.js";
import { findNetwork } from "./models.js";

/**
 * Writes a network as an ONNX file, with its card beside it as JSON: together they are a model elsewhere.
 *
 * @throws MareyError `MODEL_KIND` for weights alone, `NETWORK_UNKNOWN`, `FILE_EXISTS` unless `force`, `FILE_WRITE`.
 */
export async function exportNetwork(
  nameOrFile: string,
  out: string,
  { force = false }: { force?: boolean } = {},
): Promise<ModelInfo> {
  const cardFile = out.replace(/\.onnx$/i, ".json");
  const { file, card } = await findNetwork(nameOrFile);
  if (!force) for (const path of card ? [out, cardFile] : [out]) await requireAbsent(path);
  const bytes = await readWhole(file);
  const files = fileSet({ force });
  try {
    await files.write(out, bytes);
    if (card) await files.write(cardFile, jsonText({ ...card, file: basename(out) }));
    await files.publish();
  } finally {
    await files.discard();
  }
  return { ...describeOnnx(bytes, out), ...(card && { card }) };
}
