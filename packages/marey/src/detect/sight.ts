import type { NetworkMaps } from "@marey/core/format";
import type { Image } from "@marey/core/image";
import type { Detection } from "@marey/core/motion";
import type { Skeleton } from "@marey/core/skeleton";

/** What was seen in a picture, with what the next look needs. */
export interface Sight<Person extends Detection = Detection> {
  people: Person[];
  /** Looks since the whole picture was searched; 0 when this one did. */
  sinceFound: number;
  /** What the network gave, where it was asked for and the method has maps. */
  maps?: SightMaps;
}

/** Confidence maps, background and part affinity fields of one picture, in the order of the network. */
export interface SightMaps extends NetworkMaps {
  /** By joint: candidates as x, y in pixels of the picture and score, one after the other. */
  candidates: Float32Array[];
}

/** What a look may know and is asked for. */
export interface LookOptions<Person extends Detection = Detection> {
  /** What the same eyes saw in the picture before, in a video. */
  previous?: Sight<Person>;
  /** Search the whole picture at every n-th look at least; 1 when absent. */
  findEvery?: number;
  /** The picture stands alone: a closer search, for smaller people, is worth its time. */
  alone?: boolean;
  /** Hand out the maps and candidates as well. */
  maps?: boolean;
}

/** Finds people and their joints in pictures. Several pictures may be looked at at once. */
export interface Eyes<Person extends Detection = Detection> {
  readonly skeleton: Skeleton;
  /** Pictures need no longer side than this, pixels. */
  readonly longerSide: number;
  /** Whether looks are better for knowing the one before. */
  readonly follows: boolean;
  /** Seconds between looks that are enough in a video: people of frames between are interpolated. 0 when absent. */
  readonly interval?: number;
  /** People in a picture, joints in its pixels; the picture must stay as it is until they are known. */
  look(image: Image, options?: LookOptions<Person>): Promise<Sight<Person>>;
  close(): Promise<void>;
}
