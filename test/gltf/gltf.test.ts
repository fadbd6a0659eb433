import { existsSync, readFileSync, writeFileSync } from "node:fs";
import { createServer, type Server } from "node:http";
import type { AddressInfo } from "node:net";
import { join } from "node:path";
import { fitMotion } from "@marey/core/fit";
import {
  bvhToMotion,
  markersToMotion,
  motionToBvh,
  readBvh,
  readTrc,
  turnUp,
  writeBvh,
  writeGlb,
} from "@marey/core/format";
import type { Motion } from "@marey/core/motion";
import { type Browser, chromium } from "playwright-core";
import { AnimationMixer, LoopOnce, type Object3D, Vector3 } from "three";
import { GLTFLoader } from "three/examples/jsm/loaders/GLTFLoader.js";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { walkers } from "./figure.js";

const FRAMES = 90;
const motion = walkers(FRAMES);

/** World positions of all joints of all people at a frame, Y up. */
function expected(of: Motion, t: number): number[] {
  const width = of.skeleton.joints.length * 3;
  return turnUp(of, "y").people.flatMap(({ positions }) => [
    ...positions.subarray(t * width, (t + 1) * width),
  ]);
}

function largestDifference(got: number[], want: number[]): number {
  expect(got.length).toBe(want.length);
  return Math.max(...want.map((value, i) => (Number.isNaN(value) ? 0 : Math.abs(value - (got[i] ?? NaN)))));
}

/** Loads a GLB in three.js; the function returned gives the world positions of all joints at a time in seconds. */
async function playGlb(bytes: Uint8Array): Promise<(time: number) => number[]> {
  const gltf = await new GLTFLoader().parseAsync(new Uint8Array(bytes).buffer, "");
  const mixer = new AnimationMixer(gltf.scene);
  const action = mixer.clipAction(gltf.animations[0]!).setLoop(LoopOnce, 1).play();
  action.clampWhenFinished = true;
  const skins: { joints: number[] }[] = gltf.parser.json.skins;
  const nodes: Object3D[] = await Promise.all(
    skins.flatMap(({ joints }) => joints.map((i) => gltf.parser.getDependency("node", i))),
  );
  return (time) => {
    mixer.setTime(time);
    gltf.scene.updateMatrixWorld(true);
    return nodes.flatMap((node) => node.getWorldPosition(new Vector3()).toArray());
  };
}

describe("a GLB in three.js", () => {
  test("joints stand where the fitted skeleton has them, at every frame (Node)", async () => {
    const play = await playGlb(await writeGlb(motion, "walk"));
    for (let t = 0; t < FRAMES; t++)
      expect(largestDifference(play(t / motion.frameRate), expected(motion, t))).toBeLessThan(1e-5);
  });

  const reference = "../shared/data/pose2sim-single/reference/p2s_head_filt_butterworth.trc";
  test.skipIf(!existsSync(reference))(
    "a real trial, fitted: GLB and BVH give the fitted joints back",
    async () => {
      const markers = readTrc(new Uint8Array(readFileSync(reference)));
      const { motion: trial } = fitMotion(markersToMotion(markers));
      const play = await playGlb(await writeGlb(trial, "trial"));
      const bvh = [...writeBvh(motionToBvh(trial.people[0]!, trial))].join("");
      const back = bvhToMotion(readBvh(new TextEncoder().encode(bvh)));
      // BVH lists joints depth first.
      const place = trial.skeleton.joints.map((joint) => back.skeleton.joints.indexOf(joint));
      const width = place.length * 3;
      for (let t = 0; t < trial.frameCount; t++) {
        const want = expected(trial, t);
        expect(largestDifference(play(t / trial.frameRate), want)).toBeLessThan(1e-5);
        const frame = back.people[0]!.positions.subarray(t * width, (t + 1) * width);
        const got = place.flatMap((joint) => [...frame.subarray(joint * 3, joint * 3 + 3)]);
        expect(largestDifference(got, want)).toBeLessThan(1e-4);
      }
    },
  );

  test("people without a fitted skeleton, or without a pose, are refused", async () => {
    const bare = {
      ...motion,
      people: motion.people.map(({ id, positions, state }) => ({ id, positions, state })),
    };
    await expect(writeGlb(bare)).rejects.toThrow(expect.objectContaining({ code: "MOTION_UNFITTED" }));
    await expect(writeGlb({ ...motion, people: [] })).rejects.toThrow(/no people/);
  });
});

