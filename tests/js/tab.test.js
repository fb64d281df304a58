/** @import { Frame, Kept, News, Op, Welcome } from "../../static/js/types.d.ts" */

import assert from "node:assert/strict"
import { test } from "node:test"
import { hold } from "../../static/js/cart.js"
import { Tab } from "../../static/js/tab.js"
import { Clock } from "./clock.js"
import { lineOf, samples, told } from "./samples.js"

const ACCOUNT = told("welcome_first", "welcome").account
const DAY_MS = 24 * 60 * 60 * 1000
/** @type {Op} */
const undo = { k: "undo" }

/** A tab, and everything that it does to the world around it. */
class Page {
  clock = new Clock()
  day_ms = 0
  is_open = true
  restarts = 0
  strangers = 0
  /** @type {Frame[]} */
  sent = []
  /** @type {Kept[]} */
  kept = []
  /** @type {Kept[]} */
  replaced = []
  /** @type {[News, Op | undefined][]} */
  told = []
  repaints = 0
  #ids = 0
  tab = new Tab(
    ACCOUNT,
    hold(told("snapshot_of_every_state", "snapshot")),
    {
      uuid: () => `id-${++this.#ids}`,
      now: this.clock.now,
      clock: () => this.day_ms,
      after: this.clock.after,
      isOpen: () => this.is_open,
      send: (frame) => this.sent.push(frame),
      restart: () => {
        this.restarts += 1
      },
      keep: async ({ kept }) => this.kept.push(kept),
      replace: async (kept) => this.replaced.push(kept),
    },
    {
      changed: () => {
        this.repaints += 1
      },
      told: (news, _before, op) => this.told.push([news, op]),
      stranger: () => {
        this.strangers += 1
      },
    },
  )

  /** @param {...News} news */
  async hear(...news) {
    for (const one of news) this.tab.hear(one)
    await settled()
    return this
  }

  /** @param {Partial<Welcome>} [differences] */
  welcome(differences = {}) {
    return this.hear({ ...told("welcome_same", "welcome"), last: 0, ...differences })
  }

  /** @param {...Op} ops */
  async ask(...ops) {
    for (const op of ops) this.tab.ask(op)
    await settled()
    return this
  }

  /** Numbers of the ops that were sent, and forget them. */
  taken() {
    const numbers = this.sent.splice(0).map((frame) => ("n" in frame ? frame.n : frame.t))
    return numbers
  }

  get lines() {
    return this.tab.shown(() => undefined).lines
  }
}

/** What was promised has happened. */
function settled() {
  return new Promise((resolve) => setImmediate(resolve))
}

/**
 * @param {number} n
 * @param {number} [rev]
 * @returns {News}
 */
function ok(n, rev = 42) {
  return { ...told("ok", "ok"), n, rev }
}

test("hello names the tab, its outbox, what it holds and what is pending", async () => {
  const page = new Page()
  assert.deepEqual(page.tab.hello(1), {
    t: "hello",
    tab: "id-1",
    gen: 1,
    outbox: "id-2",
    at: told("snapshot_of_every_state", "snapshot").at,
    pend: [],
  })

  await page.welcome()
  await page.ask(undo, undo)
  await page.hear(ok(1))
  assert.deepEqual(page.tab.hello(2).pend, [2])
})

test("an op is shown at once, kept, and sent only after it was kept", async () => {
  const page = await new Page().welcome()
  const { repaints } = page
  page.tab.ask({ k: "line.set", sku: "gala-apples-1kg", qty: 9 })

  assert.equal(page.repaints, repaints + 1)
  assert.equal(page.lines[0]?.qty, 9)
  assert.equal(page.kept.at(-1)?.waiting[0]?.n, 1)
  assert.deepEqual(page.sent, [])
  await settled()
  assert.deepEqual(page.sent, [{ t: "op", n: 1, k: "line.set", sku: "gala-apples-1kg", qty: 9 }])
})

test("what is kept says that it was sent before it is", async () => {
  const page = await new Page().welcome()
  page.tab.ask(undo)

  assert.equal(page.kept.at(-1)?.waiting[0]?.sent, true)
})

test("before the welcome nothing is sent, and after it everything that waits", async () => {
  const page = await new Page().ask(undo, undo)
  assert.deepEqual(page.taken(), [])

  await page.welcome()
  assert.deepEqual(page.taken(), [1, 2])
})

