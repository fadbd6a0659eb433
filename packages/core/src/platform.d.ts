/**
 * Everything that core asks of its host beyond ECMAScript 2023. Browsers and Node ≥ 20 have all of it; nothing
 * else may be used here (the compiler knows neither DOM nor Node types in this package).
 */
declare class TextDecoder {
  constructor(label?: string, options?: { fatal?: boolean; ignoreBOM?: boolean });
  decode(input?: ArrayBufferView | ArrayBuffer): string;
}
declare class TextEncoder {
  encode(input?: string): Uint8Array<ArrayBuffer>;
}
declare const performance: { now(): number };
