import { transform3 } from "../../array/matrix.js";
import type { Sole } from "./figure.js";
import { chain, turnX, turnY } from "./turns.js";

/**
 * Where a foot is. A foot that is pitched down rolls over its ball, one that is pitched up over its heel, so at `lift`
 * 0 it touches the floor whatever its pitch.
 */
export interface FootPlace {
  /** Metres: the point of the floor below the ankle when the foot stands flat. */
  x: number;
  z: number;
  /** Radians about Y: where the toes show; 0 is +Z. */
  yaw: number;
  /** Metres above the floor. */
  lift: number;
  /** Radians: heel up (+) or toes up (−). */
  pitch: number;
  /** Whether it stands on the floor. */
  planted: boolean;
}

/** The ankle of a foot at a place, and the foot's rotation from the rest pose. */
export function ankleOf(sole: Sole, place: FootPlace): { ankle: Float64Array; rotation: Float64Array } {
  const flat = turnY(place.yaw);
  const rotation = chain(flat, turnX(place.pitch));
  const pivot = place.pitch > 0 ? sole.ball : sole.heel;
  // The pivot stays where it is on the flat foot; the ankle hangs on it.
  const still = transform3(flat, [pivot[0], 0, pivot[2]]);
  const arm = transform3(rotation, pivot);
  return {
    ankle: Float64Array.of(place.x + still[0] - arm[0], place.lift - arm[1], place.z + still[2] - arm[2]),
    rotation,
  };
}

/** How far the toes bend back, radians: while a foot rolls over its ball they stay on the floor. */
export function toeBend({ pitch, lift }: FootPlace): number {
  const touching = Math.max(0, 1 - lift / 0.06);
  return Math.min(1.05, Math.max(0, pitch)) * touching;
}

/** Both feet flat on the floor beside a place, `apart` metres from it, toes turned out by `toeOut` radians. */
export function feetAt(x: number, z: number, yaw: number, apart: number, toeOut: number) {
  const stand = (sign: number): FootPlace => ({
    x: x + sign * apart * Math.cos(yaw),
    z: z - sign * apart * Math.sin(yaw),
    yaw: yaw + sign * toeOut,
    lift: 0,
    pitch: 0,
    planted: true,
  });
  return [stand(1), stand(-1)] as [FootPlace, FootPlace];
}
