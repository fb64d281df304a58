// The service worker: where no network answers, it shows the page that says so. It stores that page
// with what it needs, and nothing else; other requests it leaves to the browser. The server writes
// `OFFLINE` before it, so a release that changes one of these files installs a new worker.

/** @import { WorkerScope } from "./types.d.ts" */

{
  const worker = /** @type {WorkerScope} */ (/** @type {unknown} */ (self))
  const store = `offline-${OFFLINE.version}`
  const stored = [...OFFLINE.pages.map(({ path }) => path), ...OFFLINE.files]

  const install = async () => {
    const cache = await caches.open(store)
    // Without cookies: what is stored must be of nobody.
    const requests = stored.map((path) => new Request(path, { credentials: "omit" }))
    await cache.addAll(requests)
    await worker.skipWaiting()
  }

  const activate = async () => {
    const names = await caches.keys()
    await Promise.all(names.filter((name) => name !== store).map((name) => caches.delete(name)))
    await worker.registration.navigationPreload?.enable()
  }

  /** @param {string} tag */
  const speech = (tag) => tag.split("-")[0]

  /** @param {string} path */
  const pageFor = (path) => {
    const { pages } = OFFLINE
    const named = pages.filter(({ prefix }) => `${path.toLowerCase()}/`.startsWith(`${prefix}/`))
    const wanted = navigator.languages.flatMap((tag) =>
      pages.filter(({ language }) => speech(language) === speech(tag)),
    )
    return [...named, ...wanted, ...pages][0]
  }

  /** @param {Request} request */
  const offlinePage = async (request) => {
    const page = pageFor(new URL(request.url).pathname)
    return (page && (await caches.match(page.path))) ?? Response.error()
  }

  /** @param {{ request: Request, preloadResponse: Promise<Response | undefined> }} event */
  const navigate = async ({ request, preloadResponse }) => {
    try {
      return (await preloadResponse) ?? (await fetch(request))
    } catch {
      return offlinePage(request)
    }
  }

  /** @param {Request} request */
  const load = async (request) => (await caches.match(request.url)) ?? fetch(request)

  worker.addEventListener("install", (event) => event.waitUntil(install()))
  worker.addEventListener("activate", (event) => event.waitUntil(activate()))
  worker.addEventListener("fetch", (event) => {
    const { request } = event
    if (request.method !== "GET") return
    if (request.mode === "navigate") event.respondWith(navigate(event))
    else if (OFFLINE.files.includes(new URL(request.url).pathname)) event.respondWith(load(request))
  })
}
