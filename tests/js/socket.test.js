/** @import { Frame, Hello, News, Wire } from "../../static/js/types.d.ts" */

import assert from "node:assert/strict"
import { test } from "node:test"
import { delayBefore, Socket } from "../../static/js/socket.js"
import { Clock } from "./clock.js"
import { samples, told } from "./samples.js"

const hello = /** @type {Hello} */ (samples.client.hello_first)
const ping = /** @type {Frame} */ (samples.client.ping)

/** The shop's end of a socket: what came, and what to say. */
class ShopEnd {
  /** @type {Frame[]} */
  came = []
  is_closed = false
  /** @type {Wire} */
  wire = {
    send: (text) => this.came.push(JSON.parse(String(text))),
    close: () => {
      this.is_closed = true
    },
    onopen: null,
    onmessage: null,
    onclose: null,
  }

  accept() {
    this.wire.onopen?.call(/** @type {any} */ (null), /** @type {any} */ ({}))
    return this
  }

  /** @param {string} name */
  say(name) {
    const data = JSON.stringify(samples.server[name])
    this.wire.onmessage?.call(/** @type {any} */ (null), /** @type {any} */ ({ data }))
    return this
  }

  welcome() {
    return this.accept().say("welcome_first")
  }

  /** @param {number} code */
  close(code) {
    this.is_closed = true
    this.wire.onclose?.call(/** @type {any} */ (null), /** @type {any} */ ({ code }))
  }
}

class Shop {
  clock = new Clock()
  /** @type {ShopEnd[]} */
  ends = []
  /** @type {News[]} */
  heard = []
  /** @type {number[]} */
  codes = []
  /** @type {string[]} */
  states = []
  chance = 0.5
  socket = new Socket(
    {
      open: () => {
        const end = new ShopEnd()
        this.ends.push(end)
        return end.wire
      },
      now: this.clock.now,
      after: this.clock.after,
      chance: () => this.chance,
    },
    {
      hello: (gen) => ({ ...hello, gen }),
      heard: (news) => this.heard.push(news),
      closed: (code) => this.codes.push(code),
      changed: () => this.states.push(this.socket.state),
    },
  )

  /** The newest socket. */
  get end() {
    const end = this.ends.at(-1)
    if (!end) throw new Error("nobody connected")
    return end
  }

  connected() {
    this.socket.start()
    this.end.welcome()
    return this
  }
}

test("it says hello first, and is open with the welcome", () => {
  const shop = new Shop()
  shop.socket.start()
  assert.equal(shop.socket.state, "connecting")

  shop.end.accept()
  assert.deepEqual(shop.end.came, [{ ...hello, gen: 1 }])
  assert.equal(shop.socket.state, "connecting")

  shop.end.say("welcome_first")
  assert.equal(shop.socket.state, "open")
  assert.deepEqual(shop.heard, [samples.server.welcome_first])
})

test("nothing is sent before the welcome", () => {
  const shop = new Shop()
  shop.socket.start()
  shop.end.accept()
  shop.socket.send(ping)
  assert.equal(shop.end.came.length, 1)

  shop.end.say("welcome_first")
  shop.socket.send(ping)
  assert.deepEqual(shop.end.came.at(-1), ping)
})

test("each connection of a tab has a higher number", () => {
  const shop = new Shop().connected()
  shop.end.close(1006)
  shop.clock.pass(500)
  shop.end.accept()

  assert.deepEqual(shop.end.came, [{ ...hello, gen: 2 }])
})

for (const code of [1000, 1001, 1005, 1006, 1011, 1013, 4408, 4503]) {
  test(`${code} is tried again after 0 to 500 ms`, () => {
    const shop = new Shop().connected()
    shop.chance = 0.999
    shop.end.close(code)
    assert.equal(shop.socket.state, "waiting")
    assert.deepEqual(shop.codes, [code])

    shop.clock.pass(499)
    assert.equal(shop.ends.length, 1)
    shop.clock.pass(1)
    assert.equal(shop.ends.length, 2)
  })
}

