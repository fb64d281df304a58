// Served in place of the service worker where the shop has switched it off: takes away the one that
// a browser has from before, and what that stored.

/** @import { WorkerScope } from "./types.d.ts" */

{
  const worker = /** @type {WorkerScope} */ (/** @type {unknown} */ (self))

  const remove = async () => {
    for (const name of await caches.keys()) await caches.delete(name)
    await worker.registration.unregister()
  }

  worker.addEventListener("install", (event) => event.waitUntil(worker.skipWaiting()))
  worker.addEventListener("activate", (event) => event.waitUntil(remove()))
}
