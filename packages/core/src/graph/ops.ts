import { elementwise } from "./elementwise.js";
import { linear } from "./linear.js";
import { movement } from "./movement.js";
import type { Op } from "./node.js";
import { reduce } from "./reduce.js";

/** All operators. A test walks them and compares every gradient with finite differences. */
export const ops: Readonly<Record<string, Op>> = { ...elementwise, ...movement, ...reduce, ...linear };
