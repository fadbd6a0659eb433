/**
 * Frames per second on one core of one person of the open body at 256 × 256 with all channels (colour with shadows and
 * smoothed edges, depth, person, part, IUV, normals, flow), the body's vertices new in every frame: on a textured floor
 * that fills half the picture, and before a photograph on whose floor it throws its shadow. Seconds are the processor's, so
 * that other processes count little. Then the same floor scene in three.js in headless Chromium with software GL, colour
 * alone, picture read back: wall-clock seconds, ours beside them; it may use all cores. `CHROMIUM` names the browser.
 *
 *     npx tsx --conditions=marey-source benchmarks/renderer.ts [--picture FILE.png]
 */
import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { parseArgs } from "node:util";
import { bodySkinner, openBody, vertexNormals } from "@marey/core/body";
import type { Camera } from "@marey/core/camera";
import type { Image } from "@marey/core/image";
import { type Channels, frameChannels, renderer, type Shot, type Surface } from "@marey/core/world";
import { readOpenBody } from "marey";
import { chromium } from "playwright-core";
import sharp from "sharp";

const SIZE = 256;
const FRAMES = 60;
const ROUNDS = 5;
const { values: options } = parseArgs({ options: { picture: { type: "string" } } });

const camera: Camera = {
  ...{ name: "front", width: SIZE, height: SIZE, fx: 380, fy: 380, cx: 127.5, cy: 127.5, distortion: [] },
  // 1.3 m up, 3.6 m away, looking 5° down.
  rotation: Float64Array.of(1, 0, 0, 0, -0.9962, 0.0872, 0, -0.0872, -0.9962),
  translation: new Float64Array(3),
};
const eye = [0, 1.3, 3.6];
for (let i = 0; i < 3; i++)
  camera.translation[i] = -[0, 1, 2].reduce((sum, c) => sum + camera.rotation[3 * i + c]! * eye[c]!, 0);

const lights: Shot["lights"] = {
  sky: { above: [0.42, 0.46, 0.52], below: [0.2, 0.17, 0.15] },
  sun: { direction: [0.8, 1.3, 0.9], colour: [0.85, 0.8, 0.7] },
};

const noise = (side: number, channels: number): Image => ({
  ...{ width: side, height: side, channels },
  data: Uint8Array.from({ length: side * side * channels }, (_, i) => 120 + ((i * 2654435761) >>> 26)),
});
const quadTriangles = Uint32Array.of(0, 1, 2, 0, 2, 3);
const floor: Surface = {
  positions: Float32Array.of(-6, 0, 4, 6, 0, 4, 6, 0, -6, -6, 0, -6),
  triangles: quadTriangles,
  uv: { coordinates: Float32Array.of(0, 0, 4, 0, 4, 4, 0, 4), triangles: quadTriangles },
  person: 0,
  material: { colour: [220, 210, 200], texture: noise(256, 3), castsShadow: false },
};

/** The body in a few poses, with its place in the next frame. */
function takeOf(mesh: "full" | "lite", bytes: Uint8Array) {
  const model = openBody(bytes, { mesh });
  const skinner = bodySkinner(model);
  const bodies = Array.from({ length: 8 }, (_, i) => {
    const vertices = new Float32Array(3 * model.vertices);
    const pose = new Float32Array(72);
    pose.set([-0.3 + 0.1 * i, 0, 0], 3);
    pose.set([0, 0, -1.1 + 0.05 * i], 48);
    pose.set([0, 0, 1], 51);
    skinner.pose(pose, [0, 0.942, 0], vertices);
    return vertices;
  });
  const texture = noise(512, 3);
  const surfaces = bodies.map(
    (positions, i): Surface => ({
      ...{ positions, triangles: model.triangles, later: bodies[(i + 1) % bodies.length]! },
      ...{ person: 1, part: model.part, skin: model.uv },
      ...{
        uv: model.uv,
        material: { colour: [215, 170, 145], texture, specular: 0.2, wrap: 0.25 },
      },
    }),
  );
  return { model, surfaces };
}

type Take = ReturnType<typeof takeOf>;

const onFloor = ({ surfaces }: Take, i: number): Shot => ({
  ...{ surfaces: [floor, surfaces[i % surfaces.length]!], camera, lights, background: [150, 180, 215] },
});
const photograph = noise(SIZE, 3);
const catcher: Surface = { ...floor, material: { ...floor.material, catcher: true } };
const beforePhotograph = ({ surfaces }: Take, i: number): Shot => ({
  ...{ surfaces: [catcher, surfaces[i % surfaces.length]!], camera, lights, background: photograph },
});

