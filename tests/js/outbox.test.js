/** @import { Op } from "../../static/js/types.d.ts" */

import assert from "node:assert/strict"
import { test } from "node:test"
import { Outbox } from "../../static/js/outbox.js"

const ID = "a91e04d7-52b8-4f1c-9e36-7c0a5d8b2e14"
const DAY_MS = 24 * 60 * 60 * 1000
/** @type {Op} */
const undo = { k: "undo" }

/**
 * @param {number} qty
 * @returns {Op}
 */
function apples(qty) {
  return { k: "line.set", sku: "apples", qty }
}

/** @param {Op[]} ops */
function outboxWith(...ops) {
  const outbox = new Outbox(ID)
  for (const op of ops) outbox.add(op, 0)
  return outbox
}

/**
 * @param {Outbox} outbox
 * @param {number} [now]
 */
function taken(outbox, now = 0) {
  return outbox.takeDue(now, 32).map((one) => one.n)
}

/** @param {Outbox} outbox */
function waiting(outbox) {
  return outbox.waiting.map((one) => [one.n, one.op])
}

test("ops are numbered from 1 without gaps", () => {
  const outbox = outboxWith(undo, undo, undo)

  assert.deepEqual(taken(outbox), [1, 2, 3])
})

test("numbers continue after all ops are settled", () => {
  const outbox = outboxWith(undo)
  taken(outbox)

  assert.deepEqual(outbox.settle(1), undo)
  outbox.add(undo, 0)

  assert.deepEqual(taken(outbox), [2])
})

test("an op is due only once", () => {
  const outbox = outboxWith(undo)

  assert.deepEqual(taken(outbox), [1])
  assert.deepEqual(taken(outbox), [])
})

test("pend has the ops that were sent and are not settled", () => {
  const outbox = outboxWith(undo, undo)
  taken(outbox)
  outbox.add(undo, 0)
  outbox.settle(1)

  assert.deepEqual(outbox.pend, [2])
})

test("a verdict for an unknown number settles nothing", () => {
  const outbox = outboxWith(undo)

  assert.equal(outbox.settle(7), undefined)
  assert.equal(outbox.disagreesWith(0), false)
})

test("at most 32 ops are in flight, and each verdict allows one more", () => {
  const outbox = outboxWith(...Array(40).fill(undo))

  assert.equal(taken(outbox).length, 32)
  outbox.settle(1)
  assert.deepEqual(taken(outbox), [33])
})

test("unsent changes of one line become one op", () => {
  const outbox = outboxWith(apples(1), apples(2), apples(7))

  assert.deepEqual(waiting(outbox), [[1, apples(7)]])
})

test("unsent changes of the note become one op", () => {
  const outbox = outboxWith({ k: "note.set", text: "a" }, { k: "note.set", text: "ab" })

  assert.deepEqual(waiting(outbox), [[1, { k: "note.set", text: "ab" }]])
})

test("a change of another line, or after another op, stays an op of its own", () => {
  const pears = /** @type {const} */ ({ k: "line.set", sku: "pears", qty: 1 })

  assert.equal(outboxWith(apples(1), pears).waiting.length, 2)
  assert.equal(outboxWith(apples(1), undo, apples(2)).waiting.length, 3)
  assert.equal(outboxWith({ k: "line.add", sku: "apples", qty: 1 }, apples(2)).waiting.length, 2)
})

test("the content of an op that was sent never changes", () => {
  const outbox = outboxWith(apples(1))
  taken(outbox)
  outbox.rewind(1)
  outbox.add(apples(2), 0)

  assert.deepEqual(waiting(outbox), [
    [1, apples(1)],
    [2, apples(2)],
  ])
})

test("a change of a line waits until the one before has its verdict", () => {
  const outbox = outboxWith(apples(1))
  taken(outbox)
  outbox.add(apples(2), 0)

  assert.deepEqual(taken(outbox, 1000), [])
  outbox.settle(1)
  assert.deepEqual(taken(outbox, 1000), [2])
})

test("a change of a line waits until 200 ms after the one before", () => {
  const outbox = outboxWith(apples(1))
  taken(outbox)
  outbox.settle(1)
  outbox.add(apples(2), 0)

  assert.deepEqual(taken(outbox, 199), [])
  assert.equal(outbox.wakeIn(199), 1)
  outbox.add(apples(3), 0)
  assert.deepEqual(taken(outbox, 200), [2])
  assert.equal(outbox.wakeIn(200), null)
})

