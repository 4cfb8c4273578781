// Sends one file with tus-js-client as it comes from npm; says on standard output what happens, line by line.
import fs from "node:fs";
import * as tus from "tus-js-client";

const asked = JSON.parse(process.argv[2]);
const say = (what) => process.stdout.write(`${JSON.stringify(what)}\n`);

const upload = new tus.Upload(fs.createReadStream(asked.path), {
  endpoint: asked.endpoint,
  uploadUrl: asked.url ?? null,
  headers: { Authorization: `Bearer ${asked.bearer}` },
  metadata: { sha256: asked.sha256, inspection: asked.inspection, filetype: "image/jpeg" },
  chunkSize: asked.chunk_bytes,
  uploadSize: fs.statSync(asked.path).size,
  uploadDataDuringCreation: asked.at_once ?? false,
  retryDelays: [100, 300, 500, 1000, 1000, 2000, 2000],
  onProgress: (sent) => {
    if (asked.stop_at && sent >= asked.stop_at) {
      asked.stop_at = 0;
      upload.abort().then(() => say({ stopped: sent, url: upload.url }));
    }
  },
  onChunkComplete: (_size, accepted) => say({ accepted }),
  onSuccess: () => say({ done: upload.url }),
  onError: (error) => say({ failed: String(error) }),
});
upload.start();
