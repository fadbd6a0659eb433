import type { Card } from "./card.js";
import { blazePoseCards } from "./cardsBlazePose.js";
import { bottomUpCards } from "./cardsBottomUp.js";
import { finderCards } from "./cardsFinders.js";
import { handAndFaceCards } from "./cardsHandsFace.js";
import { moveNetCards } from "./cardsMoveNet.js";
import { onePersonCards } from "./cardsOnePerson.js";

/** The networks that Marey contains. */
export const cards: readonly Card[] = [
  ...moveNetCards,
  ...blazePoseCards,
  ...bottomUpCards,
  ...onePersonCards,
  ...finderCards,
  ...handAndFaceCards,
];
