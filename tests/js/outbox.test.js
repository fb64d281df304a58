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
  for (const op of ops) outbox.put(op, 0)
  return outbox
}

/**
 * @param {Outbox} outbox
 * @param {number} [now]
 */
function taken(outbox, now = 0) {
  return outbox.take(now, 32).map((one) => one.n)
}

/** @param {Outbox} outbox */
function waiting(outbox) {
  return outbox.waiting.map((one) => [one.n, one.op])
}

test("ops are numbered from 1 without gaps", () => {
  const outbox = outboxWith(undo, undo, undo)

  assert.deepEqual(taken(outbox), [1, 2, 3])
})

test("numbers go on after everything is settled", () => {
  const outbox = outboxWith(undo)
  taken(outbox)

  assert.deepEqual(outbox.settle(1), undo)
  outbox.put(undo, 0)

  assert.deepEqual(taken(outbox), [2])
})

test("what was handed out is not handed out again", () => {
  const outbox = outboxWith(undo)

  assert.deepEqual(taken(outbox), [1])
  assert.deepEqual(taken(outbox), [])
})

test("only what was sent is pending, and not what is settled", () => {
  const outbox = outboxWith(undo, undo)
  taken(outbox)
  outbox.put(undo, 0)
  outbox.settle(1)

  assert.deepEqual(outbox.pend, [2])
})

test("a verdict for a number that does not wait settles nothing", () => {
  const outbox = outboxWith(undo)

  assert.equal(outbox.settle(7), undefined)
  assert.equal(outbox.disagreesWith(0), false)
})

test("at most 32 are under way, and each verdict lets one more go", () => {
  const outbox = outboxWith(...Array(40).fill(undo))

  assert.equal(taken(outbox).length, 32)
  outbox.settle(1)
  assert.deepEqual(taken(outbox), [33])
})

test("changes of one line that were not sent become one", () => {
  const outbox = outboxWith(apples(1), apples(2), apples(7))

  assert.deepEqual(waiting(outbox), [[1, apples(7)]])
})

test("so does a note", () => {
  const outbox = outboxWith({ k: "note.set", text: "a" }, { k: "note.set", text: "ab" })

  assert.deepEqual(waiting(outbox), [[1, { k: "note.set", text: "ab" }]])
})

test("a change of another line, or anything in between, stays on its own", () => {
  const pears = /** @type {const} */ ({ k: "line.set", sku: "pears", qty: 1 })

  assert.equal(outboxWith(apples(1), pears).waiting.length, 2)
  assert.equal(outboxWith(apples(1), undo, apples(2)).waiting.length, 3)
  assert.equal(outboxWith({ k: "line.add", sku: "apples", qty: 1 }, apples(2)).waiting.length, 2)
})

test("what was sent once keeps its body for ever", () => {
  const outbox = outboxWith(apples(1))
  taken(outbox)
  outbox.rewind(1)
  outbox.put(apples(2), 0)

  assert.deepEqual(waiting(outbox), [
    [1, apples(1)],
    [2, apples(2)],
  ])
})

test("fast changes of one line wait until the one before has its verdict", () => {
  const outbox = outboxWith(apples(1))
  taken(outbox)
  outbox.put(apples(2), 0)

  assert.deepEqual(taken(outbox, 1000), [])
  outbox.settle(1)
  assert.deepEqual(taken(outbox, 1000), [2])
})

test("and no sooner than 200 ms after it", () => {
  const outbox = outboxWith(apples(1))
  taken(outbox)
  outbox.settle(1)
  outbox.put(apples(2), 0)

  assert.deepEqual(taken(outbox, 199), [])
  assert.equal(outbox.wakeIn(199), 1)
  outbox.put(apples(3), 0)
  assert.deepEqual(taken(outbox, 200), [2])
  assert.equal(outbox.wakeIn(200), null)
})

