import { join } from "node:path";
import { fileSet, requireAbsent } from "../files/index.js";
import { claimed } from "../output/claimed.js";
import { writeImage } from "../video/index.js";
import type { Compared } from "./compared.js";
import type { PoseEvaluation } from "./evaluate.js";
import { evaluationPage } from "./page.js";
import { contactSheet, shownPictures } from "./sheet.js";

export interface ReportOptions {
  /** What was evaluated, for the heading. */
  title: string;
  /** Folder of the data set's pictures; without it, only lines are shown. */
  images?: string;
  /** Bad pictures to show; 12 when absent. */
  worst?: number;
  /** Replace what is there. */
  force?: boolean;
}

/**
 * Writes an evaluation into a folder: `report.html`, a page that needs nothing besides itself, `worst.png`, the worst
 * pictures side by side, and `figures.json`: all of them or none.
 *
 * @throws MareyError `FILE_EXISTS` unless `force`, `FILE_WRITE`, and as `readImage`.
 */
export async function writeEvaluationReport(
  folder: string,
  evaluation: PoseEvaluation,
  compared: Compared,
  { title, images, worst = 12, force = false }: ReportOptions,
): Promise<void> {
  const [page, sheet, figures] = ["report.html", "worst.png", "figures.json"].map((name) =>
    join(folder, name),
  ) as [string, string, string];
  if (!force) for (const path of [page, sheet, figures]) await requireAbsent(path);
  const bad = evaluation.worst.filter(({ loss }) => loss > 0).slice(0, worst);
  const shown = await shownPictures(bad, compared, images);
  const files = fileSet({ force });
  try {
    await files.write(page, evaluationPage(title, evaluation, shown));
    await files.write(figures, `${JSON.stringify(evaluation, undefined, 2)}\n`);
    if (bad.length > 0) {
      const file = await claimed(files, sheet);
      await file.written(writeImage(file.temporary, await contactSheet(bad, compared, images)));
    }
    await files.publish();
  } finally {
    await files.discard();
  }
}
