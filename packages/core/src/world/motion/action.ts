/** A point of the floor, metres: x, z. */
export type Spot = readonly [number, number];
/** A point of the world, metres: x, y, z; Y up. */
export type Point = readonly [number, number, number];
export type Hand = "left" | "right" | "both";

/** What someone can be told to do. Times are seconds; what is left out is chosen from the seed. */
export type Action =
  | { do: "stand"; seconds?: number }
  /** Stays as it is. */
  | { do: "wait"; seconds: number }
  /** `carry`: the arms that hold something before the body and don't swing. */
  | { do: "walk"; to: readonly Spot[]; speed?: number; carry?: Hand }
  | { do: "run"; to: readonly Spot[]; speed?: number }
  /** To a direction (0 is +Z, a quarter turn +X), radians, or towards a point of the floor. */
  | { do: "turn"; to: number | Spot }
  | { do: "wave"; hand?: "left" | "right"; seconds?: number }
  | { do: "talk"; seconds?: number }
  /** The hand comes to the point, stays, and goes back; too far a point is approached on foot. */
  | { do: "reach"; at: Point; hand?: Hand; hold?: number }
  | { do: "pickUp"; at: Spot; hand?: "left" | "right" }
  /** On a seat behind the person, `height` metres, for a while; then up again unless `stay`. */
  | { do: "sit"; seconds?: number; height?: number; stay?: boolean }
  | { do: "rise" }
  | { do: "crouch"; seconds?: number }
  | { do: "kick"; foot?: "left" | "right" }
  | { do: "jump"; height?: number }
  | { do: "stretch"; seconds?: number }
  | { do: "armsUp"; seconds?: number }
  | { do: "lie"; seconds?: number }
  /** Another's right hand at a point, up and down. */
  | { do: "shake"; at: Point }
  /** Both arms around someone close in front. */
  | { do: "embrace"; seconds?: number }
  | { do: "lookAt"; at: Point; seconds?: number };