test("what comes behind a change lets it go: nothing can replace it any more", () => {
  const outbox = outboxWith(apples(1))
  taken(outbox)
  outbox.put(apples(2), 0)
  outbox.put(undo, 0)

  assert.deepEqual(taken(outbox), [2, 3])
})

test("a passing refusal holds it and what follows it for so long, and keeps the number", () => {
  const outbox = outboxWith(undo, undo, undo)
  taken(outbox)
  outbox.settle(1)
  outbox.postpone(2, 400, 1000)

  assert.deepEqual(taken(outbox, 1399), [])
  assert.equal(outbox.wakeIn(1399), 1)
  assert.deepEqual(taken(outbox, 1400), [2, 3])
})

test("a later passing refusal never shortens the time", () => {
  const outbox = outboxWith(undo, undo)
  taken(outbox)
  outbox.postpone(1, 400, 1000)
  outbox.postpone(2, 100, 1001)

  assert.deepEqual(taken(outbox, 1399), [])
  assert.deepEqual(taken(outbox, 1400), [1, 2])
})

test("the hold outlives the connection: a repeat too soon would be a strike", () => {
  const outbox = outboxWith(undo)
  taken(outbox)
  outbox.postpone(1, 400, 1000)
  outbox.rewind(1)

  assert.deepEqual(taken(outbox, 1200), [])
})

test("need sends again from that number on", () => {
  const outbox = outboxWith(undo, undo, undo)
  taken(outbox)
  outbox.settle(1)

  assert.equal(outbox.rewind(2), true)
  assert.deepEqual(taken(outbox), [2, 3])
})

test("need of a number that is settled cannot be answered", () => {
  const outbox = outboxWith(undo, undo)
  taken(outbox)
  outbox.settle(1)

  assert.equal(outbox.rewind(1), false)
})

test("the shop agrees while its newest verdict is one that we know or wait for", () => {
  const outbox = outboxWith(undo, undo)
  taken(outbox)
  outbox.settle(1)

  assert.equal(outbox.disagreesWith(1), false)
  assert.equal(outbox.disagreesWith(2), false)
})

test("the shop forgot a verdict", () => {
  const outbox = outboxWith(undo)
  taken(outbox)
  outbox.settle(1)

  assert.equal(outbox.disagreesWith(0), true)
})

test("the shop has a verdict on a number that was never given", () => {
  assert.equal(outboxWith(undo).disagreesWith(2), true)
})

test("the shop has a verdict on what was never sent", () => {
  assert.equal(outboxWith(undo, undo).disagreesWith(1), true)
})

test("an outbox that was kept goes on where it was", () => {
  const outbox = outboxWith(undo, undo, apples(2))
  outbox.take(0, 2)
  outbox.settle(1)
  const kept = JSON.parse(JSON.stringify(outbox.kept))
  const again = new Outbox(ID, kept)

  assert.deepEqual(again.pend, [2])
  assert.deepEqual(again.kept, kept)
  assert.deepEqual([kept.id, kept.settled], [ID, 1])
  again.settle(2)
  again.put(apples(3), 0)
  assert.deepEqual(waiting(again), [[3, apples(3)]])
})

test("an outbox that was kept without waiting ops knows its numbers", () => {
  const outbox = new Outbox(ID, { settled: 7, waiting: [] })
  outbox.put(undo, 0)

  assert.deepEqual(taken(outbox), [8])
})

test("what is kept does not change with the outbox", () => {
  const outbox = outboxWith(undo)
  const { kept } = outbox
  taken(outbox)

  assert.equal(kept.waiting[0]?.sent, false)
})

test("what waited elsewhere is numbered behind what waits here, and may be sent", () => {
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

test("after a day a waiting op is stale, and one that replaced it as well", () => {
  const outbox = outboxWith(apples(1))
  outbox.put(apples(2), DAY_MS)
  outbox.put(undo, DAY_MS)

  assert.deepEqual(outbox.stale(DAY_MS), [])
  assert.deepEqual(
    outbox.stale(DAY_MS + 1).map((one) => one.n),
    [1],
  )
})
