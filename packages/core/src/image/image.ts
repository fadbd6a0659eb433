/** A picture: row-major, 8 bits a channel, RGB when there are three. Pixel (0, 0) is the centre of the first. */
export interface Image {
  width: number;
  height: number;
  channels: number;
  /** width × height × channels. */
  data: Uint8Array;
}
