/** @import { ServerMessage } from "../../static/js/types.d.ts" */

import assert from "node:assert/strict"
import { test } from "node:test"
import { LOCALE } from "../../static/js/i18n.js"
import { ACCOUNT, ok, Page, settled, undo } from "./page.js"
import { lineOf, samples, serverSample } from "./samples.js"

test("hello has the tab, its outbox, account, language and position, and its pending numbers", async () => {
  const page = new Page()
  assert.deepEqual(page.tab.hello(1), {
    t: "hello",
    tab: "id-1",
    gen: 1,
    outbox: "id-2",
    account: ACCOUNT,
    language: LOCALE,
    at: serverSample("snapshot_of_every_state", "snapshot").at,
    pend: [],
  })

  await page.welcome()
  await page.submit(undo, undo)
  await page.receive(ok(1))
  assert.deepEqual(page.tab.hello(2).pend, [2])
})

test("an op is displayed at once, saved, and sent only after it was saved", async () => {
  const page = await new Page().welcome()
  const { repaints } = page
  page.tab.submit({ k: "line.set", sku: "gala-apples-1kg", qty: 9 })

  assert.equal(page.repaints, repaints + 1)
  assert.equal(page.lines[0]?.qty, 9)
  assert.equal(page.saved.at(-1)?.waiting[0]?.n, 1)
  assert.deepEqual(page.sent, [])
  await settled()
  assert.deepEqual(page.sent, [{ t: "op", n: 1, k: "line.set", sku: "gala-apples-1kg", qty: 9 }])
})

test("an op is saved as sent before it is sent", async () => {
  const page = await new Page().welcome()
  page.tab.submit(undo)

  assert.equal(page.saved.at(-1)?.waiting[0]?.sent, true)
})

test("no op is sent before the welcome, and all pending ops after it", async () => {
  const page = await new Page().submit(undo, undo)
  assert.deepEqual(page.taken(), [])

  await page.welcome()
  assert.deepEqual(page.taken(), [1, 2])
})

test("without a connection no op is sent", async () => {
  const page = await new Page().welcome()
  page.is_open = false
  await page.submit(
    { k: "line.set", sku: "milk-2l", qty: 5 },
    { k: "line.set", sku: "milk-2l", qty: 6 },
  )
  assert.deepEqual(page.taken(), [])

  page.is_open = true
  await page.welcome()
  assert.deepEqual(page.sent, [{ t: "op", n: 1, k: "line.set", sku: "milk-2l", qty: 6 }])
})

test("verdicts in the welcome are settled before ops are sent again", async () => {
  const page = await new Page().welcome()
  await page.submit(undo, undo, undo)
  page.taken()
  await page.welcome({
    last: 2,
    verdicts: [serverSample("ok", "ok"), serverSample("ok", "ok")].map((one, i) => ({
      ...one,
      n: i + 1,
    })),
  })

  assert.deepEqual(page.taken(), [3])
})

test("an op that is being saved during a welcome is not sent twice", async () => {
  const page = new Page()
  await page.welcome()
  page.tab.submit(undo)
  await page.welcome()

  assert.deepEqual(page.taken(), [1])
})

test("a verdict is reported with its op, and a second one for the same op is not", async () => {
  const page = await (await new Page().welcome()).submit(undo)
  page.received = []
  const verdict = { ...serverSample("no_nothing_to_undo", "no"), n: 1 }
  await page.receive(verdict, verdict)

  assert.deepEqual(page.received, [[verdict, undo]])
  assert.equal(page.tab.outbox.waiting.length, 0)
})

test("a rejection reverts the displayed change", async () => {
  const page = await (await new Page().welcome()).submit({
    k: "line.set",
    sku: "gala-apples-1kg",
    qty: 9,
  })
  const { repaints } = page
  await page.receive({ ...serverSample("no_sold_out", "no"), n: 1 })

  assert.equal(page.repaints, repaints + 1)
  assert.equal(page.lines[0]?.qty, 3)
})

test("between a verdict and its patch the displayed cart does not change", async () => {
  const page = await (await new Page().welcome()).submit({
    k: "line.set",
    sku: "gala-apples-1kg",
    qty: 4,
  })
  page.received = []
  await page.receive(ok(1, 43))
  assert.equal(page.lines[0]?.qty, 4)
  assert.equal(page.received.length, 0)

  await page.receive(serverSample("patch_set", "patch"))
  assert.equal(page.lines[0]?.qty, 4)
  assert.equal(page.tab.outbox.waiting.length, 0)
  assert.deepEqual(page.saved.at(-1)?.settled, 1)
  assert.deepEqual(
    page.received.map(([message]) => message.t),
    ["ok", "patch"],
  )
})

