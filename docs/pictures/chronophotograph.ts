/**
 * Many moments of a motion in one picture, as Étienne-Jules Marey photographed them: GLB files in three.js, drawn by a
 * headless Chromium (at $CHROMIUM, else /usr/bin/chromium).
 *
 * npx tsx docs/pictures/chronophotograph.ts OUT.png FROM TO STEP FILE.glb…     (seconds)
 */
import { readFileSync } from "node:fs";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { join } from "node:path";
import { chromium } from "playwright-core";
import sharp from "sharp";

const [out, from, to, step, ...files] = process.argv.slice(2);
if (!out || files.length === 0) throw new Error("usage: chronophotograph.ts OUT.png FROM TO STEP FILE.glb…");
const [width, height] = [1280, 560];

const page = `<!doctype html><body style="margin:0"><script type="importmap">
{"imports":{"three":"/three/build/three.module.js","three/addons/":"/three/examples/jsm/"}}</script>
<script type="module">
import * as THREE from "three";
import { GLTFLoader } from "three/addons/loaders/GLTFLoader.js";
const renderer = new THREE.WebGLRenderer({ antialias: true, preserveDrawingBuffer: true });
renderer.setSize(${width}, ${height});
renderer.autoClear = false;
renderer.setClearColor(0x14161a);
document.body.append(renderer.domElement);
const scene = new THREE.Scene();
const light = new THREE.DirectionalLight(0xffffff, 2.2);
light.position.set(2, 5, 3);
scene.add(light, new THREE.HemisphereLight(0xffffff, 0x8890a0, 1.6));
const floor = new THREE.GridHelper(8, 16, 0x3a3f47, 0x262a30);
const people = [];
for (let i = 0; i < ${files.length}; i++) {
  const { scene: figure, animations } = await new GLTFLoader().loadAsync("/person" + i);
  const mixer = new THREE.AnimationMixer(figure);
  mixer.clipAction(animations[0]).play();
  figure.traverse((node) => { node.frustumCulled = false; });
  scene.add(figure);
  people.push(mixer);
}
const camera = new THREE.PerspectiveCamera(20, ${width / height}, 0.1, 50);
camera.position.set(-4.9, 1.5, 4.2);
camera.lookAt(0, 0.84, 0);
renderer.clear();
renderer.render(new THREE.Scene().add(floor), camera);
for (let time = ${Number(from)}; time <= ${Number(to)}; time += ${Number(step)}) {
  for (const mixer of people) mixer.setTime(time);
  scene.updateMatrixWorld(true);
  renderer.render(scene, camera);
}
window.ready = true;
</script>`;

const three = join(import.meta.dirname, "../../node_modules/three");
const server = createServer(({ url = "/" }, response) => {
  if (url.startsWith("/person")) return response.end(readFileSync(files[Number(url.slice(7))] as string));
  if (!url.startsWith("/three/")) return response.setHeader("content-type", "text/html").end(page);
  response.setHeader("content-type", "text/javascript").end(readFileSync(join(three, url.slice(7))));
});
await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
const browser = await chromium.launch({
  executablePath: process.env.CHROMIUM ?? "/usr/bin/chromium",
  args: ["--no-sandbox", "--use-gl=angle", "--use-angle=swiftshader", "--enable-unsafe-swiftshader"],
});
try {
  const view = await browser.newPage({ viewport: { width, height } });
  view.on("pageerror", (error) => console.error(error.message));
  await view.goto(`http://127.0.0.1:${(server.address() as AddressInfo).port}/`);
  await view.waitForFunction("window.ready", undefined, { timeout: 60_000 });
  const picture = await view.screenshot();
  await sharp(picture).png({ palette: true, colours: 128, compressionLevel: 9 }).toFile(out);
} finally {
  await browser.close();
  server.close();
}
