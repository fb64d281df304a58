import assert from "node:assert/strict"
import { test } from "node:test"
import { backoffDelay } from "../../static/js/backoff.js"
import { Shop } from "./server_end.js"

for (const code of [1000, 1001, 1005, 1006, 1011, 1013, 4408, 4503]) {
  test(`after ${code} it reconnects in 0 to 500 ms`, () => {
    const shop = new Shop().connected()
    shop.random = 0.999
    shop.end.close(code)
    assert.equal(shop.socket.state, "waiting")
    assert.deepEqual(shop.codes, [code])

    shop.clock.pass(499)
    assert.equal(shop.ends.length, 1)
    shop.clock.pass(1)
    assert.equal(shop.ends.length, 2)
  })
}

test("after 1012 it reconnects at once", () => {
  const shop = new Shop().connected()
  shop.end.close(1012)
  shop.clock.pass(0)

  assert.equal(shop.ends.length, 2)
})

test("after 1012 without a welcome it reconnects with backoff", () => {
  const shop = new Shop()
  shop.socket.start()
  shop.end.close(1012)
  shop.clock.pass(249)
  assert.equal(shop.ends.length, 1)

  shop.clock.pass(1)
  assert.equal(shop.ends.length, 2)
})

for (const code of [1007, 1009, 4400, 4401, 4406, 4409, 4410, 4411, 4412, 4413]) {
  test(`${code} stops it`, () => {
    const shop = new Shop().connected()
    shop.end.close(code)
    shop.clock.pass(3_600_000)

    assert.deepEqual([shop.socket.state, shop.socket.code], ["stopped", code])
    assert.equal(shop.ends.length, 1)
  })
}