test("while the socket is away ops gather", async () => {
  const page = await new Page().welcome()
  page.is_open = false
  await page.ask(
    { k: "line.set", sku: "milk-2l", qty: 5 },
    { k: "line.set", sku: "milk-2l", qty: 6 },
  )
  assert.deepEqual(page.taken(), [])

  page.is_open = true
  await page.welcome()
  assert.deepEqual(page.sent, [{ t: "op", n: 1, k: "line.set", sku: "milk-2l", qty: 6 }])
})

test("verdicts of the welcome settle before anything is sent again", async () => {
  const page = await new Page().welcome()
  await page.ask(undo, undo, undo)
  page.taken()
  await page.welcome({
    last: 2,
    verdicts: [told("ok", "ok"), told("ok", "ok")].map((one, i) => ({ ...one, n: i + 1 })),
  })

  assert.deepEqual(page.taken(), [3])
})

test("what was kept before a welcome and sent after it is not sent twice", async () => {
  const page = new Page()
  await page.welcome()
  page.tab.ask(undo)
  await page.welcome()

  assert.deepEqual(page.taken(), [1])
})

test("a verdict tells what it is about, and a second one for the same tells nothing", async () => {
  const page = await (await new Page().welcome()).ask(undo)
  page.told = []
  const verdict = { ...told("no_nothing_to_undo", "no"), n: 1 }
  await page.hear(verdict, verdict)

  assert.deepEqual(page.told, [[verdict, undo]])
  assert.equal(page.tab.outbox.waiting.length, 0)
})

test("a refusal takes the optimism back", async () => {
  const page = await (await new Page().welcome()).ask({
    k: "line.set",
    sku: "gala-apples-1kg",
    qty: 9,
  })
  const { repaints } = page
  await page.hear({ ...told("no_sold_out", "no"), n: 1 })

  assert.equal(page.repaints, repaints + 1)
  assert.equal(page.lines[0]?.qty, 3)
})

test("between a success and its patch the page shows what it showed", async () => {
  const page = await (await new Page().welcome()).ask({
    k: "line.set",
    sku: "gala-apples-1kg",
    qty: 4,
  })
  page.told = []
  await page.hear(ok(1, 43))
  assert.equal(page.lines[0]?.qty, 4)
  assert.equal(page.told.length, 0)

  await page.hear(told("patch_set", "patch"))
  assert.equal(page.lines[0]?.qty, 4)
  assert.equal(page.tab.outbox.waiting.length, 0)
  assert.deepEqual(page.kept.at(-1)?.settled, 1)
  assert.deepEqual(
    page.told.map(([news]) => news.t),
    ["ok", "patch"],
  )
})

test("a success whose patch never came is told again by the next welcome, once", async () => {
  const page = await (await new Page().welcome()).ask(undo)
  await page.hear(ok(1, 43))
  page.told = []
  await page.welcome({ last: 1, verdicts: [{ ...told("ok", "ok"), n: 1, rev: 43 }] })
  await page.hear({ ...told("snapshot_empty", "snapshot"), rev: 43 })

  assert.deepEqual(
    page.told.map(([news]) => news.t),
    ["ok", "welcome", "snapshot"],
  )
})

test("a success that changed nothing is repainted at once", async () => {
  const page = await (await new Page().welcome()).ask({
    k: "line.set",
    sku: "gala-apples-1kg",
    qty: 9,
  })
  await page.hear(ok(1, 42))

  assert.equal(page.lines[0]?.qty, 3)
})

for (const name of ["no_busy", "no_rate"]) {
  test(`${name} is sent again with the same number, and what follows it, after retry_ms`, async () => {
    const page = await (await new Page().welcome()).ask(undo, undo)
    page.taken()
    const { retry_ms } = /** @type {{ retry_ms: number }} */ (
      /** @type {unknown} */ (samples.server[name])
    )
    await page.hear(/** @type {News} */ ({ ...samples.server[name], n: 1 }))
    page.clock.pass(retry_ms - 1)
    await settled()
    assert.deepEqual(page.taken(), [])

    page.clock.pass(1)
    await settled()
    assert.deepEqual(page.taken(), [1, 2])
  })
}

