// The import direction of the house (CONTRIBUTING.md). Inside core: a folder may import only folders below it.
const below = {
  array: [],
  skeleton: ["array"],
  image: ["array", "skeleton"],
  motion: ["array", "skeleton"],
  camera: ["array", "skeleton", "motion"],
  seam: ["image", "motion"],
  filter: ["array", "skeleton", "motion", "image", "camera"],
  codec: ["array", "skeleton", "motion", "image", "camera"],
  metric: ["array", "skeleton", "motion", "image", "camera"],
  format: ["array", "skeleton", "motion", "image", "camera"],
  body: ["array", "skeleton", "motion", "image", "camera", "format"],
  graph: ["array", "seam"],
  nn: ["array", "graph", "seam"],
  track: ["array", "skeleton", "motion", "image", "camera", "filter", "codec", "metric", "format", "body"],
  fit: ["array", "skeleton", "motion", "image", "camera", "filter", "codec", "metric", "format", "body"],
  world: ["array", "skeleton", "motion", "image", "camera", "filter", "codec", "metric", "format", "body"],
  model: [".*"],
};
const core = "^packages/core/src/";
module.exports = {
  forbidden: [
    { name: "no-circular", severity: "error", from: {}, to: { circular: true } },
    {
      name: "core-has-no-edges",
      comment: "core runs anywhere: no Node modules, nothing of packages/marey",
      severity: "error",
      from: { path: core, pathNot: "\\.test\\.ts$" },
      to: { path: ["^packages/marey", "^packages/web", "^node:"], dependencyTypes: ["core", "local"] },
    },
    {
      name: "web-runs-in-browsers",
      comment: "no Node modules, nothing of packages/marey",
      severity: "error",
      from: { path: "^packages/web/src/", pathNot: "\\.test\\.ts$" },
      to: { path: ["^packages/marey", "^node:"] },
    },
    {
      name: "core-no-node-builtins",
      severity: "error",
      from: { path: core, pathNot: "\\.test\\.ts$" },
      to: { dependencyTypes: ["core"] },
    },
    ...Object.entries(below).map(([folder, allowed]) => ({
      name: `core-${folder}-imports-downwards`,
      severity: "error",
      from: { path: `${core}${folder}/`, pathNot: "\\.test\\.ts$" },
      to: { path: `${core}[^/]+/`, pathNot: [folder, ...allowed].map((name) => `${core}${name}/`) },
    })),
  ],
  options: {
    tsConfig: { fileName: "tsconfig.json" },
    tsPreCompilationDeps: true,
    doNotFollow: { path: "node_modules" },
    exclude: { path: "(^|/)dist/" },
    enhancedResolveOptions: { conditionNames: ["marey-source", "import", "node", "default"] },
  },
};
