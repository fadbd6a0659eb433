import type { EmbeddedCard } from "./cardSource.js";
import { blazePoseCards } from "./cardsBlazePose.js";
import { handAndFaceCards } from "./cardsHandsFace.js";
import { moveNetCards } from "./cardsMoveNet.js";

/** The networks that Marey contains. */
export const cards: readonly EmbeddedCard[] = [...moveNetCards, ...blazePoseCards, ...handAndFaceCards];
