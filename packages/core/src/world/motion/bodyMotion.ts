/** Motion of one body in the layout of SMPL: rotations of its 24 joints, and where its model's origin is. */
export interface BodyMotion {
  frameRate: number;
  frames: number;
  /** T×24×3: rotation of each joint relative to its parent, axis times angle, radians; axes of the rest pose. */
  pose: Float32Array;
  /** T×3, metres: the model's translation; Y up, the floor at y = 0. */
  translation: Float32Array;
  /** T×4: 1 where a part of a foot stands on the floor: left heel, left ball, right heel, right ball. */
  contacts?: Uint8Array;
}

/** What someone does in a part of a motion. */
export interface Doing {
  name: string;
  /** Seconds. */
  from: number;
  to: number;
}

/** A seat that a motion sits on; whoever draws the scene puts a chair or a box there. */
export interface Seat {
  /** Metres: the middle of the seat's surface. */
  x: number;
  z: number;
  height: number;
  /** Radians about Y: where the person on it looks; 0 is +Z, a quarter turn +X. */
  yaw: number;
}
