export { type Batch, type Batches, batchList } from "./batches.js";
export { type Best, bestFile, lastFile, readWeights } from "./checkpoint.js";
export { type Goal, type Trained, type Training, train } from "./loop.js";
export { mixedStream } from "./mixedStream.js";
export { type PictureStreamOptions, pictureStream } from "./pictureStream.js";
export {
  joinPictures,
  type PictureList,
  pictureFolder,
  type TrainingPictures,
  trainingPictures,
} from "./pictures.js";
export { type Evaluation, loadRecipe, type Recipe, type Weights } from "./recipe.js";
export { openRun, type Run } from "./run.js";
export { type SampleBatches, sampleBatches } from "./sampleBatches.js";
export { openSamples, type SampleOptions } from "./samples.js";
export { applySettings, type Setting, type Settings } from "./settings.js";
export { type SampleStream, type StudioStreamOptions, studioStream } from "./studioStream.js";
