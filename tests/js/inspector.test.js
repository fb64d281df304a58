import assert from "node:assert/strict"
import { test } from "node:test"
import { closeMeaning } from "../../static/js/close_codes.js"
import { frameBytes, Inspector } from "../../static/js/inspector.js"
import { Clock } from "./clock.js"

function newInspector() {
  const clock = new Clock()
  return { clock, inspector: new Inspector(clock, () => new Date(clock.now())) }
}

/** @param {object} frame */
const text = (frame) => JSON.stringify(frame)

test("the bytes of a frame are its text in UTF-8 and its header, with a mask if a browser sends it", () => {
  assert.equal(frameBytes("", "in"), 2)
  assert.equal(frameBytes("é", "in"), 4)
  assert.equal(frameBytes("é", "out"), 8)
  assert.equal(frameBytes("x".repeat(125), "in"), 127)
  assert.equal(frameBytes("x".repeat(126), "in"), 130)
  assert.equal(frameBytes("x".repeat(65_535), "out"), 65_543)
  assert.equal(frameBytes("x".repeat(65_536), "in"), 65_546)
})

test('every close code of the protocol has a meaning, and others are "unknown"', () => {
  for (const code of [
    4400, 4401, 4406, 4408, 4409, 4410, 4411, 4412, 4413, 4429, 4503, 1012, 1006,
  ]) {
    assert.notEqual(closeMeaning(code), "unknown")
  }
  assert.equal(closeMeaning(4999), "unknown")
})

test("the newest 50 frames are kept, oldest first", () => {
  const { inspector } = newInspector()
  for (let id = 1; id <= 60; id += 1) inspector.addFrame("out", text({ t: "ping", id }))

  assert.equal(inspector.frames.length, 50)
  assert.equal(inspector.frames[0]?.message.id, 11)
  assert.equal(inspector.frames.at(-1)?.message.id, 60)
})

test("the generation comes from hello, node and connection come from welcome", () => {
  const { inspector } = newInspector()
  inspector.addFrame("out", text({ t: "hello", gen: 3 }))
  inspector.addFrame("in", text({ t: "welcome", node: "w1", conn: "c-1" }))

  assert.deepEqual([inspector.gen, inspector.node, inspector.conn], [3, "w1", "c-1"])
})

test("a round trip lasts from a ping to the pong with its id", () => {
  const { clock, inspector } = newInspector()
  inspector.addFrame("out", text({ t: "ping", id: 7 }))
  clock.pass(40)
  inspector.addFrame("in", text({ t: "pong", id: 8 }))
  assert.equal(inspector.rtt, Number.NaN)
  clock.pass(2)
  inspector.addFrame("in", text({ t: "pong", id: 7 }))

  assert.equal(inspector.rtt, 42)
})

test("the time until the connection is back ends with the next welcome", () => {
  const { clock, inspector } = newInspector()
  inspector.addClose(1006)
  clock.pass(300)
  inspector.addFrame("in", text({ t: "welcome" }))
  clock.pass(300)
  inspector.addClose(1012)
  inspector.addFrame("in", text({ t: "welcome" }))

  assert.deepEqual(
    inspector.closes.map(({ code, back_ms }) => [code, back_ms]),
    [
      [1006, 300],
      [1012, 0],
    ],
  )
})

test("next resolves to the first frame that matches", async () => {
  const { inspector } = newInspector()
  const waiting = inspector.next(({ message }) => message.t === "ok", 1000)
  inspector.addFrame("in", text({ t: "hb" }))
  inspector.addFrame("in", text({ t: "ok", n: 1 }))
  inspector.addFrame("in", text({ t: "ok", n: 2 }))

  assert.equal((await waiting)?.message.n, 1)
})

test("next resolves to null after the timeout", async () => {
  const { clock, inspector } = newInspector()
  const waiting = inspector.next(() => true, 1000)
  clock.pass(1000)

  assert.equal(await waiting, null)
})