test("the patch of a commit settles all own ops that are part of it", async () => {
  const page = await (await new Page().welcome()).submit(
    { k: "line.set", sku: "gala-apples-1kg", qty: 4 },
    { k: "line.set", sku: "milk-2l", qty: 0 },
    { k: "note.set", text: "by the door" },
  )
  page.received = []
  await page.receive(ok(1, 43), ok(2, 44))
  assert.deepEqual(page.lines.map(({ sku, qty }) => [sku, qty]).slice(0, 2), [
    ["gala-apples-1kg", 4],
    ["rye-loaf-500g", 4],
  ])
  assert.equal(page.tab.unsaved.length, 3)

  await page.receive(serverSample("patch_of_a_commit", "patch"))
  assert.equal(page.tab.cart.rev, 45)
  assert.deepEqual(
    page.received.map(([message, op]) => [message.t, op?.k]),
    [
      ["ok", "line.set"],
      ["ok", "line.set"],
      ["patch", undefined],
    ],
  )
  assert.deepEqual(
    page.tab.unsaved.map(({ n }) => n),
    [3],
  )
  assert.equal(page.lines.at(-1)?.sku, "honey-340g")
})

test("a commit that was overtaken by a snapshot settles its ops, and its patch changes nothing", async () => {
  const page = await (await new Page().welcome()).submit(undo)
  const patch = serverSample("patch_of_a_commit", "patch")
  await page.receive(ok(1, 44))
  const snapshot = serverSample("snapshot_empty", "snapshot")
  await page.receive({ ...snapshot, rev: 45, at: patch.at }, patch)

  assert.deepEqual([page.tab.cart.rev, page.lines, page.tab.unsaved], [45, [], []])
  assert.deepEqual(page.taken(), [1])
})

test("a message of an unknown type is ignored", async () => {
  const page = await (await new Page().welcome()).submit(undo)
  const { cart } = page.tab
  page.taken()
  await page.receive(/** @type {any} */ ({ t: "substitute", n: 1, rev: 99, retry_ms: 5 }))

  assert.equal(page.tab.cart, cart)
  assert.deepEqual(
    page.tab.outbox.waiting.map(({ n }) => n),
    [1],
  )
  assert.deepEqual(page.taken(), [])
  await page.receive(ok(1))
  assert.equal(page.tab.outbox.waiting.length, 0)
})

test("a verdict whose patch never came is reported once, by the next welcome", async () => {
  const page = await (await new Page().welcome()).submit(undo)
  await page.receive(ok(1, 43))
  page.received = []
  await page.welcome({ last: 1, verdicts: [{ ...serverSample("ok", "ok"), n: 1, rev: 43 }] })
  await page.receive({ ...serverSample("snapshot_empty", "snapshot"), rev: 43 })

  assert.deepEqual(
    page.received.map(([message]) => message.t),
    ["ok", "welcome", "snapshot"],
  )
})

test("a verdict without a patch is displayed at once", async () => {
  const page = await (await new Page().welcome()).submit({
    k: "line.set",
    sku: "gala-apples-1kg",
    qty: 9,
  })
  await page.receive(ok(1, 42))

  assert.equal(page.lines[0]?.qty, 3)
})

for (const name of ["no_busy", "no_rate"]) {
  test(`after ${name} the op and all after it are sent again in retry_ms, with the same numbers`, async () => {
    const page = await (await new Page().welcome()).submit(undo, undo)
    page.taken()
    const { retry_ms } = /** @type {{ retry_ms: number }} */ (
      /** @type {unknown} */ (samples.server[name])
    )
    await page.receive(/** @type {ServerMessage} */ ({ ...samples.server[name], n: 1 }))
    page.clock.pass(retry_ms - 1)
    await settled()
    assert.deepEqual(page.taken(), [])

    page.clock.pass(1)
    await settled()
    assert.deepEqual(page.taken(), [1, 2])
  })
}

test("fast changes of a line become one op", async () => {
  const page = await new Page().welcome()
  for (const qty of [4, 5, 6, 7]) await page.submit({ k: "line.set", sku: "milk-2l", qty })
  assert.deepEqual(page.taken(), [1])

  await page.receive(ok(1))
  const { length } = page.saved
  page.clock.pass(200)
  await settled()
  assert.equal(page.saved.length, length + 1)
  assert.deepEqual(page.sent, [{ t: "op", n: 2, k: "line.set", sku: "milk-2l", qty: 7 }])
})

