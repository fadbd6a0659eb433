/** A typed, shaped array as networks take and give it. */
export interface Tensor {
  type: "float32" | "int32" | "int64" | "uint8" | "bool";
  dims: readonly number[];
  data: Float32Array | Int32Array | BigInt64Array | Uint8Array;
}

/** A loaded network. */
export interface Network {
  readonly inputs: readonly string[];
  readonly outputs: readonly string[];
  /**
   * @param only Outputs to compute; all when absent.
   * @param into Buffers that receive outputs, by output name: nothing is allocated for these, and the results name them.
   */
  run(
    feeds: Readonly<Record<string, Tensor>>,
    only?: readonly string[],
    into?: Readonly<Record<string, Tensor>>,
  ): Promise<Record<string, Tensor>>;
  close(): Promise<void>;
}

export interface RuntimeOptions {
  /** Threads inside one run; 1 when absent, since people run several networks side by side. */
  threads?: number;
  /** Where to run; "cpu" when absent. */
  device?: "cpu" | "webgpu";
}

/** The seam through which networks run: ONNX in, tensors out. */
export interface Runtime {
  /** @throws MareyError `NETWORK_INVALID` when the bytes are no ONNX model or use what the runtime lacks. */
  load(model: Uint8Array, options?: RuntimeOptions): Promise<Network>;
}