test("1012 is tried again at once", () => {
  const shop = new Shop().connected()
  shop.end.close(1012)
  shop.clock.pass(0)

  assert.equal(shop.ends.length, 2)
})

test("1012 without a welcome is tried again like the others", () => {
  const shop = new Shop()
  shop.socket.start()
  shop.end.close(1012)
  shop.clock.pass(249)
  assert.equal(shop.ends.length, 1)

  shop.clock.pass(1)
  assert.equal(shop.ends.length, 2)
})

for (const code of [1007, 1009, 4400, 4401, 4406, 4409, 4410, 4411]) {
  test(`${code} stops it`, () => {
    const shop = new Shop().connected()
    shop.end.close(code)
    shop.clock.pass(3_600_000)

    assert.deepEqual([shop.socket.state, shop.socket.code], ["stopped", code])
    assert.equal(shop.ends.length, 1)
  })
}

test("what was stopped begins anew with a click", () => {
  const shop = new Shop().connected()
  shop.end.close(4411)
  shop.socket.start()
  shop.end.welcome()

  assert.deepEqual([shop.socket.state, shop.socket.code], ["open", 0])
})

test("a start in place of a socket that is open closes that one", () => {
  const shop = new Shop().connected()
  shop.socket.start()

  assert.equal(shop.ends[0]?.is_closed, true)
  assert.equal(shop.socket.state, "connecting")
})

test("a click forgets the failures before it", () => {
  const shop = new Shop().connected()
  for (const ms of [250, 500, 1000]) {
    shop.end.close(1006)
    shop.clock.pass(ms)
  }
  shop.socket.start()
  shop.end.close(1006)
  shop.clock.pass(250)

  assert.equal(shop.ends.length, 6)
})

test("so does a page that is looked at again", () => {
  const shop = new Shop().connected()
  for (const ms of [250, 500, 1000]) {
    shop.end.close(1006)
    shop.clock.pass(ms)
  }
  shop.socket.show(false)
  shop.end.close(1006)
  shop.socket.show(true)
  shop.clock.pass(250)

  assert.equal(shop.ends.length, 5)
})

test("a page that goes while it waits to come back stays away", () => {
  const shop = new Shop().connected()
  shop.end.close(1006)
  shop.socket.stop()
  shop.clock.pass(3_600_000)

  assert.equal(shop.ends.length, 1)
})

test("4429 rests for 30 s, also when the page is looked at again", () => {
  const shop = new Shop().connected()
  shop.end.close(4429)
  shop.clock.pass(20_000)
  shop.socket.show(false)
  shop.socket.show(true)
  shop.clock.pass(9_999)
  assert.equal(shop.ends.length, 1)

  shop.clock.pass(1)
  assert.equal(shop.ends.length, 2)
})

test("the waits double up to 30 s, with full jitter", () => {
  assert.deepEqual(
    [0, 1, 2, 5, 6, 99].map((attempt) => delayBefore(attempt, 1)),
    [500, 1000, 2000, 16_000, 30_000, 30_000],
  )
  assert.equal(delayBefore(3, 0), 0)
  assert.equal(delayBefore(3, 0.25), 1000)
})

test("each failure doubles the wait, and a short connection is one", () => {
  const shop = new Shop().connected()
  shop.end.close(1006)
  shop.clock.pass(250)
  shop.end.welcome()
  shop.clock.pass(9_999)
  shop.end.close(1006)
  shop.clock.pass(499)
  assert.equal(shop.ends.length, 2)

  shop.clock.pass(1)
  assert.equal(shop.ends.length, 3)
})

test("10 s of being connected forget the failures", () => {
  const shop = new Shop().connected()
  shop.end.close(1006)
  shop.clock.pass(250)
  shop.end.welcome()
  shop.clock.pass(10_000)
  shop.end.close(1006)
  shop.clock.pass(250)

  assert.equal(shop.ends.length, 3)
})

