// How durations and times are displayed.

/**
 * Format milliseconds with about three digits.
 * @param {number} ms
 */
export function formatMs(ms) {
  if (Number.isNaN(ms)) return "–"
  return `${ms.toFixed(ms < 10 ? 2 : ms < 100 ? 1 : 0)} ms`
}

/**
 * Format a time of day with milliseconds.
 * @param {Date} when
 */
export function formatTime(when) {
  return when.toTimeString().slice(0, 8) + `.${when.getMilliseconds()}`.padEnd(4, "0")
}
