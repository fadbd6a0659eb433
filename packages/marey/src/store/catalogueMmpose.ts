import type { CatalogueEntry, Importer, Licence } from "./catalogueEntry.js";

const licence: Licence = {
  name: "Apache-2.0",
  commercial: true,
  note: "Trained on COCO, whose pictures have terms of their own",
  url: "https://github.com/open-mmlab/mmpose/blob/main/LICENSE",
};

/** A checkpoint of MMPose's model zoo: its name ends in the first digits of its SHA-256 and the date. */
function checkpoint(
  name: string,
  title: string,
  path: string,
  importer: Importer = { kind: "weights" },
): CatalogueEntry {
  const [, sha256Prefix] = /-([0-9a-f]{8})_\d{8}\.pth$/.exec(path) ?? [];
  return {
    name,
    title,
    author: "OpenMMLab",
    urls: [`https://download.openmmlab.com/mmpose/${path}`],
    digest: sha256Prefix ? { sha256Prefix } : {},
    licence,
    format: "PyTorch",
    importer,
  };
}

/** A network of one person's 17 joints that runs here. */
const runs = (network: string): Importer => ({
  kind: "architecture",
  ...{ network, gives: "network", skeleton: "coco17" },
});

/** Networks that look at one person or, with tags, at everybody; kept as weights until a network of ours runs them. */
export const mmposeWeights: readonly CatalogueEntry[] = [
  checkpoint(
    "hrnet-w32",
    "HRNet-W32 256x192 (Sun et al. 2019): COCO-17 of one person",
    "v1/body_2d_keypoint/topdown_heatmap/coco/td-hm_hrnet-w32_8xb64-210e_coco-256x192-81c58e40_20220909.pth",
  ),
  checkpoint(
    "hrnet-w48",
    "HRNet-W48 384x288 (Sun et al. 2019): COCO-17 of one person",
    "v1/body_2d_keypoint/topdown_heatmap/coco/td-hm_hrnet-w48_8xb32-210e_coco-384x288-c161b7de_20220915.pth",
  ),
  checkpoint(
    "higherhrnet-w32",
    "HigherHRNet-W32 512x512 (Cheng et al. 2020): COCO-17 of everybody",
    "bottom_up/higher_hrnet32_coco_512x512-8ae85183_20200713.pth",
  ),
  checkpoint(
    "hourglass-52",
    "Stacked hourglass 256x256 (Newell et al. 2016): COCO-17 of one person",
    "top_down/hourglass/hourglass52_coco_256x256-4ec713ba_20200709.pth",
  ),
  checkpoint(
    "simple-baseline-50",
    "Simple baseline, ResNet-50 256x192 (Xiao et al. 2018): COCO-17 of one person",
    "top_down/resnet/res50_coco_256x192-ec54d7f3_20200709.pth",
    runs("simple-baseline"),
  ),
  checkpoint(
    "simple-baseline-152",
    "Simple baseline, ResNet-152 384x288 (Xiao et al. 2018): COCO-17 of one person",
    "top_down/resnet/res152_coco_384x288-3860d4c9_20200709.pth",
    runs("simple-baseline-384"),
  ),
];