test("the server limits the ops in flight, up to 32", async () => {
  const page = await new Page().submit(undo, undo, undo)
  await page.welcome({ limits: { ...serverSample("welcome_same", "welcome").limits, inflight: 2 } })

  assert.deepEqual(page.taken(), [1, 2])
})

test("need is answered with all ops from that number on", async () => {
  const page = await (await new Page().welcome()).submit(undo, undo, undo)
  page.taken()
  await page.receive({ ...serverSample("need", "need"), n: 2 })

  assert.deepEqual(page.taken(), [2, 3])
})

test("products on the page are watched after each welcome, before ops are sent", async () => {
  const page = await new Page().submit(undo)
  page.tab.watched = ["milk-2l"]
  await page.welcome()

  assert.deepEqual(page.sent[0], { t: "watch", skus: ["milk-2l"] })
  assert.deepEqual(page.taken(), ["watch", 1])
})

test("a page without products sends no watch", async () => {
  const page = await new Page().welcome()

  assert.deepEqual(page.taken(), [])
})

test("patches are applied in order", async () => {
  const page = await new Page().welcome()
  await page.receive(
    serverSample("patch_set", "patch"),
    serverSample("patch_add_from_another_tab", "patch"),
  )

  assert.equal(page.tab.cart.rev, 44)
  assert.equal(page.lines.at(-1)?.sku, "honey-340g")
  assert.equal(page.tab.hello(2).at, serverSample("patch_add_from_another_tab", "patch").at)
})

test("after a gap it requests a snapshot, once", async () => {
  const page = await new Page().welcome()
  const later = serverSample("patch_add_from_another_tab", "patch")
  await page.receive(later, { ...later, prev: 44, rev: 45 })
  assert.deepEqual(page.taken(), ["resync"])
  assert.equal(page.tab.cart.rev, 42)

  await page.receive({ ...serverSample("snapshot_empty", "snapshot"), rev: 45 })
  assert.equal(page.tab.cart.rev, 45)
  await page.receive({ ...later, prev: 46, rev: 47 })
  assert.deepEqual(page.taken(), ["resync"])
})

test("a new connection may request a snapshot again", async () => {
  const page = await new Page().welcome()
  const later = serverSample("patch_add_from_another_tab", "patch")
  await page.receive(later)
  await page.welcome()
  await page.receive(later)

  assert.deepEqual(page.taken(), ["resync", "resync"])
})

test("prices are displayed at once", async () => {
  const page = await new Page().welcome()
  await page.receive(serverSample("prices_of_lines", "prices"))

  assert.deepEqual(
    page.lines[0],
    lineOf("gala-apples-1kg", { price: 240, stock: 5, state: "price_rise" }),
  )
})

test("hello has no position after the server gave the cart up", async () => {
  const page = await new Page().welcome()
  page.tab.forgetPosition()

  assert.equal(page.tab.hello(2).at, null)
  assert.equal(page.lines.length, 5)
})

test("every message of the server is received and reported", async () => {
  for (const [name, message] of Object.entries(samples.server)) {
    const cart = message.t === "welcome" ? message.cart : undefined
    const page = await new Page(cart).submit(undo)
    await page.receive(message)
    const verdict = message.t === "ok" || message.t === "no"

    assert.equal(page.received.length > 0 || verdict, true, name)
  }
})

test("a welcome to another cart than the page shows ends the connection, and no op is sent", async () => {
  const shared = serverSample("welcome_shared", "welcome")
  const [own, adas] = [await new Page().submit(undo), await new Page(shared.cart).submit(undo)]
  await own.receive(shared)
  await adas.welcome()

  assert.deepEqual([own.foreign, adas.foreign], [[4413], [4413]])
  assert.deepEqual([own.sent, adas.sent], [[], []])
  await adas.receive(shared)
  assert.deepEqual(adas.taken(), [1])
})

test("a patch changes what is suggested", async () => {
  const page = await new Page().welcome()
  const patch = serverSample("patch_suggested", "patch")
  await page.receive({ ...patch, prev: page.tab.cart.rev, rev: page.tab.cart.rev + 1 })

  assert.equal(page.tab.cart.suggested.get("honey-340g")?.by, "u-5c02")
})
