import assert from "node:assert/strict"
import { test } from "node:test"
import { bytesOf, Inspector, meaning } from "../../static/js/inspector.js"
import { Clock } from "./clock.js"

function bench() {
  const clock = new Clock()
  return { clock, inspector: new Inspector(clock, () => new Date(clock.now())) }
}

/** @param {object} frame */
const text = (frame) => JSON.stringify(frame)

test("a frame's bytes are its text in UTF-8 and its header, which is longer with a mask", () => {
  assert.equal(bytesOf("", "in"), 2)
  assert.equal(bytesOf("é", "in"), 4)
  assert.equal(bytesOf("é", "out"), 8)
  assert.equal(bytesOf("x".repeat(125), "in"), 127)
  assert.equal(bytesOf("x".repeat(126), "in"), 130)
  assert.equal(bytesOf("x".repeat(65_535), "out"), 65_543)
  assert.equal(bytesOf("x".repeat(65_536), "in"), 65_546)
})

test("every close code of the protocol has a meaning, and an unknown one is called so", () => {
  for (const code of [4400, 4401, 4406, 4408, 4409, 4410, 4411, 4429, 4503, 1012, 1006]) {
    assert.notEqual(meaning(code), "unknown")
  }
  assert.equal(meaning(4999), "unknown")
})

test("the newest 50 frames are kept, oldest first", () => {
  const { inspector } = bench()
  for (let id = 1; id <= 60; id += 1) inspector.passed("out", text({ t: "ping", id }))

  assert.equal(inspector.frames.length, 50)
  assert.equal(inspector.frames[0]?.news.id, 11)
  assert.equal(inspector.frames.at(-1)?.news.id, 60)
})

test("hello tells the generation, welcome the node and the connection", () => {
  const { inspector } = bench()
  inspector.passed("out", text({ t: "hello", gen: 3 }))
  inspector.passed("in", text({ t: "welcome", node: "w1", conn: "c-1" }))

  assert.deepEqual([inspector.gen, inspector.node, inspector.conn], [3, "w1", "c-1"])
})

test("a round trip lasts from a ping to its pong, and not to another's", () => {
  const { clock, inspector } = bench()
  inspector.passed("out", text({ t: "ping", id: 7 }))
  clock.pass(40)
  inspector.passed("in", text({ t: "pong", id: 8 }))
  assert.equal(inspector.rtt, Number.NaN)
  clock.pass(2)
  inspector.passed("in", text({ t: "pong", id: 7 }))

  assert.equal(inspector.rtt, 42)
})

test("a close is back with the next welcome, and not later", () => {
  const { clock, inspector } = bench()
  inspector.closed(1006)
  clock.pass(300)
  inspector.passed("in", text({ t: "welcome" }))
  clock.pass(300)
  inspector.closed(1012)
  inspector.passed("in", text({ t: "welcome" }))

  assert.deepEqual(
    inspector.closes.map(({ code, back_ms }) => [code, back_ms]),
    [
      [1006, 300],
      [1012, 0],
    ],
  )
})

test("the frame that is waited for is the next that fits", async () => {
  const { inspector } = bench()
  const waiting = inspector.next(({ news }) => news.t === "ok", 1000)
  inspector.passed("in", text({ t: "hb" }))
  inspector.passed("in", text({ t: "ok", n: 1 }))
  inspector.passed("in", text({ t: "ok", n: 2 }))

  assert.equal((await waiting)?.news.n, 1)
})

test("nothing is waited for for ever", async () => {
  const { clock, inspector } = bench()
  const waiting = inspector.next(() => true, 1000)
  clock.pass(1000)

  assert.equal(await waiting, null)
})
