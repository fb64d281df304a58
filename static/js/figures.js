// What a request cost, as numbers and as words.

/**
 * @param {number[]} values
 */
export function median(values) {
  const sorted = [...values].sort((a, b) => a - b)
  const [low = Number.NaN, high = low] = sorted.slice((sorted.length - 1) >> 1)
  return sorted.length % 2 ? low : (low + high) / 2
}

/** @param {number} ms */
export function inMs(ms) {
  if (Number.isNaN(ms)) return "–"
  return `${ms.toFixed(ms < 10 ? 2 : ms < 100 ? 1 : 0)} ms`
}

/**
 * How long an answer was as HTTP/1.1: status line, the headers that scripts may see, and body.
 * @param {Iterable<[string, string]>} headers
 * @param {string} reason
 * @param {number} body
 */
export function answerBytes(headers, reason, body) {
  const lines = [`HTTP/1.1 200 ${reason}`, ...[...headers].map((pair) => pair.join(": ")), ""]
  return lines.reduce((sum, line) => sum + line.length + 2, body)
}