test("fast changes of a line become one op, without another click", async () => {
  const page = await new Page().welcome()
  for (const qty of [4, 5, 6, 7]) await page.ask({ k: "line.set", sku: "milk-2l", qty })
  assert.deepEqual(page.taken(), [1])

  await page.hear(ok(1))
  const { length } = page.kept
  page.clock.pass(200)
  await settled()
  assert.equal(page.kept.length, length + 1)
  assert.deepEqual(page.sent, [{ t: "op", n: 2, k: "line.set", sku: "milk-2l", qty: 7 }])
})

test("the shop says how many may be under way, up to 32", async () => {
  const page = await new Page().ask(undo, undo, undo)
  await page.welcome({ limits: { ...told("welcome_same", "welcome").limits, inflight: 2 } })

  assert.deepEqual(page.taken(), [1, 2])
})

test("need is answered with everything from there on", async () => {
  const page = await (await new Page().welcome()).ask(undo, undo, undo)
  page.taken()
  await page.hear({ ...told("need", "need"), n: 2 })

  assert.deepEqual(page.taken(), [2, 3])
})

test("need of what is settled: a new outbox, numbered from 1, on a new connection", async () => {
  const page = await (await new Page().welcome()).ask(undo, {
    k: "line.set",
    sku: "milk-2l",
    qty: 1,
  })
  await page.hear(ok(1))
  page.taken()
  await page.hear({ ...told("need", "need"), n: 1 })

  assert.deepEqual(
    page.replaced.map((kept) => [kept.id, kept.waiting.map((one) => [one.n, one.sent])]),
    [["id-3", [[1, false]]]],
  )
  assert.equal(page.restarts, 1)
  assert.equal(page.tab.hello(2).outbox, "id-3")
  assert.deepEqual(page.taken(), [])
  await page.welcome()
  assert.deepEqual(page.sent, [{ t: "op", n: 1, k: "line.set", sku: "milk-2l", qty: 1 }])
})

test("a shop that forgot verdicts gets a new outbox, too", async () => {
  const page = await (await new Page().welcome()).ask(undo)
  await page.hear(ok(1))
  await page.welcome({ last: 0 })

  assert.equal(page.replaced.length, 1)
  assert.equal(page.restarts, 1)
})

test("between two outboxes nothing is sent on the old connection", async () => {
  const page = await (await new Page().welcome()).ask(undo)
  await page.hear(ok(1))
  page.taken()
  page.tab.hear({ ...told("welcome_same", "welcome"), last: 0 })
  await page.ask(undo)

  assert.deepEqual(page.taken(), [])
})

test("another account than this page's is a stranger: nothing is sent", async () => {
  const page = await new Page().ask(undo)
  await page.welcome({ account: "u-someone-else" })

  assert.equal(page.strangers, 1)
  assert.deepEqual(page.taken(), [])
})

