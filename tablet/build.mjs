// Builds the app and then its service worker, which must know the names of all files of the app.
// Usage: node tablet/build.mjs FOLDER. The folder appears whole or not at all.
import { createHash } from "node:crypto";
import {
  copyFileSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
  writeFileSync,
} from "node:fs";
import { join, relative } from "node:path";
import { gzipSync } from "node:zlib";
import { build } from "vite";

const here = import.meta.dirname;
const target = process.argv[2] ?? join(here, "dist");
const partial = `${target}.partial`;
const config = join(here, "vite.config.ts");

const filesUnder = (folder) =>
  readdirSync(folder, { recursive: true, withFileTypes: true })
    .filter((found) => found.isFile())
    .map((found) => relative(folder, join(found.parentPath, found.name)).replaceAll("\\", "/"))
    .sort();

rmSync(partial, { recursive: true, force: true });
await build({ configFile: config, logLevel: "warn", build: { outDir: partial } });

// The decoders of scanned pages, which the reader of PDFs asks for by these names.
const readers = join(here, "..", "node_modules", "pdfjs-dist", "wasm");
mkdirSync(join(partial, "pdf"));
for (const name of ["jbig2_nowasm_fallback.js", "openjpeg_nowasm_fallback.js"]) {
  copyFileSync(join(readers, name), join(partial, "pdf", name));
}

const files = filesUnder(partial);
const digest = createHash("sha256");
for (const name of files) digest.update(`${name}\n`).update(readFileSync(join(partial, name)));
digest.update(readFileSync(join(here, "sw", "worker.ts")));

await build({
  configFile: false,
  root: here,
  base: "/tablet/",
  publicDir: false,
  logLevel: "warn",
  define: {
    __FILES__: JSON.stringify(files.filter((name) => name !== "index.html")),
    __VERSION__: JSON.stringify(digest.digest("hex").slice(0, 16)),
  },
  build: {
    target: "es2023",
    outDir: partial,
    emptyOutDir: false,
    reportCompressedSize: false,
    lib: { entry: join(here, "sw", "worker.ts"), formats: ["es"], fileName: () => "worker.js" },
  },
});

for (const name of filesUnder(partial).filter((one) => /\.(m?js|css|html|svg|webmanifest)$/.test(one))) {
  writeFileSync(join(partial, `${name}.gz`), gzipSync(readFileSync(join(partial, name)), { level: 9 }));
}

rmSync(target, { recursive: true, force: true });
renameSync(partial, target);
