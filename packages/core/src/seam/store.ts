/** The seam through which stored bytes are found by name: weights, cards, cached results. */
export interface Store {
  /** The bytes under `name`, or undefined when there are none. */
  get(name: string): Promise<Uint8Array | undefined>;
  /** Stores whole or not at all. */
  put(name: string, bytes: Uint8Array): Promise<void>;
  list(): Promise<string[]>;
}
