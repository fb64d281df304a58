// How long to wait before the next attempt to connect.

const BACKOFF_BASE_MS = 500
const BACKOFF_MAX_MS = 30_000

/**
 * Exponential backoff with full jitter, so that clients do not reconnect all at once.
 * @param {number} attempt
 * @param {number} random  In [0, 1).
 */
export function backoffDelay(attempt, random) {
  return random * Math.min(BACKOFF_MAX_MS, BACKOFF_BASE_MS * 2 ** attempt)
}
