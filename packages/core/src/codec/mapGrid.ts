/** The cells of a network's output maps over its input picture. */
export interface MapGrid {
  columns: number;
  rows: number;
  /** Input pixels from one cell to the next. */
  stride: number;
}
