import { readFileSync } from "node:fs";
import { join } from "node:path";
import { readBody } from "@marey/core/body";
import { skin } from "@marey/core/model/smpl";
import { goldenFolder, type Operations } from "./fixture.js";
import { graphOperation } from "./graph.js";

/** The tree of joints stands in the case's file only, the arrays come as inputs too. */
const parentsOf = (file: string) =>
  readBody(readFileSync(join(goldenFolder, "networks", file)), file, { correctives: false }).parents;

/** The body model of the golden group `networks`. */
export const smpl: Operations = {
  smplLbs: graphOperation((inputs, { modelFile }) =>
    skin(
      {
        template: inputs.v_template!,
        shapes: inputs.shapedirs!,
        correctives: inputs.posedirs,
        regressor: inputs.J_regressor!,
        weights: inputs.weights!,
        parents: parentsOf(modelFile),
      },
      { betas: inputs.betas!, pose: inputs.pose!, translation: inputs.translation },
    ),
  ),
};
