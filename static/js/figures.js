// Calculations with the cost of a request.

/**
 * Return the median, or NaN of no values.
 * @param {number[]} values
 */
export function median(values) {
  const sorted = [...values].sort((a, b) => a - b)
  const [low = Number.NaN, high = low] = sorted.slice((sorted.length - 1) >> 1)
  return sorted.length % 2 ? low : (low + high) / 2
}

/**
 * Return the bytes of a response in HTTP/1.1: status line, the headers that scripts can read, body.
 * @param {Iterable<[string, string]>} headers
 * @param {string} reason
 * @param {number} body
 */
export function responseBytes(headers, reason, body) {
  const lines = [`HTTP/1.1 200 ${reason}`, ...[...headers].map((pair) => pair.join(": ")), ""]
  return lines.reduce((sum, line) => sum + line.length + 2, body)
}
