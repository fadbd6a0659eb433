import type { CatalogueEntry } from "./catalogueEntry.js";

const published = {
  author: "Facebook AI Research",
  digest: {},
  licence: {
    name: "CC-BY-NC-4.0",
    commercial: false,
    note: "The movements that it learned from (Human3.6M) have terms of their own, for academic use",
    url: "https://github.com/facebookresearch/VideoPose3D/blob/main/LICENSE",
  },
  format: "PyTorch",
} as const;

const url = (file: string): [string] => [`https://dl.fbaipublicfiles.com/video-pose-3d/${file}`];

/** VideoPose3D (Pavllo et al. 2019). */
export const videoPose3dWeights: readonly CatalogueEntry[] = [
  {
    name: "videopose3d-h36m",
    title: "VideoPose3D: lifts Human3.6M's 17 joints to 3D, 243 frames",
    ...published,
    urls: url("pretrained_h36m_cpn.bin"),
    importer: {
      kind: "architecture",
      network: "videopose3d",
      gives: "lifter",
      skeleton: "h36m17",
      key: "model_pos",
    },
  },
  {
    // Its input is COCO's 17 joints in COCO's order, which no lifter of ours is fed with: it has the same shapes and
    // would give nonsense for Human3.6M's.
    name: "videopose3d-coco",
    title: "VideoPose3D for COCO's 17 joints, 243 frames",
    ...published,
    urls: url("pretrained_h36m_detectron_coco.bin"),
    importer: { kind: "weights", key: "model_pos" },
  },
];