const median = (values: number[]) => values.sort((a, b) => a - b)[values.length >> 1]!;

/** Milliseconds per frame, of the processor and of the clock: medians of several rounds after one to warm up. */
function time(shotOf: (i: number) => Shot, channels: Channels): { processor: number; clock: number } {
  const draw = renderer(SIZE, SIZE);
  const round = () => {
    const [start, clock] = [process.cpuUsage(), performance.now()];
    for (let i = 0; i < FRAMES; i++) draw.render(shotOf(i), channels);
    const { user, system } = process.cpuUsage(start);
    return { processor: (user + system) / 1000 / FRAMES, clock: (performance.now() - clock) / FRAMES };
  };
  round();
  const rounds = Array.from({ length: ROUNDS }, round);
  return { processor: median(rounds.map((r) => r.processor)), clock: median(rounds.map((r) => r.clock)) };
}

/** The page's part: the same scene in three.js; milliseconds per frame, and the last picture. */
const page = `
import * as THREE from "/three.module.js";
globalThis.time = ({ size, frames, rounds, fov, bodies, triangles, uv }) => {
  const gl = new THREE.WebGLRenderer({ antialias: true, preserveDrawingBuffer: true });
  gl.setSize(size, size);
  gl.shadowMap.enabled = true;
  gl.shadowMap.type = THREE.PCFSoftShadowMap;
  const scene = new THREE.Scene();
  scene.background = new THREE.Color(0x96b4d7);
  const texture = (n) => {
    const data = Uint8Array.from({ length: n * n * 4 }, (_, i) => i % 4 === 3 ? 255 : 120 + ((i * 2654435761) >>> 26));
    const map = new THREE.DataTexture(data, n, n);
    map.colorSpace = THREE.SRGBColorSpace;
    map.wrapS = map.wrapT = THREE.RepeatWrapping;
    map.magFilter = THREE.LinearFilter;
    map.minFilter = THREE.LinearMipmapLinearFilter;
    map.generateMipmaps = true;
    map.needsUpdate = true;
    return map;
  };
  const ground = new THREE.Mesh(new THREE.PlaneGeometry(12, 10), new THREE.MeshPhongMaterial({ map: texture(256) }));
  ground.rotation.x = -Math.PI / 2;
  ground.position.z = -1;
  ground.receiveShadow = true;
  const geometry = new THREE.BufferGeometry();
  const positions = new THREE.BufferAttribute(new Float32Array(bodies[0].positions), 3);
  const normals = new THREE.BufferAttribute(new Float32Array(bodies[0].normals), 3);
  geometry.setAttribute("position", positions).setAttribute("normal", normals);
  geometry.setAttribute("uv", new THREE.BufferAttribute(new Float32Array(uv), 2));
  geometry.setIndex(triangles);
  const body = new THREE.Mesh(geometry, new THREE.MeshPhongMaterial({ color: 0xd7aa91, map: texture(512), shininess: 24 }));
  body.castShadow = body.receiveShadow = true;
  const sun = new THREE.DirectionalLight(0xfff0e0, 2.5);
  sun.position.set(1.6, 2.6, 1.8);
  sun.castShadow = true;
  sun.shadow.mapSize.set(512, 512);
  for (const [k, v] of Object.entries({ left: -1.5, right: 1.5, top: 1.5, bottom: -1.5 })) sun.shadow.camera[k] = v;
  scene.add(ground, body, sun, new THREE.HemisphereLight(0x8090a0, 0x403830, 3));
  const camera = new THREE.PerspectiveCamera(fov, 1, 0.05, 100);
  camera.position.set(0, 1.3, 3.6);
  camera.rotation.x = -5 * Math.PI / 180;
  const context = gl.getContext();
  const picture = new Uint8Array(4 * size * size);
  const round = () => {
    const start = performance.now();
    for (let i = 0; i < frames; i++) {
      const next = bodies[i % bodies.length];
      positions.array.set(next.positions);
      normals.array.set(next.normals);
      positions.needsUpdate = normals.needsUpdate = true;
      gl.render(scene, camera);
      context.readPixels(0, 0, size, size, context.RGBA, context.UNSIGNED_BYTE, picture);
    }
    return (performance.now() - start) / frames;
  };
  round();
  const times = Array.from({ length: rounds }, round).sort((a, b) => a - b);
  return { clock: times[rounds >> 1], picture: gl.domElement.toDataURL() };
};
globalThis.ready = true;`;

