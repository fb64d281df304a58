// How many event streams a browser has open. Over HTTP/1.1 it has six connections to a host, which
// streams of many tabs would take all; what is loaded then would never come.

const SLOTS = 3

/**
 * Take one of the slots that all tabs share, until `signal` is aborted. Raises an error if there is
 * none. A tab that was just shown takes that of another tab, whose `onLost` is called.
 * @param {AbortSignal} signal
 * @param {() => void} onLost
 * @param {boolean} may_steal
 */
export async function takeSlot(signal, onLost, may_steal) {
  if (!navigator.locks || isMultiplexed()) return
  const names = Array.from({ length: SLOTS }, (_, n) => `event stream ${n}`)
  for (const name of names) if (await hold(name, { ifAvailable: true }, signal, onLost)) return
  const any = names[Math.floor(Math.random() * SLOTS)] ?? ""
  if (!may_steal || !(await hold(any, { steal: true }, signal, onLost))) throw new Error("no slot")
}

/**
 * Return whether the lock was granted; it is held until `signal` is aborted.
 * @param {string} name
 * @param {LockOptions} options
 * @param {AbortSignal} signal
 * @param {() => void} onLost
 */
function hold(name, options, signal, onLost) {
  return new Promise((resolve) => {
    navigator.locks
      .request(name, options, (lock) => {
        resolve(lock !== null)
        return lock && new Promise((release) => signal.addEventListener("abort", release))
      })
      .catch(() => {
        resolve(false)
        onLost()
      })
  })
}

/** Return whether all requests share a connection (HTTP/2 and later). */
function isMultiplexed() {
  const [page] = performance.getEntriesByType("navigation")
  const protocol = /** @type {PerformanceNavigationTiming | undefined} */ (page)?.nextHopProtocol
  return protocol === "h2" || protocol === "h3"
}