test("start resets the backoff", () => {
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

test("showing the page resets the backoff", () => {
  const shop = new Shop().connected()
  for (const ms of [250, 500, 1000]) {
    shop.end.close(1006)
    shop.clock.pass(ms)
  }
  shop.socket.setVisible(false)
  shop.end.close(1006)
  shop.socket.setVisible(true)
  shop.clock.pass(250)

  assert.equal(shop.ends.length, 5)
})

test("stop cancels the reconnection", () => {
  const shop = new Shop().connected()
  shop.end.close(1006)
  shop.socket.stop()
  shop.clock.pass(3_600_000)

  assert.equal(shop.ends.length, 1)
})

test("after 4429 it reconnects in 30 s, even if the page is shown before", () => {
  const shop = new Shop().connected()
  shop.end.close(4429)
  shop.clock.pass(20_000)
  shop.socket.setVisible(false)
  shop.socket.setVisible(true)
  shop.clock.pass(9_999)
  assert.equal(shop.ends.length, 1)

  shop.clock.pass(1)
  assert.equal(shop.ends.length, 2)
})

test("the backoff doubles up to 30 s, with full jitter", () => {
  assert.deepEqual(
    [0, 1, 2, 5, 6, 99].map((attempt) => backoffDelay(attempt, 1)),
    [500, 1000, 2000, 16_000, 30_000, 30_000],
  )
  assert.equal(backoffDelay(3, 0), 0)
  assert.equal(backoffDelay(3, 0.25), 1000)
})

test("each failure doubles the backoff, and a short connection counts as one", () => {
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

test("a connection of 10 s resets the backoff", () => {
  const shop = new Shop().connected()
  shop.end.close(1006)
  shop.clock.pass(250)
  shop.end.welcome()
  shop.clock.pass(10_000)
  shop.end.close(1006)
  shop.clock.pass(250)

  assert.equal(shop.ends.length, 3)
})

test("a hidden page does not reconnect until it is shown", () => {
  const shop = new Shop().connected()
  shop.socket.setVisible(false)
  shop.end.close(1006)
  shop.clock.pass(3_600_000)
  assert.equal(shop.ends.length, 1)

  shop.socket.setVisible(true)
  shop.clock.pass(500)
  assert.equal(shop.ends.length, 2)
})

test("hiding the page cancels the reconnection", () => {
  const shop = new Shop().connected()
  shop.end.close(1006)
  shop.socket.setVisible(false)
  shop.clock.pass(3_600_000)

  assert.equal(shop.ends.length, 1)
})

test("offline it closes and does not reconnect, online it reconnects within 500 ms", () => {
  const shop = new Shop().connected()
  shop.socket.setOnline(false)
  assert.equal(shop.socket.state, "offline")
  assert.equal(shop.end.is_closed, true)

  shop.clock.pass(3_600_000)
  assert.equal(shop.ends.length, 1)

  shop.socket.setOnline(true)
  shop.clock.pass(250)
  assert.equal(shop.ends.length, 2)
})

test("the online event does not change an open socket", () => {
  const shop = new Shop().connected()
  shop.socket.setOnline(true)

  assert.equal(shop.socket.state, "open")
  assert.equal(shop.end.is_closed, false)
})

test("a start while offline waits for the network", () => {
  const shop = new Shop()
  shop.socket.setOnline(false)
  shop.socket.start()
  assert.equal(shop.socket.state, "offline")
  assert.equal(shop.ends.length, 0)

  shop.socket.setOnline(true)
  shop.clock.pass(250)
  assert.equal(shop.ends.length, 1)
})

test("a stopped socket stays stopped when the network changes or the page is shown", () => {
  const shop = new Shop().connected()
  shop.socket.stop()
  shop.socket.setOnline(false)
  shop.socket.setOnline(true)
  shop.socket.setVisible(true)
  shop.clock.pass(3_600_000)

  assert.deepEqual([shop.socket.state, shop.socket.code], ["stopped", 0])
  assert.equal(shop.ends.length, 1)
  assert.equal(shop.end.is_closed, true)
})

/** @param {Shop} shop */
function hearFourMinutes(shop) {
  for (let beats = 0; beats < 6; beats += 1) {
    shop.clock.pass(40_000)
    shop.end.say("hb")
  }
}

test("a hidden tab closes its connection after five minutes, and reconnects when shown", () => {
  const shop = new Shop().connected()

  shop.socket.setVisible(false)
  hearFourMinutes(shop)
  shop.clock.pass(40_000)
  shop.end.say("hb")
  assert.equal(shop.socket.state, "open")
  shop.clock.pass(20_000)
  assert.equal(shop.socket.state, "resting")
  assert.equal(shop.end.is_closed, true)
  shop.clock.pass(3_600_000)
  assert.equal(shop.ends.length, 1)

  shop.socket.setVisible(true)
  shop.clock.pass(0)
  shop.end.welcome()
  assert.equal(shop.socket.state, "open")
  assert.equal(shop.ends.length, 2)
})

test("a tab that is shown again in time keeps its connection", () => {
  const shop = new Shop().connected()

  shop.socket.setVisible(false)
  hearFourMinutes(shop)
  shop.socket.setVisible(true)
  shop.end.say("pong")
  hearFourMinutes(shop)

  assert.equal(shop.socket.state, "open")
  assert.equal(shop.ends.length, 1)
})

test("a connection that is not trusted is closed, and no other is opened for so long", () => {
  const shop = new Shop().connected()
  const lost = shop.end

  shop.socket.distrust(30_000)
  assert.equal(lost.is_closed, true)
  assert.equal(shop.socket.state, "waiting")
  shop.socket.setVisible(true)
  shop.clock.pass(29_999)
  assert.equal(shop.ends.length, 1)
  shop.clock.pass(1)
  shop.end.welcome()

  assert.equal(shop.socket.state, "open")
})

test("a hello that is true no longer is said anew on another connection, unless it was answered", () => {
  const shop = new Shop()
  shop.socket.start()
  const outdated = shop.end.accept()

  shop.socket.renew()
  assert.equal(outdated.is_closed, true)
  shop.clock.pass(1000)
  assert.equal(shop.ends.length, 2)
  shop.end.welcome()
  shop.socket.renew()

  assert.equal(shop.socket.state, "open")
  assert.equal(shop.ends.length, 2)
})
