export { middleSquare, type Square, type SquareOptions, squareAround } from "./crop.js";
export { decodeMultiPose, decodeSinglePose, type InputSize } from "./decode.js";
export { type Canvas, canvas, type FindOptions, findPeople, placeJoints, placeThrough } from "./infer.js";
