import { existsSync, mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { onnxRuntime } from "marey";
import { type Browser, type Page as BrowserPage, chromium } from "playwright-core";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { createViteServer } from "vitest/node";
import type { Page } from "./page.js";
import { type Proof, prove } from "./proof.js";

const executablePath = process.env.CHROMIUM ?? "/usr/bin/chromium";
const hasBrowser = existsSync(executablePath);
if (!hasBrowser) console.log(`browser: skipped, no Chromium at ${executablePath} (set CHROMIUM)`);

const root = join(import.meta.dirname, "../..");
const STEPS = 6;

/** The headers that let a page have threads. */
const ISOLATED = {
  "cross-origin-opener-policy": "same-origin",
  "cross-origin-embedder-policy": "require-corp",
};

type Server = Awaited<ReturnType<typeof createViteServer>>;

/** Serves the sources to a browser, translated on the way. */
async function serve(cacheDir: string, headers: Record<string, string>): Promise<Server> {
  const server = await createViteServer({
    root,
    configFile: false,
    cacheDir,
    logLevel: "error",
    appType: "custom",
    resolve: { conditions: ["marey-source", "module", "browser", "development"] },
    // ONNX Runtime finds its wasm beside itself, so it must stay where it is.
    optimizeDeps: { entries: ["test/browser/page.ts"], exclude: ["onnxruntime-web"] },
    server: { host: "127.0.0.1", port: 0, headers, hmr: false, watch: null },
    plugins: [
      {
        name: "page",
        configureServer: ({ middlewares }) => {
          middlewares.use("/page.html", (_, response) => {
            for (const [name, value] of Object.entries(headers)) response.setHeader(name, value);
            response.setHeader("content-type", "text/html");
            response.end('<!doctype html><script type="module" src="/test/browser/page.ts"></script>');
          });
        },
      },
    ],
  });
  return server.listen();
}

const launch = (...more: string[]): Promise<Browser> =>
  chromium.launch({
    executablePath,
    args: [
      "--headless", "--no-sandbox", "--disable-background-networking", "--disable-component-update",
      "--disable-sync", "--no-first-run", ...more,
    ], // biome-ignore format: a list
  });

async function open(browser: Browser, server: Server): Promise<BrowserPage> {
  const page = await browser.newPage();
  await page.goto(`${server.resolvedUrls?.local[0]}page.html`);
  await page.waitForFunction(() => "page" in globalThis, undefined, { timeout: 60_000 });
  return page;
}

/** Calls a function of the page. */
const call = <K extends keyof Page>(page: BrowserPage, name: K, options?: Parameters<Page[K]>[0]) =>
  page.evaluate(
    ([name, options]) =>
      (globalThis as unknown as { page: Record<string, (options: unknown) => unknown> }).page[
        name as string
      ]?.(options),
    [name, options] as const,
  ) as ReturnType<Page[K]>;

const largestDifference = (a: readonly number[], b: readonly number[]): number => {
  expect(b.length).toBe(a.length);
  return a.reduce((most, value, i) => Math.max(most, Math.abs(value - (b[i] as number))), 0);
};

/** Losses, poses and all that the training keeps, within 1e-4 of Node's. */
function expectEqual(got: Proof, want: Proof): void {
  expect(largestDifference(got.losses, want.losses)).toBeLessThan(1e-4);
  expect(largestDifference(got.poses, want.poses)).toBeLessThan(1e-4);
  expect(Object.keys(got.kept)).toEqual(Object.keys(want.kept));
  for (const [name, values] of Object.entries(want.kept))
    expect(largestDifference(got.kept[name] as number[], values), name).toBeLessThan(1e-4);
}

describe.skipIf(!hasBrowser)("the engine in a browser gives what it gives in Node", () => {
  let cache: string;
  let server: Server;
  let browser: Browser;
  let page: BrowserPage;
  let want: Proof;

  beforeAll(async () => {
    cache = mkdtempSync(join(tmpdir(), "marey-browser-"));
    server = await serve(cache, ISOLATED);
    [browser, want] = await Promise.all([
      launch("--disable-gpu"),
      prove(onnxRuntime, { device: "cpu", threads: 1, steps: STEPS }),
    ]);
    page = await open(browser, server);
  });

  afterAll(async () => {
    await browser?.close();
    await server?.close();
    rmSync(cache, { recursive: true, force: true });
  });

  test("Node's own training moves", () => {
    expect(want.losses).toHaveLength(STEPS);
    expect(new Set(want.losses).size).toBe(STEPS);
    expect(Object.keys(want.kept).length).toBeGreaterThan(20);
    expect(want.poses).toHaveLength(100 * 17 * 3);
  });

  test.each([1, 2])("training and lifting on WebAssembly, threads: %i", async (threads) => {
    const fresh = await open(browser, server);
    expect(await fresh.evaluate(() => globalThis.crossOriginIsolated)).toBe(true);
    expectEqual(await call(fresh, "prove", { device: "cpu", threads, steps: STEPS }), want);
    await fresh.close();
  });

  test("runs may overlap, and fill the buffers given", async () => {
    const want = Array.from({ length: 20 }, (_, i) => i * (i % 2 === 0 ? 2 : 3));
    expect(await call(page, "overlapping")).toEqual(want);
  });

  test("a device that isn't there is said to be so", async () => {
    expect(await call(page, "refusal", { device: "webgpu", threads: 1 })).toBe("DEVICE_UNAVAILABLE");
  });

  test("threads on a page that may have none are refused", async () => {
    const plain = await serve(cache, {});
    const bare = await open(browser, plain);
    expect(await call(bare, "refusal", { device: "cpu", threads: 2 })).toBe("THREADS_UNAVAILABLE");
    expect(await call(bare, "refusal", { device: "cpu", threads: 1 })).toBe("none");
    await plain.close();
  });

  test("training and lifting on WebGPU, drawn by software, where that starts", async () => {
    const software = await launch(
      "--enable-unsafe-webgpu",
      "--use-webgpu-adapter=swiftshader",
      "--enable-features=Vulkan",
      "--enable-unsafe-swiftshader",
    );
    const drawn = await open(software, server);
    const refused = await call(drawn, "refusal", { device: "webgpu", threads: 1 });
    if (refused === "DEVICE_UNAVAILABLE") console.log("browser: WebGPU skipped, no adapter starts");
    else {
      const options = { threads: 1, steps: 2 };
      const here = await prove(onnxRuntime, { ...options, device: "cpu" });
      expectEqual(await call(drawn, "prove", { ...options, device: "webgpu" }), here);
    }
    await software.close();
  });
});
