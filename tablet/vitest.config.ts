/* The tests run under Node with an IndexedDB in memory; the browser journeys live beside the server's. */
import { defineConfig } from "vitest/config";

export default defineConfig({
  root: import.meta.dirname,
  test: {
    include: ["tests/**/*.test.ts"],
    setupFiles: ["tests/setup.ts"],
    testTimeout: 20_000,
    pool: "threads",
  },
});
