/** @import { Op } from "../../static/js/types.d.ts" */

import assert from "node:assert/strict"
import { test } from "node:test"
import { DAY_MS, ok, Page, settled, undo } from "./page.js"
import { serverSample } from "./samples.js"

test("need with a settled number starts a new outbox, numbered from 1, on a new connection", async () => {
  const page = await (await new Page().welcome()).submit(undo, {
    k: "line.set",
    sku: "milk-2l",
    qty: 1,
  })
  await page.receive(ok(1))
  page.taken()
  await page.receive({ ...serverSample("need", "need"), n: 1 })

  assert.deepEqual(
    page.replaced.map((record) => [record.id, record.waiting.map((one) => [one.n, one.sent])]),
    [["id-3", [[1, false]]]],
  )
  assert.equal(page.restarts, 1)
  assert.equal(page.tab.hello(2).outbox, "id-3")
  assert.deepEqual(page.taken(), [])
  await page.welcome()
  assert.deepEqual(page.sent, [{ t: "op", n: 1, k: "line.set", sku: "milk-2l", qty: 1 }])
})

test("a server that forgot verdicts gets a new outbox, too", async () => {
  const page = await (await new Page().welcome()).submit(undo)
  await page.receive(ok(1))
  await page.welcome({ last: 0 })

  assert.equal(page.replaced.length, 1)
  assert.equal(page.restarts, 1)
})

test("a verdict that came after the hello, on the connection that is left, is not forgotten", async () => {
  const page = await (await new Page().welcome()).submit(undo)
  page.tab.hello(2)
  await page.receive(ok(1))
  await page.welcome({ last: 0 })

  assert.equal(page.replaced.length, 0)
  assert.equal(page.restarts, 0)
})

test("while the outbox is replaced no op is sent on the old connection", async () => {
  const page = await (await new Page().welcome()).submit(undo)
  await page.receive(ok(1))
  page.taken()
  page.tab.receive({ ...serverSample("welcome_same", "welcome"), last: 0 })
  await page.submit(undo)

  assert.deepEqual(page.taken(), [])
})

test("no op is sent to another account than this page's", async () => {
  const page = await new Page().submit(undo)
  await page.welcome({ account: "u-someone-else" })

  assert.deepEqual(page.foreign, [4412])
  assert.deepEqual(page.taken(), [])
})

test("a stored outbox is continued, and ops submitted meanwhile follow it", async () => {
  const page = await new Page().submit(undo)
  const waiting = [{ n: 7, op: undo, since: 0, sent: true }]
  const { repaints } = page
  page.tab.adopt({ id: "stored", settled: 6, waiting })
  assert.equal(page.repaints, repaints + 1)
  assert.deepEqual(
    page.saved.at(-1)?.waiting.map((one) => one.n),
    [7, 8],
  )
  await page.welcome({ last: 6 })

  assert.equal(page.tab.hello(1).outbox, "stored")
  assert.deepEqual(page.taken(), [7, 8])
  assert.deepEqual(page.saved.at(-1)?.id, "stored")
})

/**
 * A page whose cart got so far with the outbox that it finds stored, and what it shows of the milk.
 * @param {number} settled
 * @param {...{ sent: boolean }} waiting  Each adds one.
 */
function reloaded(settled, ...waiting) {
  const page = new Page()
  page.tab.cart = { ...page.tab.cart, settled: { stored: settled } }
  /** @type {Op} */
  const op = { k: "line.add", sku: "milk-2l", qty: 1 }
  const ops = waiting.map(({ sent }, i) => ({ n: i + 7, op, since: 0, sent }))
  page.tab.adopt({ id: "stored", settled: 6, waiting: ops })
  const qty = () => page.lines.find((line) => line.sku === "milk-2l")?.qty ?? 0
  return { page, qty, before: qty() - page.tab.unsaved.length }
}

test("an op that the page's cart contains is not applied again, and is still pending", async () => {
  const { page, qty, before } = reloaded(7, { sent: true }, { sent: true })
  assert.equal(page.tab.cart.lines.get("milk-2l")?.qty, before)
  assert.equal(qty(), before + 1)
  assert.deepEqual(page.tab.hello(1).pend, [7, 8])
  assert.deepEqual(
    page.saved.at(-1)?.waiting.map((one) => one.n),
    [7, 8],
  )

  await page.welcome({ last: 7, verdicts: [{ ...serverSample("ok", "ok"), n: 7 }] })
  assert.equal(qty(), before + 1)
  assert.deepEqual(page.taken(), [8])
})

test("an op that was never sent is always applied", () => {
  const { qty, before } = reloaded(7, { sent: false })

  assert.equal(qty(), before + 1)
})

test("the settled number of another outbox does not count", () => {
  const { page, qty } = reloaded(7, { sent: true })
  const before = qty()
  page.tab.cart = { ...page.tab.cart, settled: { another: 7 } }

  assert.equal(qty(), before + 1)
})

test("a snapshot replaces the settled numbers of the page", async () => {
  const { page, qty } = reloaded(7, { sent: true })
  const before = qty()
  await page.receive(serverSample("snapshot_of_every_state", "snapshot"))

  assert.equal(qty(), before + 1)
})

test("a page that is put away leaves its pending ops in the store", async () => {
  const page = await (await new Page().welcome()).submit(undo)
  page.tab.abandonOutbox()

  assert.deepEqual([page.tab.outbox.id, page.tab.outbox.waiting], ["id-3", []])
  assert.equal(page.replaced.length, 0)
})

test("an op that has waited for more than a day is not sent, nor those after it", async () => {
  const page = await new Page().submit(undo)
  page.clock_ms = DAY_MS + 1
  await page.submit({ k: "note.set", text: "new" })
  await page.welcome()

  assert.equal(page.tab.stale.length, 1)
  assert.deepEqual(page.taken(), [])
})

test("stale ops that the customer keeps are sent", async () => {
  const page = await new Page().submit(undo)
  page.clock_ms = DAY_MS + 1
  await page.welcome()
  page.tab.keepStale()
  await settled()

  assert.deepEqual(page.taken(), [1])
})

test("after stale ops are discarded, only the others are sent", async () => {
  const page = await new Page().submit(undo)
  page.clock_ms = DAY_MS + 1
  await page.submit({ k: "note.set", text: "new" })
  await page.welcome()
  page.tab.discard(page.tab.stale)
  await settled()
  assert.equal(page.restarts, 1)

  await page.welcome()
  assert.deepEqual(page.sent, [{ t: "op", n: 1, k: "note.set", text: "new" }])
})
