import type { NodeProto } from "../onnx_pb.js";
import type { Reader } from "./call.js";
import { convolutionReaders } from "./convolution.js";
import { elementwiseReaders } from "./elementwise.js";
import { layerReaders } from "./layers.js";
import { recurrentReaders } from "./recurrent.js";
import { reduceReaders } from "./reduce.js";
import { resizeReaders } from "./resize.js";
import { shapeReaders } from "./shapes.js";

/** How each operator of ONNX is read, by its name; those of other domains have the domain in front. */
export const readers: Readonly<Record<string, Reader>> = {
  ...elementwiseReaders,
  ...shapeReaders,
  ...reduceReaders,
  ...convolutionReaders,
  ...layerReaders,
  ...resizeReaders,
  ...recurrentReaders,
};

/** The name under which a call's reader is kept. */
export const readerName = ({ domain, opType }: NodeProto): string =>
  domain === "" || domain === "ai.onnx" ? opType : `${domain}:${opType}`;

/** The reader of a call whose operator is one of `readers`. */
export const readerOf = (call: NodeProto): Reader => readers[readerName(call)];
