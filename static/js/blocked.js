// What this browser remembers of a network that blocks WebSockets.

const KEY = "websockets blocked until"

/** Return the time of day until which they are known to be blocked; 0 if they are not. */
export function blockedUntil() {
  try {
    return Number(localStorage.getItem(KEY))
  } catch {
    return 0
  }
}

/**
 * Remember it until this time of day, or forget it (0).
 * @param {number} until
 */
export function rememberBlocked(until) {
  try {
    if (until) localStorage.setItem(KEY, `${until}`)
    else localStorage.removeItem(KEY)
  } catch {}
}
