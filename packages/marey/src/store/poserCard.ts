import {
  blurOf,
  COLOUR,
  cellsOf,
  GRAPH_INPUT,
  GRAPH_OUTPUT,
  type MapForm,
} from "@marey/core/model/simpleBaseline";

/** A network that places the joints of one person, and how it is spoken to. */
export interface PoserForm extends MapForm {
  /** The order of the channels that it was trained with. */
  readonly colour: "RGB" | "BGR";
}

/** What a card says of input, output and crop of a network that `inferenceGraph` of `simpleBaseline` wrote. */
export function poserCard(form: PoserForm) {
  const { joints, input, coding, colour } = form;
  const [columns, rows] = cellsOf(form);
  // In the network's order, whatever the colours are: the authors of BGR networks didn't turn these round.
  const levels = (values: readonly [number, number, number]) =>
    values.map((value) => 255 * value) as [number, number, number];
  return {
    input: {
      name: GRAPH_INPUT,
      type: "float32" as const,
      layout: "NCHW" as const,
      colour,
      width: input[0],
      height: input[1],
      mean: levels(COLOUR.mean),
      deviation: levels(COLOUR.deviation),
    },
    outputs: [
      {
        name: GRAPH_OUTPUT,
        shape: [1, joints, rows, columns],
        meaning: `a map for each joint; a cell is ${input[0] / columns} × ${input[1] / rows} pixels`,
      },
    ],
    codec: {
      kind: "heatmap" as const,
      maps: GRAPH_OUTPUT,
      layout: "NCHW" as const,
      decode: coding,
      ...(coding !== "quarter" && { blur: blurOf(form) }),
    },
    crop: { margin: 1.25, unbiased: coding === "udp" },
  };
}
