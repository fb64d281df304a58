import assert from "node:assert/strict"
import { test } from "node:test"
import { answerBytes, inMs, median } from "../../static/js/figures.js"

test("the median stands in the middle, or between the two that do", () => {
  assert.equal(median([9]), 9)
  assert.equal(median([9, 1, 100]), 9)
  assert.equal(median([4, 1, 100, 2]), 3)
  assert.equal(median([]), Number.NaN)
})

test("milliseconds have about three figures, and what was not measured has none", () => {
  assert.equal(inMs(0.084), "0.08 ms")
  assert.equal(inMs(12.34), "12.3 ms")
  assert.equal(inMs(1234.5), "1235 ms")
  assert.equal(inMs(Number.NaN), "–")
})

test("an answer is its status line, its headers, a blank line and its body", () => {
  const head = "HTTP/1.1 200 OK\r\ncontent-type: text/plain\r\ncontent-length: 5\r\n\r\n"
  const headers = /** @type {[string, string][]} */ ([
    ["content-type", "text/plain"],
    ["content-length", "5"],
  ])

  assert.equal(answerBytes(headers, "OK", 5), head.length + 5)
})