/** A mesh with one vertex per pair of place and texture coordinate, as GL wants it; the first two bodies of the take. */
function forGl({ model, surfaces }: Take) {
  const { coordinates, triangles } = model.uv!;
  const place = new Uint32Array(coordinates.length / 2);
  triangles.forEach((t, i) => {
    place[t] = model.triangles[i]!;
  });
  const spread = (values: Float32Array) =>
    Array.from(place, (v) => [...values.subarray(3 * v, 3 * v + 3)]).flat();
  const bodies = surfaces.slice(0, 2).map(({ positions }) => ({
    positions: spread(positions),
    normals: spread(vertexNormals(positions, model.triangles)),
  }));
  return { bodies, triangles: [...triangles], uv: [...coordinates] };
}

async function threeJs(take: Take, executablePath: string): Promise<{ clock: number; picture: string }> {
  const browser = await chromium.launch({
    executablePath,
    args: ["--headless", "--no-sandbox", "--use-angle=swiftshader", "--enable-unsafe-swiftshader"],
  });
  try {
    const tab = await browser.newPage();
    await tab.route("**/*", (route) => {
      const name = new URL(route.request().url()).pathname;
      if (!name.endsWith(".js"))
        return route.fulfill({ contentType: "text/html", body: `<script type="module">${page}</script>` });
      const body = readFileSync(join(import.meta.dirname, "../node_modules/three/build", name));
      return route.fulfill({ contentType: "text/javascript", body });
    });
    await tab.goto("http://localhost/");
    await tab.waitForFunction(() => "ready" in globalThis, undefined, { timeout: 60_000 });
    const fov = (2 * Math.atan(SIZE / 2 / camera.fy) * 180) / Math.PI;
    const task = { size: SIZE, frames: FRAMES, rounds: ROUNDS, fov, ...forGl(take) };
    return await tab.evaluate(
      (task) =>
        (globalThis as unknown as { time(task: unknown): { clock: number; picture: string } }).time(task),
      task,
    );
  } finally {
    await browser.close();
  }
}

const bytes = await readOpenBody();
const takes = { full: takeOf("full", bytes), lite: takeOf("lite", bytes) };
const channels = frameChannels(SIZE, SIZE);
for (const [mesh, take] of Object.entries(takes)) {
  for (const [place, shotOf] of Object.entries({
    "on a floor": onFloor,
    "before a photograph": beforePhotograph,
  })) {
    const { processor } = time((i) => shotOf(take, i), channels);
    const triangles = take.model.triangles.length / 3;
    console.log(
      `${mesh} body (${triangles} triangles) ${place}, all channels: ${(1000 / processor).toFixed(0)} frames/s of one core`,
    );
  }
}
const executablePath = process.env.CHROMIUM ?? "/usr/bin/chromium";
if (existsSync(executablePath)) {
  const ours = time((i) => onFloor(takes.full, i), { colour: channels.colour }).clock;
  const all = time((i) => onFloor(takes.full, i), channels).clock;
  const theirs = await threeJs(takes.full, executablePath);
  const rate = (ms: number) => `${(1000 / ms).toFixed(0)} frames/s`;
  console.log(
    `by the clock, full body on a floor: three.js with software GL, colour alone ${rate(theirs.clock)};`,
  );
  console.log(`  ours colour alone ${rate(ours)}, ${(theirs.clock / ours).toFixed(2)} times three.js;`);
  console.log(`  ours all channels ${rate(all)}, ${(theirs.clock / all).toFixed(2)} times three.js`);
  if (options.picture) {
    renderer(SIZE, SIZE).render(onFloor(takes.full, FRAMES - 1), channels);
    const raw = { width: SIZE, height: SIZE, channels: 3 } as const;
    const left = await sharp(Buffer.from(channels.colour), { raw }).png().toBuffer();
    const right = Buffer.from(theirs.picture.split(",")[1]!, "base64");
    await sharp({ create: { width: 2 * SIZE, height: SIZE, channels: 3, background: "black" } })
      .composite([
        { input: left, left: 0, top: 0 },
        { input: right, left: SIZE, top: 0 },
      ])
      .toFile(options.picture);
  }
} else console.log(`three.js: left out, no Chromium at ${executablePath}`);