test("45 s of silence mean that the socket is dead", () => {
  const shop = new Shop().connected()
  shop.clock.pass(44_000)
  shop.end.say("hb")
  shop.clock.pass(44_999)
  assert.equal(shop.socket.state, "open")

  shop.clock.pass(1)
  assert.equal(shop.socket.state, "waiting")
  assert.equal(shop.ends[0]?.is_closed, true)
  assert.deepEqual(shop.codes, [1006])
})

test("a socket that is not welcomed is given up", () => {
  const shop = new Shop()
  shop.socket.start()
  shop.end.accept()
  shop.clock.pass(20_000)

  assert.equal(shop.ends[0]?.is_closed, true)
  assert.equal(shop.socket.state, "waiting")
})

test("a hidden page does not try again until it is looked at", () => {
  const shop = new Shop().connected()
  shop.socket.show(false)
  shop.end.close(1006)
  shop.clock.pass(3_600_000)
  assert.equal(shop.ends.length, 1)

  shop.socket.show(true)
  shop.clock.pass(500)
  assert.equal(shop.ends.length, 2)
})

test("a page that is hidden while it waits stops waiting", () => {
  const shop = new Shop().connected()
  shop.end.close(1006)
  shop.socket.show(false)
  shop.clock.pass(3_600_000)

  assert.equal(shop.ends.length, 1)
})

test("offline closes the socket and tries nothing, online comes back within 500 ms", () => {
  const shop = new Shop().connected()
  shop.socket.reach(false)
  assert.equal(shop.socket.state, "offline")
  assert.equal(shop.end.is_closed, true)

  shop.clock.pass(3_600_000)
  assert.equal(shop.ends.length, 1)

  shop.socket.reach(true)
  shop.clock.pass(250)
  assert.equal(shop.ends.length, 2)
})

test("online again is no news for a socket that is open", () => {
  const shop = new Shop().connected()
  shop.socket.reach(true)

  assert.equal(shop.socket.state, "open")
  assert.equal(shop.end.is_closed, false)
})

test("a start without a network waits for one", () => {
  const shop = new Shop()
  shop.socket.reach(false)
  shop.socket.start()
  assert.equal(shop.socket.state, "offline")
  assert.equal(shop.ends.length, 0)

  shop.socket.reach(true)
  shop.clock.pass(250)
  assert.equal(shop.ends.length, 1)
})

test("a page that was stopped stays stopped, whatever the network does", () => {
  const shop = new Shop().connected()
  shop.socket.stop()
  shop.socket.reach(false)
  shop.socket.reach(true)
  shop.socket.show(true)
  shop.clock.pass(3_600_000)

  assert.deepEqual([shop.socket.state, shop.socket.code], ["stopped", 0])
  assert.equal(shop.ends.length, 1)
  assert.equal(shop.end.is_closed, true)
})

test("after a sleep it asks whether the socket lives", () => {
  const shop = new Shop().connected()
  shop.clock.pass(1)
  shop.socket.show(true)
  assert.deepEqual(shop.end.came.at(-1), { t: "ping", id: 1 })

  shop.clock.pass(3_999)
  assert.equal(shop.socket.state, "open")
  shop.clock.pass(1)
  assert.equal(shop.socket.state, "waiting")
})

test("any answer will do", () => {
  const shop = new Shop().connected()
  shop.clock.pass(1)
  shop.socket.probe()
  shop.clock.pass(100)
  shop.end.say("pong")
  shop.clock.pass(10_000)

  assert.equal(shop.socket.state, "open")
})

test("drain opens the new socket first, and closes the old one after its welcome", () => {
  const shop = new Shop().connected()
  const { open_after_ms } = told("drain", "drain")
  const old = shop.end
  old.say("drain")
  shop.clock.pass(open_after_ms - 1)
  assert.equal(shop.ends.length, 1)

  shop.clock.pass(1)
  assert.equal(shop.ends.length, 2)
  shop.end.accept()
  assert.equal(old.is_closed, false)
  shop.socket.send(ping)
  assert.deepEqual(old.came.at(-1), ping)

  shop.end.say("welcome_same")
  assert.equal(old.is_closed, true)
  shop.socket.send(ping)
  assert.deepEqual(shop.end.came, [{ ...hello, gen: 2 }, ping])
  assert.deepEqual(new Set(shop.states), new Set(["connecting", "open"]))
})

