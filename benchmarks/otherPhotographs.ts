/**
 * Annotated photographs of other data sets (AI Challenger, CrowdPose, MPII, J-HMDB, PoseTrack) as one set, which nothing is
 * tuned on: COCO's layout, of which only the joints of trunk and limbs are labelled.
 */
import { existsSync, readFileSync } from "node:fs";
import { basename, dirname, join } from "node:path";
import { type AnnotatedPerson, type Annotations, readAnnotations } from "@marey/core/format";
import { coco17, type Skeleton } from "@marey/core/skeleton";

/** Annotations, and which of their pictures is there under what name: files of video frames have the same for several. */
const sources: [file: string, pictureOf?: { entry: RegExp; file: string }][] = [
  ["aic/test_aic.json"],
  ["crowdpose/test_crowdpose.json"],
  ["mpii/test_mpii.json"],
  ["jhmdb/test_jhmdb_sub1.json", { entry: /Frisbee_catch_f_cm_np1_ri_med_0/, file: "00001.png" }],
  ["posetrack18/test_posetrack18_val.json", { entry: /003418/, file: "000000.jpg" }],
];

/** All of them. @param folder That of the samples. Pictures' files are paths below it. */
export function otherPhotographs(folder: string): Annotations {
  const whole: Annotations = { dataset: "coco", skeleton: coco17, images: [], people: [] };
  for (const [path, picture] of sources) {
    const set = readAnnotations(new Uint8Array(readFileSync(join(folder, path))), basename(path));
    for (const [i, image] of set.images.entries()) {
      if (picture && !picture.entry.test(image.file)) continue;
      const file = join(dirname(path), picture?.file ?? image.file);
      if (!existsSync(join(folder, file))) continue;
      const at = whole.images.length;
      whole.images.push({ ...image, id: at + 1, file });
      for (const person of set.people)
        if (person.image === i) whole.people.push(asCoco(person, set.skeleton, at));
    }
  }
  return whole;
}

function asCoco(person: AnnotatedPerson, { joints: names }: Skeleton, image: number): AnnotatedPerson {
  const joints = Float64Array.from(
    coco17.joints.flatMap((name, j) => {
      // The first five are of the face: not all sets label them.
      const from = j < 5 ? -1 : 3 * names.indexOf(name);
      return from < 0 ? [Number.NaN, Number.NaN, 0] : [...person.joints.subarray(from, from + 3)];
    }),
  );
  return { ...person, image, joints };
}
