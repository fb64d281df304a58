import assert from "node:assert/strict"
import { test } from "node:test"
import { median, responseBytes } from "../../static/js/figures.js"
import { formatMs } from "../../static/js/inspector.js"

test("the median is the middle value, or the mean of the two middle values", () => {
  assert.equal(median([9]), 9)
  assert.equal(median([9, 1, 100]), 9)
  assert.equal(median([4, 1, 100, 2]), 3)
  assert.equal(median([]), Number.NaN)
})

test("milliseconds have about three figures, and what was not measured has none", () => {
  assert.equal(formatMs(0.084), "0.08 ms")
  assert.equal(formatMs(12.34), "12.3 ms")
  assert.equal(formatMs(1234.5), "1235 ms")
  assert.equal(formatMs(Number.NaN), "–")
})

test("the bytes of a response are status line, headers, blank line and body", () => {
  const head = "HTTP/1.1 200 OK\r\ncontent-type: text/plain\r\ncontent-length: 5\r\n\r\n"
  const headers = /** @type {[string, string][]} */ ([
    ["content-type", "text/plain"],
    ["content-length", "5"],
  ])

  assert.equal(responseBytes(headers, "OK", 5), head.length + 5)
})
