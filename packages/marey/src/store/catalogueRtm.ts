import type { CatalogueEntry, Importer, Licence } from "./catalogueEntry.js";

const licence: Licence = {
  name: "Apache-2.0",
  commercial: true,
  note: "The data sets that it was trained on have terms of their own, some for research only: check them before use for money",
  url: "https://github.com/open-mmlab/mmpose/blob/main/LICENSE",
};
const author = "OpenMMLab";
const works = "Written from the publisher's description; Marey's tests have not run these weights";

/** Colours as MMPose normalises them. */
const imageNet = { mean: [123.675, 116.28, 103.53], deviation: [58.395, 57.12, 57.375] } as const;

type Model = Pick<CatalogueEntry, "name" | "title" | "digest" | "size">;

/** An archive of MMDeploy: `end2end.onnx` with JSON beside it. Its name holds digits of the checkpoint, not its own. */
const archive = (path: string, sha256?: string): Pick<CatalogueEntry, "urls" | "format" | "unpack"> => ({
  urls: [`https://download.openmmlab.com/mmpose/v1/projects/${path}`],
  format: "zip",
  unpack: { ending: ".onnx", ...(sha256 && { sha256 }) },
});

/** RTMPose (Jiang et al. 2023): one person in an upright crop, coordinates as classes. */
const simcc = (width: number, height: number, skeleton: string): Importer => ({
  kind: "onnx",
  skeleton,
  card: {
    input: {
      name: "input",
      type: "float32",
      layout: "NCHW",
      colour: "RGB",
      width,
      height,
      mean: [...imageNet.mean],
      deviation: [...imageNet.deviation],
    },
    codec: { kind: "simcc", x: "simcc_x", y: "simcc_y", split: 2 },
    crop: { margin: 1.25 },
    works,
  },
});

/** RTMO (Lu et al. 2023): everybody in the picture at once. */
const rtmo = (size: number): Importer => ({
  kind: "onnx",
  skeleton: "coco17",
  card: {
    input: {
      name: "input",
      type: "float32",
      layout: "NCHW",
      colour: "BGR",
      width: size,
      height: size,
      fit: "corner",
      fill: 114,
    },
    codec: {
      kind: "people",
      rows: "dets",
      box: { from: 0 },
      score: { column: 4 },
      joints: { output: "keypoints", columns: ["x", "y", "score"] },
      minScore: 0.3,
    },
    works,
  },
});

/** YOLOX (Ge et al. 2021) as a finder of people: boxes after its own suppression. */
const yolox = (size: number): Importer => ({
  kind: "onnx",
  skeleton: null,
  card: {
    input: {
      name: "input",
      type: "float32",
      layout: "NCHW",
      colour: "BGR",
      width: size,
      height: size,
      fit: "corner",
      fill: 114,
    },
    codec: { kind: "boxes", rows: "dets", box: { from: 0 }, score: { column: 4 }, suppress: "none" },
    works,
  },
});

const entry = (
  model: Omit<Model, "digest"> & { digest?: CatalogueEntry["digest"] },
  file: Pick<CatalogueEntry, "urls" | "format" | "unpack">,
  importer: Importer,
): CatalogueEntry => ({ digest: {}, ...model, author, licence, ...file, importer });

const huggingFace = (path: string): Pick<CatalogueEntry, "urls" | "format"> => ({
  urls: [`https://huggingface.co/${path}`],
  format: "ONNX",
});

