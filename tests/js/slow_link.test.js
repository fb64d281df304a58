/** @import { ConnectionState } from "../../static/js/types.d.ts" */

import assert from "node:assert/strict"
import { test } from "node:test"
import { SlowLink, watchLine } from "../../static/js/slow_link.js"
import { ACCOUNT, ok, Page, settled, undo } from "./page.js"
import { serverSample } from "./samples.js"

const { t: _t, ...cart } = serverSample("snapshot_of_every_state", "snapshot")

/** A shop that is reached over HTTP only. */
class Shop {
  page = new Page()
  /** @type {[string, unknown][]} */
  requests = []
  /** @type {number[]} */
  distrusted = []
  renewals = 0
  /** @type {Record<string, [number, object] | null>} */
  answers = {
    "/api/cart": [200, { ...cart, account: ACCOUNT }],
    "/api/cart/ops": [200, { verdicts: [ok(1)] }],
  }
  socket = {
    state: /** @type {ConnectionState} */ ("waiting"),
    is_slow: false,
    code: 0,
    get link() {
      return this.is_slow ? /** @type {const} */ ("slow") : this.state
    },
    setSlow: (/** @type {boolean} */ is_slow) => {
      this.socket.is_slow = is_slow
    },
    distrust: (/** @type {number} */ ms) => {
      this.distrusted.push(ms)
      this.socket.state = "waiting"
    },
    renew: () => {
      this.renewals += 1
    },
    stop: (code = 0) => {
      Object.assign(this.socket, { state: "stopped", code })
    },
  }
  events = 0
  deps = {
    useEvents: () => {
      this.events += 1
    },
    now: this.page.clock.now,
    after: this.page.clock.after,
    random: () => 0.5,
    socket: this.socket,
    tab: this.page.tab,
    fetch: /** @type {any} */ (
      async (/** @type {string} */ path, /** @type {RequestInit} */ { body }) => {
        this.requests.push([path, body ? JSON.parse(`${body}`) : null])
        const answer = this.answers[path]
        if (!answer) throw new TypeError("no network")
        return { ok: answer[0] === 200, json: async () => answer[1] }
      }
    ),
  }
  link = new SlowLink(this.deps)

  async watch() {
    watchLine(this.deps)
    await settled()
    return this
  }

  async run() {
    this.link.run()
    await settled()
    return this
  }

  /** @param {number} ms */
  async pass(ms) {
    for (let passed = 0; passed < ms; passed += 250) {
      this.page.clock.pass(250)
      await settled()
    }
  }

  get paths() {
    return this.requests.splice(0).map(([path]) => path)
  }
}

test("what waits is sent over HTTP with its numbers and its account, and then the cart is fetched", async () => {
  const shop = new Shop()
  await shop.page.submit(undo)
  const { id } = shop.page.tab.outbox
  await shop.run()

  assert.deepEqual(shop.requests, [
    ["/api/cart/ops", { account: ACCOUNT, outbox: id, ops: [{ n: 1, k: "undo" }] }],
    ["/api/cart", null],
  ])
  assert.equal(shop.socket.is_slow, true)
  assert.deepEqual(shop.page.tab.outbox.waiting, [])
})

test("an op is stored as sent before it is sent", async () => {
  const shop = new Shop()
  await shop.page.submit(undo)
  shop.answers["/api/cart/ops"] = null
  await shop.run()

  assert.deepEqual(
    shop.page.saved.at(-1)?.waiting.map((one) => one.sent),
    [true],
  )
  assert.equal(shop.socket.is_slow, false)
})

test("a later op is sent within a moment, and without ops the cart is fetched every 10 s", async () => {
  const shop = await new Shop().run()
  assert.deepEqual(shop.paths, ["/api/cart"])
  await shop.pass(9_000)
  assert.deepEqual(shop.paths, [])
  await shop.page.submit(undo)
  await shop.pass(250)
  assert.deepEqual(shop.paths, ["/api/cart/ops", "/api/cart"])
  await shop.pass(10_000)
  assert.deepEqual(shop.paths, ["/api/cart"])
})

test("an op that is to be sent later is not sent before", async () => {
  const shop = await new Shop().run()
  const verdicts = [{ t: "no", n: 1, code: "busy", retry_ms: 3000 }]
  shop.answers["/api/cart/ops"] = [200, { verdicts }]
  await shop.page.submit(undo)
  await shop.pass(250)
  assert.deepEqual(shop.paths, ["/api/cart", "/api/cart/ops", "/api/cart"])
  await shop.pass(2500)
  assert.deepEqual(shop.paths, [])
  shop.answers["/api/cart/ops"] = [200, { verdicts: [ok(1)] }]
  await shop.pass(500)
  assert.deepEqual(shop.paths, ["/api/cart/ops", "/api/cart"])
})

test("once a websocket is open nothing is sent over HTTP, and a late cart is not used", async () => {
  const shop = await new Shop().run()
  shop.requests.length = 0
  shop.socket.state = "open"
  await shop.page.submit(undo)
  await shop.pass(20_000)

  assert.deepEqual(shop.paths, [])
})

