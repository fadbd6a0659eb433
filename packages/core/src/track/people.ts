/** Where one person is seen. */
export interface TrackedPerson {
  id: number;
  /** T×V: index of the person's detection in each frame and view, −1 where there is none. */
  detections: Int16Array;
}

/** Who is who in all views of a take: no detection belongs to two people. */
export interface People {
  /** T. */
  frameCount: number;
  /** V. */
  viewCount: number;
  people: TrackedPerson[];
}

/** A person seen nowhere yet. */
export function unseenPerson(id: number, frameCount: number, viewCount: number): TrackedPerson {
  return { id, detections: new Int16Array(frameCount * viewCount).fill(-1) };
}