/** Networks of OpenMMLab's RTM family as ONNX files. */
export const rtmNetworks: readonly CatalogueEntry[] = [
  entry(
    { name: "rtmpose-s", title: "RTMPose-s: one person in a crop, 17 joints, fast" },
    archive(
      "rtmposev1/onnx_sdk/rtmpose-s_simcc-body7_pt-body7_420e-256x192-acd4a1ef_20230504.zip",
      "9aeb635b83f86aea45cf45d85798f7eba1a162de8e0d721c44e54fe5eebaf47d",
    ),
    simcc(192, 256, "coco17"),
  ),
  entry(
    { name: "rtmpose-m", title: "RTMPose-m: one person in a crop, 17 joints" },
    archive(
      "rtmposev1/onnx_sdk/rtmpose-m_simcc-body7_pt-body7_420e-256x192-e48f03d0_20230504.zip",
      "5c0a4bf67953e6d2ac43ce15e77dc9d5d354ae18430a47d2c5963a7bc5683e3c",
    ),
    simcc(192, 256, "coco17"),
  ),
  entry(
    { name: "rtmpose-l", title: "RTMPose-l 384x288: one person in a crop, 17 joints, exact" },
    archive(
      "rtmposev1/onnx_sdk/rtmpose-l_simcc-body7_pt-body7_420e-384x288-3f5a1437_20230504.zip",
      "62425affc6b9edba8f8a65f55f5e278fec5d905d0c90578e0f8503bdf3954587",
    ),
    simcc(288, 384, "coco17"),
  ),
  entry(
    { name: "rtmpose-x", title: "RTMPose-x 384x288: one person in a crop, 17 joints, most exact" },
    archive(
      "rtmposev1/onnx_sdk/rtmpose-x_simcc-body7_pt-body7_700e-384x288-71d7b7e9_20230629.zip",
      "df0c0fa91e9870b1515dcaff741fd76cc753dcfb12786862f61b243bae81cd52",
    ),
    simcc(288, 384, "coco17"),
  ),
  entry(
    {
      name: "dwpose-l",
      title: "DWPose-l 384x288: one person in a crop, 133 points of body, feet, face and hands",
      size: 134399116,
      digest: { sha256: "724f4ff2439ed61afb86fb8a1951ec39c6220682803b4a8bd4f598cd913b1843" },
    },
    huggingFace("yzd-v/DWPose/resolve/main/dw-ll_ucoco_384.onnx"),
    simcc(288, 384, "wholebody133"),
  ),
  entry(
    {
      name: "rtmw-x",
      title: "RTMW-x 384x288: one person in a crop, 133 points of body, feet, face and hands",
    },
    archive("rtmw/onnx_sdk/rtmw-x_simcc-cocktail13_pt-ucoco_270e-384x288-0949e3a9_20230925.zip"),
    simcc(288, 384, "wholebody133"),
  ),
  entry(
    { name: "rtmo-t", title: "RTMO-t: everybody in the picture, 17 joints, fastest" },
    archive("rtmo/onnx_sdk/rtmo-t_8xb32-600e_body7-416x416-f48f75cb_20231219.zip"),
    rtmo(416),
  ),
  entry(
    { name: "rtmo-s", title: "RTMO-s: everybody in the picture, 17 joints" },
    archive("rtmo/onnx_sdk/rtmo-s_8xb32-600e_body7-640x640-dac2bf74_20231211.zip"),
    rtmo(640),
  ),
  entry(
    {
      name: "rtmo-m",
      title: "RTMO-m: everybody in the picture, 17 joints, more exact",
      size: 89291929,
      digest: { sha256: "76d82c45e5c4810baf587ecf2638d15cbf7ed196afb2055e977382532021b59e" },
    },
    huggingFace("Xenova/RTMO-m/resolve/3aba1280472b98ee2bf663482e27e243038d23fe/onnx/model.onnx"),
    rtmo(640),
  ),
  entry(
    {
      name: "rtmo-l",
      title: "RTMO-l: everybody in the picture, 17 joints, most exact",
      size: 175926543,
      digest: { sha256: "293b4b10165b3862fc00b81a9473803838a22046115d54d80f8fdc24daa9a030" },
    },
    huggingFace("Xenova/RTMO-l/resolve/866da24c537be882180eb1bd278bc22cef85c6fd/onnx/model.onnx"),
    rtmo(640),
  ),
  entry(
    {
      name: "yolox-tiny",
      title: "YOLOX-tiny of Human-Art: finds people for networks that look at one, fast",
    },
    archive(
      "rtmposev1/onnx_sdk/yolox_tiny_8xb8-300e_humanart-6f3252f9.zip",
      "ceb11c07298f95c50d7c5abeb906d03340c85f23aa79e3e66966e7fb6c307250",
    ),
    yolox(416),
  ),
  entry(
    { name: "yolox-m", title: "YOLOX-m of Human-Art: finds people for networks that look at one" },
    archive(
      "rtmposev1/onnx_sdk/yolox_m_8xb8-300e_humanart-c2c7a14a.zip",
      "3dea6513388889f0fff4b77bf7a26013600321b9eb9ceb0e9a400a82572f5f23",
    ),
    yolox(640),
  ),
];
