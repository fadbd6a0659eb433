import { defineConfig } from "vitest/config";

// Tests run on the sources: the condition "marey-source" in each package's exports points there.
export default defineConfig({
  resolve: { conditions: ["marey-source"] },
  ssr: { resolve: { conditions: ["marey-source"], externalConditions: ["marey-source"] } },
  test: {
    include: ["packages/*/src/**/*.test.ts", "test/**/*.test.ts"],
    setupFiles: ["./test/setup.ts"],
    testTimeout: 120_000,
    hookTimeout: 120_000,
  },
});
