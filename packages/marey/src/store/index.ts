export { type Card, cardSchema, readCard } from "./card.js";
export { cards } from "./cards.js";
export { findCard, loadNetwork, networkBytes, networksFolder } from "./networks.js";
