import type { CatalogueEntry, Licence } from "./catalogueEntry.js";

const licence: Licence = {
  name: "OpenPose",
  commercial: false,
  note: "Academic or non-profit organisations only, research that isn't commercial; others need a licence from Carnegie Mellon University",
  url: "https://github.com/CMU-Perceptual-Computing-Lab/openpose/blob/master/LICENSE",
};
const author = "Carnegie Mellon University";

/** The publisher's own server has been out of reach for years; the copy is checked against the publisher's MD5. */
const urls = (path: string): [string, string] => [
  `https://huggingface.co/camenduru/openpose/resolve/main/models/${path}`,
  `http://posefs1.perception.cs.cmu.edu/OpenPose/models/${path}`,
];

type Model = Pick<CatalogueEntry, "name" | "title" | "digest" | "size"> & { skeleton: string };

/** A `.caffemodel`; the MD5s stand in OpenPose's CMakeLists.txt. */
const caffe = ({ skeleton, ...model }: Model, path: string): CatalogueEntry => ({
  ...model,
  author,
  urls: urls(path),
  licence,
  format: "Caffe",
  importer: { kind: "architecture", network: model.name, gives: "network", skeleton },
});

/** The same weights as a PyTorch conversion that is widely used, at a commit that stays. */
const converted = ({ skeleton, ...model }: Model, file: string, network: string): CatalogueEntry => ({
  ...model,
  author: `${author}, converted by lllyasviel`,
  urls: [
    `https://huggingface.co/lllyasviel/Annotators/resolve/982e7edaec38759d914a963c48c4726685de7d96/${file}`,
  ],
  licence,
  format: "PyTorch",
  importer: { kind: "architecture", network, gives: "network", skeleton },
});

/** OpenPose (Cao et al. 2017, 2019; Simon et al. 2017). */
export const openPoseWeights: readonly CatalogueEntry[] = [
  caffe(
    {
      name: "openpose-body25",
      title: "OpenPose BODY_25: everybody in the picture, with feet",
      size: 104715850,
      digest: { md5: "78287b57cf85fa89c03f1393d368e5b7" },
      skeleton: "body25",
    },
    "pose/body_25/pose_iter_584000.caffemodel",
  ),
  caffe(
    {
      name: "openpose-coco",
      title: "OpenPose COCO: everybody in the picture, 18 joints",
      size: 209274056,
      digest: { md5: "5156d31f670511fce9b4e28b403f2939" },
      skeleton: "coco18",
    },
    "pose/coco/pose_iter_440000.caffemodel",
  ),
  caffe(
    {
      name: "openpose-mpi",
      title: "OpenPose MPI: everybody in the picture, 15 joints",
      digest: {
        md5: "2ca0990c7562bd7ae03f3f54afa96e00",
        sha256: "2ea61d8549a3386972ba9a310468f961e7157d94c5ee2529a51b3901bb82ee21",
      },
      skeleton: "mpi15",
    },
    "pose/mpi/pose_iter_160000.caffemodel",
  ),
  caffe(
    {
      name: "openpose-hand",
      title: "OpenPose hand: 21 points of a right hand in a square crop",
      digest: { md5: "a82cfc3fea7c62f159e11bd3674c1531" },
      skeleton: "hand21",
    },
    "hand/pose_iter_102000.caffemodel",
  ),
  caffe(
    {
      name: "openpose-face",
      title: "OpenPose face: 70 points in a square crop",
      digest: {
        md5: "e747180d728fa4e4418c465828384333",
        sha256: "a60d12d5216fae25fbe605db317a75e6f9dc797a2eed0d23577b21cda8aa3510",
      },
      skeleton: "face70",
    },
    "face/pose_iter_116000.caffemodel",
  ),
  converted(
    {
      name: "openpose-coco-pytorch",
      title: "OpenPose COCO, 18 joints: the PyTorch conversion",
      size: 209267595,
      digest: { sha256: "25a948c16078b0f08e236bda51a385d855ef4c153598947c28c0d47ed94bb746" },
      skeleton: "coco18",
    },
    "body_pose_model.pth",
    "openpose-coco",
  ),
  converted(
    {
      name: "openpose-hand-pytorch",
      title: "OpenPose hand: the PyTorch conversion",
      size: 147341049,
      digest: { sha256: "b76b00d1750901abd07b9f9d8c98cc3385b8fe834a26d4b4f0aad439e75fc600" },
      skeleton: "hand21",
    },
    "hand_pose_model.pth",
    "openpose-hand",
  ),
  converted(
    {
      name: "openpose-face-pytorch",
      title: "OpenPose face: the PyTorch conversion",
      size: 153718792,
      digest: { sha256: "8beb52e548624ffcc4aed12af7aee7dcbfaeea420c75609fee999fe7add79d43" },
      skeleton: "face70",
    },
    "facenet.pth",
    "openpose-face",
  ),
];