test("a stored outbox is continued, and what was asked meanwhile goes behind it", async () => {
  const page = await new Page().ask(undo)
  const waiting = [{ n: 7, op: undo, since: 0, sent: true }]
  const { repaints } = page
  page.tab.adopt({ id: "stored", settled: 6, waiting })
  assert.equal(page.repaints, repaints + 1)
  assert.deepEqual(
    page.kept.at(-1)?.waiting.map((one) => one.n),
    [7, 8],
  )
  await page.welcome({ last: 6 })

  assert.equal(page.tab.hello(1).outbox, "stored")
  assert.deepEqual(page.taken(), [7, 8])
  assert.deepEqual(page.kept.at(-1)?.id, "stored")
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

test("what the cart of the page holds is not put on it again, and still waits", async () => {
  const { page, qty, before } = reloaded(7, { sent: true }, { sent: true })
  assert.equal(page.tab.cart.lines.get("milk-2l")?.qty, before)
  assert.equal(qty(), before + 1)
  assert.deepEqual(page.tab.hello(1).pend, [7, 8])
  assert.deepEqual(
    page.kept.at(-1)?.waiting.map((one) => one.n),
    [7, 8],
  )

  await page.welcome({ last: 7, verdicts: [{ ...told("ok", "ok"), n: 7 }] })
  assert.equal(qty(), before + 1)
  assert.deepEqual(page.taken(), [8])
})

test("what was never sent is in no cart, whatever the shop says of its number", () => {
  const { qty, before } = reloaded(7, { sent: false })

  assert.equal(qty(), before + 1)
})

test("how far another outbox got says nothing of this one", () => {
  const { page, qty } = reloaded(7, { sent: true })
  const before = qty()
  page.tab.cart = { ...page.tab.cart, settled: { another: 7 } }

  assert.equal(qty(), before + 1)
})

test("a cart from the shop takes the place of all that the page's said", async () => {
  const { page, qty } = reloaded(7, { sent: true })
  const before = qty()
  await page.hear(told("snapshot_of_every_state", "snapshot"))

  assert.equal(qty(), before + 1)
})

test("a page that goes leaves what waits where it is kept", async () => {
  const page = await (await new Page().welcome()).ask(undo)
  page.tab.leave()

  assert.deepEqual([page.tab.outbox.id, page.tab.outbox.waiting], ["id-3", []])
  assert.equal(page.replaced.length, 0)
})

test("what waits for more than a day is not sent, nor what came behind it", async () => {
  const page = await new Page().ask(undo)
  page.day_ms = DAY_MS + 1
  await page.ask({ k: "note.set", text: "new" })
  await page.welcome()

  assert.equal(page.tab.stale.length, 1)
  assert.deepEqual(page.taken(), [])
})

test("once it is wanted after all, it is sent", async () => {
  const page = await new Page().ask(undo)
  page.day_ms = DAY_MS + 1
  await page.welcome()
  page.tab.freshen()
  await settled()

  assert.deepEqual(page.taken(), [1])
})

test("once it is not wanted, only the rest is sent", async () => {
  const page = await new Page().ask(undo)
  page.day_ms = DAY_MS + 1
  await page.ask({ k: "note.set", text: "new" })
  await page.welcome()
  page.tab.forget()
  await settled()
  assert.equal(page.restarts, 1)

  await page.welcome()
  assert.deepEqual(page.sent, [{ t: "op", n: 1, k: "note.set", text: "new" }])
})

test("products on the page are watched after each welcome, before anything is asked", async () => {
  const page = await new Page().ask(undo)
  page.tab.watched = ["milk-2l"]
  await page.welcome()

  assert.deepEqual(page.sent[0], { t: "watch", skus: ["milk-2l"] })
  assert.deepEqual(page.taken(), ["watch", 1])
})

test("a page without products watches nothing", async () => {
  const page = await new Page().welcome()

  assert.deepEqual(page.taken(), [])
})

test("patches go in, one after the other", async () => {
  const page = await new Page().welcome()
  await page.hear(told("patch_set", "patch"), told("patch_add_from_another_tab", "patch"))

  assert.equal(page.tab.cart.rev, 44)
  assert.equal(page.lines.at(-1)?.sku, "honey-340g")
  assert.equal(page.tab.hello(2).at, told("patch_add_from_another_tab", "patch").at)
})

test("after a gap it asks for the whole cart, once", async () => {
  const page = await new Page().welcome()
  const later = told("patch_add_from_another_tab", "patch")
  await page.hear(later, { ...later, prev: 44, rev: 45 })
  assert.deepEqual(page.taken(), ["resync"])
  assert.equal(page.tab.cart.rev, 42)

  await page.hear({ ...told("snapshot_empty", "snapshot"), rev: 45 })
  assert.equal(page.tab.cart.rev, 45)
  await page.hear({ ...later, prev: 46, rev: 47 })
  assert.deepEqual(page.taken(), ["resync"])
})

test("a new connection may ask again", async () => {
  const page = await new Page().welcome()
  const later = told("patch_add_from_another_tab", "patch")
  await page.hear(later)
  await page.welcome()
  await page.hear(later)

  assert.deepEqual(page.taken(), ["resync", "resync"])
})

test("prices are shown at once", async () => {
  const page = await new Page().welcome()
  await page.hear(told("prices_of_lines", "prices"))

  assert.deepEqual(
    page.lines[0],
    lineOf("gala-apples-1kg", { price: 240, stock: 5, state: "price_rise" }),
  )
})

test("a cart that the shop gave up is asked for as a whole", async () => {
  const page = await new Page().welcome()
  page.tab.forgetPosition()

  assert.equal(page.tab.hello(2).at, null)
  assert.equal(page.lines.length, 5)
})

test("all that the shop may say is heard, and passed on", async () => {
  for (const [name, news] of Object.entries(samples.server)) {
    const page = await new Page().ask(undo)
    await page.hear(news)
    const verdict = news.t === "ok" || news.t === "no"

    assert.equal(page.told.length > 0 || verdict, true, name)
  }
})