test("without the network it is tried again after 5 s", async () => {
  const shop = new Shop()
  shop.answers["/api/cart"] = null
  await shop.run()
  assert.equal(shop.socket.is_slow, false)
  await shop.pass(4500)
  assert.deepEqual(shop.paths, ["/api/cart"])
  shop.answers["/api/cart"] = [200, { ...cart, account: ACCOUNT }]
  await shop.pass(1000)

  assert.equal(shop.socket.is_slow, true)
})

for (const [status, code, close] of /** @type {const} */ ([
  [401, "login_required", 4401],
  [409, "other_account", 4412],
  [409, "op_changed", 4400],
])) {
  test(`${code} stops the tab as close code ${close} does`, async () => {
    const shop = new Shop()
    shop.answers["/api/cart/ops"] = [status, { code }]
    await shop.page.submit(undo)
    await shop.run()

    assert.deepEqual([shop.socket.state, shop.socket.code], ["stopped", close])
    assert.deepEqual(shop.paths, ["/api/cart/ops"])
  })
}

test("the cart of another account is never shown", async () => {
  const shop = new Shop()
  const before = shop.page.tab.cart
  shop.answers["/api/cart"] = [200, { ...cart, account: "u-somebody-else" }]
  await shop.run()

  assert.deepEqual(shop.page.foreign, [4412])
  assert.equal(shop.page.tab.cart, before)
})

test("HTTP is tried 3 to 6 s after the last welcome, however often a websocket is tried meanwhile", async () => {
  const shop = await new Shop().watch()
  await shop.pass(2000)
  shop.socket.state = "connecting"
  await shop.pass(2000)
  shop.socket.state = "waiting"
  assert.deepEqual(shop.paths, [])
  await shop.pass(500)

  assert.deepEqual(shop.paths, ["/api/cart"])
})

test("an open websocket that loses ops is closed, and they are sent over HTTP at once", async () => {
  const shop = new Shop()
  shop.socket.state = "open"
  await shop.page.welcome()
  await shop.watch()
  await shop.page.submit(undo)
  await shop.pass(11_750)
  assert.deepEqual(shop.distrusted, [])
  await shop.pass(500)

  assert.deepEqual(shop.distrusted, [30_000])
  assert.deepEqual(shop.paths, ["/api/cart/ops", "/api/cart"])
  assert.deepEqual(shop.page.tab.outbox.waiting, [])
})

test("it is distrusted for twice as long when that happens again, until it has carried an op", async () => {
  const shop = new Shop()
  shop.answers["/api/cart/ops"] = null
  await shop.watch()
  const lose = async () => {
    shop.socket.state = "open"
    await shop.page.welcome()
    await shop.pass(12_500)
  }
  await shop.page.submit(undo)
  await lose()
  await lose()
  assert.deepEqual(shop.distrusted.splice(0), [30_000, 60_000])
  shop.socket.state = "open"
  await shop.page.welcome()
  await shop.pass(250)
  await shop.page.receive(ok(1))
  await shop.page.submit(undo)
  await shop.pass(12_500)

  assert.deepEqual(shop.distrusted, [30_000])
})

test("an op that the shop asks to send again later is not lost", async () => {
  const shop = new Shop()
  shop.socket.state = "open"
  await shop.page.welcome()
  await shop.watch()
  await shop.page.submit(undo)
  for (let times = 0; times < 4; times += 1) {
    await shop.page.receive({ t: "no", n: 1, code: "busy", retry_ms: 4000 })
    await shop.pass(5000)
  }

  assert.deepEqual(shop.distrusted, [])
})

test("what HTTP has changed is said in a new hello: the welcome on its way is older", async () => {
  const shop = await new Shop().run()
  assert.equal(shop.renewals, 0)
  await shop.page.submit(undo)
  await shop.pass(250)

  assert.equal(shop.renewals, 1)
})

test("without a welcome for 2 to 3 s an event stream is tried, and then ever more rarely", async () => {
  const shop = await new Shop().watch()
  await shop.pass(2_000)
  assert.equal(shop.events, 0)
  await shop.pass(750)
  assert.equal(shop.events, 1)
  await shop.pass(5_250)
  assert.equal(shop.events, 2)
  await shop.pass(15_750)
  assert.equal(shop.events, 3)
  shop.socket.state = "open"
  await shop.pass(60_000)
  assert.equal(shop.events, 3)
  shop.socket.state = "waiting"
  await shop.pass(3_000)
  assert.equal(shop.events, 4)
})

test("in a shared cart all is about that one, until it is shared no longer", async () => {
  Object.assign(globalThis, { document: { body: { dataset: { cart: "u-ada" } } } })
  const shop = new Shop()
  await shop.page.submit(undo)
  shop.answers["/api/cart/ops?cart=u-ada"] = [404, { code: "not_found" }]
  await shop.run()
  Object.assign(globalThis, { document: undefined })

  assert.deepEqual(
    shop.requests.map(([path]) => path),
    ["/api/cart/ops?cart=u-ada"],
  )
  assert.equal(shop.socket.code, 4413)
})
