/* How the app is bundled: hashed files under /tablet/, source maps nowhere, nothing from other hosts. */
import { defineConfig } from "vite";

export default defineConfig({
  root: import.meta.dirname,
  base: "/tablet/",
  publicDir: "public",
  build: {
    target: "es2023",
    assetsDir: "assets",
    assetsInlineLimit: 0,
    modulePreload: { polyfill: false },
    reportCompressedSize: false,
    // The reader of PDFs is one large piece that is fetched when it is wanted.
    chunkSizeWarningLimit: 600,
    emptyOutDir: true,
  },
});
