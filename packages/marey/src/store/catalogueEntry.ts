import type { z } from "zod";
import type { cardSchema } from "./card.js";

/** Weights that somebody published, and how they become a model. */
export interface CatalogueEntry {
  readonly name: string;
  readonly title: string;
  readonly author: string;
  /** Where the file is; the first that answers is taken. */
  readonly urls: readonly [string, ...string[]];
  /** Bytes of that file, where they are known for certain. */
  readonly size?: number;
  /** What is known of that file for certain; nothing means trust on first use. */
  readonly digest: Readonly<{ sha256?: string; md5?: string /** First digits. */; sha256Prefix?: string }>;
  readonly licence: Licence;
  readonly format: "Caffe" | "PyTorch" | "ONNX" | "zip";
  /** The file in the archive that counts, for a zip: the only one whose name ends so. */
  readonly unpack?: Readonly<{ ending: string; sha256?: string }>;
  readonly importer: Importer;
}

/** What may be done with a published network. */
export interface Licence {
  /** SPDX name where there is one. */
  readonly name: string;
  /** Whether the publisher permits use for money. */
  readonly commercial: boolean;
  /** What a person should know before the first use. */
  readonly note: string;
  readonly url: string;
}

/** How the file becomes a model. */
export type Importer =
  | {
      readonly kind: "architecture";
      /** Name in `architectures`. */
      readonly network: string;
      readonly gives: "network" | "lifter";
      readonly skeleton: string;
      readonly key?: string;
    }
  | {
      readonly kind: "onnx";
      readonly skeleton: string | null;
      /** Its card, but for what the entry says already. */
      readonly card: Omit<
        z.input<typeof cardSchema>,
        "name" | "title" | "file" | "source" | "author" | "licence" | "skeleton"
      >;
    }
  /** No network of ours runs them yet: they are kept as tensors, to be exported or used in a program. */
  | { readonly kind: "weights"; readonly key?: string };
