/**
 * The service worker: the app opens without a network, in one version at a time.
 *
 * It keeps the app's own files and nothing else; answers of the server are never kept here, because what the tablet
 * knows lies encrypted in its database. It takes over only when the app asks, so that a new version never meets an
 * outbox that an old one is filling.
 */
declare const self: ServiceWorkerGlobalScope;
declare const __FILES__: string[];
declare const __VERSION__: string;

const SCOPE = "/tablet/";
const CACHE = `thucdia-${__VERSION__}`;

async function keepFiles(): Promise<void> {
  const cache = await caches.open(CACHE);
  const fresh = [SCOPE, ...__FILES__.map((name) => SCOPE + name)].map(
    // A file with a fixed name may lie in the browser's own cache from the version before.
    (path) => new Request(path, { cache: path.includes("/assets/") ? "default" : "reload" }),
  );
  await cache.addAll(fresh);
}

async function dropOldVersions(): Promise<void> {
  const names = await caches.keys();
  const old = names.filter((name) => name.startsWith("thucdia-") && name !== CACHE);
  await Promise.all(old.map((name) => caches.delete(name)));
}

async function answer(request: Request): Promise<Response> {
  const cache = await caches.open(CACHE);
  const path = request.mode === "navigate" ? SCOPE : request;
  return (await cache.match(path, { ignoreSearch: request.mode === "navigate" })) ?? fetch(request);
}

self.addEventListener("install", (event) => event.waitUntil(keepFiles()));

self.addEventListener("activate", (event) =>
  event.waitUntil(dropOldVersions().then(() => self.clients.claim())),
);

self.addEventListener("message", (event) => {
  if (event.data === "take_over") void self.skipWaiting();
});

self.addEventListener("fetch", (event) => {
  const url = new URL(event.request.url);
  const isOurs = url.origin === self.location.origin && url.pathname.startsWith(SCOPE);
  if (isOurs && event.request.method === "GET") event.respondWith(answer(event.request));
});

export {};