const executablePath = process.env.CHROMIUM ?? "/usr/bin/chromium";
const hasBrowser = existsSync(executablePath);
if (!hasBrowser) console.log(`gltf: browser test skipped, no Chromium at ${executablePath} (set CHROMIUM)`);

const PAGE = `<!doctype html><html><body style="margin:0"><script type="importmap">
{"imports":{"three":"/three/build/three.module.js","three/addons/":"/three/examples/jsm/"}}</script>
<script type="module">
import * as THREE from "three";
import { GLTFLoader } from "three/addons/loaders/GLTFLoader.js";
const renderer = new THREE.WebGLRenderer({ antialias: true, preserveDrawingBuffer: true });
renderer.setSize(640, 480);
document.body.append(renderer.domElement);
const scene = new THREE.Scene();
scene.background = new THREE.Color(0xffffff);
const light = new THREE.DirectionalLight(0xffffff, 2.5);
light.position.set(1, 3, 2);
scene.add(light, new THREE.HemisphereLight(0xffffff, 0x888888, 1.5), new THREE.GridHelper(6, 12, 0xbbbbbb, 0xdddddd));
const gltf = await new GLTFLoader().loadAsync("/walk.glb");
scene.add(gltf.scene);
const mixer = new THREE.AnimationMixer(gltf.scene);
mixer.clipAction(gltf.animations[0]).play();
const camera = new THREE.PerspectiveCamera(40, 640 / 480, 0.1, 50);
camera.position.set(3.2, 1.5, 3.6);
camera.lookAt(0.8, 0.8, 0.6);
const nodes = await Promise.all(gltf.parser.json.nodes.map((_, i) => gltf.parser.getDependency("node", i)));
window.show = (time) => {
  mixer.setTime(time);
  scene.updateMatrixWorld(true);
  renderer.render(scene, camera);
  const pixels = new Uint8Array(640 * 480 * 4);
  const gl = renderer.getContext();
  gl.readPixels(0, 0, 640, 480, gl.RGBA, gl.UNSIGNED_BYTE, pixels);
  let orange = 0, blue = 0;
  for (let i = 0; i < pixels.length; i += 4) {
    if (pixels[i] > pixels[i + 2] + 60) orange++;
    if (pixels[i + 2] > pixels[i] + 60) blue++;
  }
  const joints = gltf.parser.json.skins.flatMap((skin) => skin.joints.map((i) => nodes[i]));
  const at = joints.flatMap((node) => node.getWorldPosition(new THREE.Vector3()).toArray());
  return { orange, blue, at };
};
window.ready = true;
</script></body></html>`;

describe.skipIf(!hasBrowser)("a GLB in a browser", () => {
  let server: Server;
  let browser: Browser;
  let glb: Uint8Array;

  beforeAll(async () => {
    glb = await writeGlb(motion, "walk");
    const three = join(import.meta.dirname, "../../node_modules/three");
    server = createServer((request, response) => {
      const path = new URL(request.url ?? "/", "http://localhost").pathname;
      if (path === "/walk.glb") return response.end(glb);
      if (path.startsWith("/three/")) {
        response.setHeader("content-type", "text/javascript");
        return response.end(readFileSync(join(three, path.slice(7))));
      }
      response.setHeader("content-type", "text/html");
      return response.end(PAGE);
    });
    await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
    browser = await chromium.launch({
      executablePath,
      args: [
        "--headless", "--no-sandbox", "--disable-gpu", "--disable-background-networking", "--disable-component-update",
        "--disable-sync", "--no-first-run", "--use-gl=angle", "--use-angle=swiftshader", "--enable-unsafe-swiftshader",
      ], // biome-ignore format: a list
    });
  });

  afterAll(async () => {
    await browser?.close();
    server?.close();
  });

  test("it is drawn, left and right in their colours, joints in place", async () => {
    const page = await browser.newPage({ viewport: { width: 640, height: 480 } });
    await page.goto(`http://127.0.0.1:${(server.address() as AddressInfo).port}/`);
    await page.waitForFunction("window.ready === true", undefined, { timeout: 60_000 });
    const t = 40;
    const shown = (await page.evaluate(`window.show(${t / motion.frameRate})`)) as {
      orange: number;
      blue: number;
      at: number[];
    };
    // GLTF_PICTURE names a file for whoever wants to look.
    if (process.env.GLTF_PICTURE) writeFileSync(process.env.GLTF_PICTURE, await page.screenshot());
    expect(largestDifference(shown.at, expected(motion, t))).toBeLessThan(1e-3);
    expect(shown.orange).toBeGreaterThan(400);
    expect(shown.blue).toBeGreaterThan(400);
  });
});
