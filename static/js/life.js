// What happens to the page itself: it goes, comes back, sleeps, loses the network.

const NAP_CHECK_MS = 5000
const NAP_MS = 10_000

/**
 * @param {{ begin: () => void, end: () => void, reach: (online: boolean) => void,
 *   show: (visible: boolean) => void, wake: () => void, clock: () => number }} page
 */
export function onLife({ begin, end, reach, show, wake, clock }) {
  addEventListener("pagehide", end)
  addEventListener("pageshow", (event) => event.persisted && begin())
  addEventListener("online", () => reach(true))
  addEventListener("offline", () => reach(false))
  document.addEventListener("visibilitychange", () => show(!document.hidden))
  onNap(wake, clock)
}

/**
 * A timer that comes far too late means that the machine slept.
 * @param {() => void} wake
 * @param {() => number} clock
 */
function onNap(wake, clock) {
  let ticked_at = clock()
  setInterval(() => {
    if (clock() - ticked_at > NAP_CHECK_MS + NAP_MS && !document.hidden) wake()
    ticked_at = clock()
  }, NAP_CHECK_MS)
}
