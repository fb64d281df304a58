// What happens to a page: it is put away and comes back, is hidden and shown, loses its network, and
// sleeps with its computer.

/** @import { PageLifeDeps } from "./types.d.ts" */

const TICK_MS = 15_000

/**
 * Have the connection follow what happens to the page. `begin` and `end` are called as it comes and
 * goes, `onTick` every 15 s.
 * @param {PageLifeDeps} deps
 */
export function followPage({ socket, tab, store, clock, flushTyped, begin, end, onTick }) {
  addEventListener("pagehide", end)
  addEventListener("pageshow", ({ persisted }) => persisted && begin())
  addEventListener("online", () => socket.setOnline(true))
  addEventListener("offline", () => socket.setOnline(false))
  addEventListener("beforeunload", (event) => {
    flushTyped()
    if (tab.unsaved.length && !store.is_kept) event.preventDefault()
  })
  document.addEventListener("visibilitychange", () => {
    if (document.hidden) flushTyped()
    socket.setVisible(!document.hidden)
  })
  // A tick that comes much too late means that the computer slept: check the connection.
  let ticked_at = clock()
  setInterval(() => {
    if (clock() - ticked_at > 2 * TICK_MS) socket.probe()
    ticked_at = clock()
    onTick()
  }, TICK_MS)
}