test("what the old socket still says until then is heard, and nothing after it", () => {
  const shop = new Shop().connected()
  const old = shop.end.say("drain")
  shop.clock.pass(1000)
  old.say("ok")
  assert.deepEqual(shop.heard.at(-1), samples.server.ok)

  shop.end.welcome()
  old.say("no_sold_out")
  assert.deepEqual(shop.heard.at(-1), samples.server.welcome_first)
})

test("the old socket's end is no trouble while the new one is on its way", () => {
  const shop = new Shop().connected()
  const old = shop.end.say("drain")
  shop.clock.pass(1000)
  old.close(1012)
  assert.equal(shop.socket.state, "connecting")
  shop.clock.pass(1000)
  assert.equal(shop.ends.length, 2)

  shop.end.welcome()
  assert.equal(shop.socket.state, "open")
})

test("4409 on a socket that is not the newest is ignored", () => {
  const shop = new Shop().connected()
  const old = shop.end.say("drain")
  shop.clock.pass(1000)
  old.close(4409)
  shop.end.welcome()

  assert.equal(shop.socket.state, "open")
})

test("4410 ends it on any socket", () => {
  const shop = new Shop().connected()
  const old = shop.end.say("drain")
  shop.clock.pass(1000)
  old.close(4410)

  assert.deepEqual([shop.socket.state, shop.socket.code], ["stopped", 4410])
  assert.equal(shop.end.is_closed, true)
})

test("where the new socket fails, the old one serves on, and another is tried", () => {
  const shop = new Shop().connected()
  const old = shop.end.say("drain")
  shop.clock.pass(1000)
  shop.end.close(1006)
  assert.equal(shop.socket.state, "open")
  shop.socket.send(ping)
  assert.deepEqual(old.came.at(-1), ping)

  shop.clock.pass(250)
  assert.equal(shop.ends.length, 3)
})

test("a socket that was stopped is not heard any more", () => {
  const shop = new Shop().connected()
  shop.socket.stop()
  const { length } = shop.end.came
  shop.end.say("ok")
  shop.end.close(1006)
  shop.socket.send(ping)
  shop.clock.pass(3_600_000)

  assert.equal(shop.end.came.length, length)

  assert.equal(shop.heard.length, 1)
  assert.equal(shop.ends.length, 1)
})

/** @param {Shop} shop */
function hearFourMinutes(shop) {
  for (let beats = 0; beats < 6; beats += 1) {
    shop.clock.pass(40_000)
    shop.end.say("hb")
  }
}

test("a tab that nobody looks at lets its socket go, and takes it back when shown", () => {
  const shop = new Shop().connected()

  shop.socket.show(false)
  hearFourMinutes(shop)
  shop.clock.pass(40_000)
  shop.end.say("hb")
  assert.equal(shop.socket.state, "open")
  shop.clock.pass(20_000)
  assert.equal(shop.socket.state, "resting")
  assert.equal(shop.end.is_closed, true)
  shop.clock.pass(3_600_000)
  assert.equal(shop.ends.length, 1)

  shop.socket.show(true)
  shop.clock.pass(0)
  shop.end.welcome()
  assert.equal(shop.socket.state, "open")
  assert.equal(shop.ends.length, 2)
})

test("a tab that is looked at again in time keeps its socket", () => {
  const shop = new Shop().connected()

  shop.socket.show(false)
  hearFourMinutes(shop)
  shop.socket.show(true)
  shop.end.say("pong")
  hearFourMinutes(shop)

  assert.equal(shop.socket.state, "open")
  assert.equal(shop.ends.length, 1)
})