test("another op ends the debouncing of a change: nothing can replace it any more", () => {
  const outbox = outboxWith(apples(1))
  taken(outbox)
  outbox.add(apples(2), 0)
  outbox.add(undo, 0)

  assert.deepEqual(taken(outbox), [2, 3])
})

test("RetryLater delays the op and all after it by retry_ms, with the same numbers", () => {
  const outbox = outboxWith(undo, undo, undo)
  taken(outbox)
  outbox.settle(1)
  outbox.postpone(2, 400, 1000)

  assert.deepEqual(taken(outbox, 1399), [])
  assert.equal(outbox.wakeIn(1399), 1)
  assert.deepEqual(taken(outbox, 1400), [2, 3])
})

test("a second RetryLater never shortens the delay", () => {
  const outbox = outboxWith(undo, undo)
  taken(outbox)
  outbox.postpone(1, 400, 1000)
  outbox.postpone(2, 100, 1001)

  assert.deepEqual(taken(outbox, 1399), [])
  assert.deepEqual(taken(outbox, 1400), [1, 2])
})

test("the delay lasts through a reconnection: the server counts repeats that come too early", () => {
  const outbox = outboxWith(undo)
  taken(outbox)
  outbox.postpone(1, 400, 1000)
  outbox.rewind(1)

  assert.deepEqual(taken(outbox, 1200), [])
})

test("after need, all ops from that number on are sent again", () => {
  const outbox = outboxWith(undo, undo, undo)
  taken(outbox)
  outbox.settle(1)

  assert.equal(outbox.rewind(2), true)
  assert.deepEqual(taken(outbox), [2, 3])
})

test("need with a settled number cannot be answered", () => {
  const outbox = outboxWith(undo, undo)
  taken(outbox)
  outbox.settle(1)

  assert.equal(outbox.rewind(1), false)
})

test("the server agrees if its newest verdict is known or expected", () => {
  const outbox = outboxWith(undo, undo)
  taken(outbox)
  outbox.settle(1)

  assert.equal(outbox.disagreesWith(1), false)
  assert.equal(outbox.disagreesWith(2), false)
})

test("the server disagrees if it has forgotten a verdict", () => {
  const outbox = outboxWith(undo)
  taken(outbox)
  outbox.settle(1)

  assert.equal(outbox.disagreesWith(0), true)
})

test("the server disagrees if it has a verdict on a number that does not exist", () => {
  assert.equal(outboxWith(undo).disagreesWith(2), true)
})

test("the server disagrees if it has a verdict on an op that was never sent", () => {
  assert.equal(outboxWith(undo, undo).disagreesWith(1), true)
})

test("a stored outbox continues with its ops and numbers", () => {
  const outbox = outboxWith(undo, undo, apples(2))
  outbox.takeDue(0, 2)
  outbox.settle(1)
  const record = JSON.parse(JSON.stringify(outbox.record))
  const again = new Outbox(ID, record)

  assert.deepEqual(again.pend, [2])
  assert.deepEqual(again.record, record)
  assert.deepEqual([record.id, record.settled], [ID, 1])
  again.settle(2)
  again.add(apples(3), 0)
  assert.deepEqual(waiting(again), [[3, apples(3)]])
})

test("a stored outbox without pending ops continues its numbers", () => {
  const outbox = new Outbox(ID, { settled: 7, waiting: [] })
  outbox.add(undo, 0)

  assert.deepEqual(taken(outbox), [8])
})

test("a record does not change with its outbox", () => {
  const outbox = outboxWith(undo)
  const { record } = outbox
  taken(outbox)

  assert.equal(record.waiting[0]?.sent, false)
})

test("appended ops are numbered behind those of the outbox, and count as unsent", () => {
  const old = outboxWith(undo, apples(2))
  taken(old)
  old.settle(1)
  const outbox = outboxWith(undo).append(old.waiting)

  assert.deepEqual(waiting(outbox), [
    [1, undo],
    [2, apples(2)],
  ])
  assert.deepEqual(outbox.pend, [])
})

test("after a day a pending op is stale, also one that replaced an older op", () => {
  const outbox = outboxWith(apples(1))
  outbox.add(apples(2), DAY_MS)
  outbox.add(undo, DAY_MS)

  assert.deepEqual(outbox.stale(DAY_MS), [])
  assert.deepEqual(
    outbox.stale(DAY_MS + 1).map((one) => one.n),
    [1],
  )
})
