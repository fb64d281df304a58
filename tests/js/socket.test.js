import assert from "node:assert/strict"
import { test } from "node:test"
import { samples, serverSample } from "./samples.js"
import { hello, ping, Shop } from "./server_end.js"

test("it sends hello first, and is open after the welcome", () => {
  const shop = new Shop()
  shop.socket.start()
  assert.equal(shop.socket.state, "connecting")

  shop.end.accept()
  assert.deepEqual(shop.end.sent, [{ ...hello, gen: 1 }])
  assert.equal(shop.socket.state, "connecting")

  shop.end.say("welcome_first")
  assert.equal(shop.socket.state, "open")
  assert.deepEqual(shop.received, [samples.server.welcome_first])
})

test("nothing is sent before the welcome", () => {
  const shop = new Shop()
  shop.socket.start()
  shop.end.accept()
  shop.socket.send(ping)
  assert.equal(shop.end.sent.length, 1)

  shop.end.say("welcome_first")
  shop.socket.send(ping)
  assert.deepEqual(shop.end.sent.at(-1), ping)
})

test("each connection of a tab has a higher generation", () => {
  const shop = new Shop().connected()
  shop.end.close(1006)
  shop.clock.pass(500)
  shop.end.accept()

  assert.deepEqual(shop.end.sent, [{ ...hello, gen: 2 }])
})

test("a stopped socket can be started again", () => {
  const shop = new Shop().connected()
  shop.end.close(4411)
  shop.socket.start()
  shop.end.welcome()

  assert.deepEqual([shop.socket.state, shop.socket.code], ["open", 0])
})

test("start closes the open connection", () => {
  const shop = new Shop().connected()
  shop.socket.start()

  assert.equal(shop.ends[0]?.is_closed, true)
  assert.equal(shop.socket.state, "connecting")
})

test("a connection that is silent for 45 s is given up", () => {
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

test("a connection without a welcome is given up", () => {
  const shop = new Shop()
  shop.socket.start()
  shop.end.accept()
  shop.clock.pass(20_000)

  assert.equal(shop.ends[0]?.is_closed, true)
  assert.equal(shop.socket.state, "waiting")
})

test("after a sleep it pings the server, and reconnects without an answer", () => {
  const shop = new Shop().connected()
  shop.clock.pass(1)
  shop.socket.setVisible(true)
  assert.deepEqual(shop.end.sent.at(-1), { t: "ping", id: 1 })

  shop.clock.pass(3_999)
  assert.equal(shop.socket.state, "open")
  shop.clock.pass(1)
  assert.equal(shop.socket.state, "waiting")
})

test("any message answers the ping", () => {
  const shop = new Shop().connected()
  shop.clock.pass(1)
  shop.socket.probe()
  shop.clock.pass(100)
  shop.end.say("pong")
  shop.clock.pass(10_000)

  assert.equal(shop.socket.state, "open")
})

test("after drain it opens a new connection, and closes the old one after the welcome", () => {
  const shop = new Shop().connected()
  const { open_after_ms } = serverSample("drain", "drain")
  const old = shop.end
  old.say("drain")
  shop.clock.pass(open_after_ms - 1)
  assert.equal(shop.ends.length, 1)

  shop.clock.pass(1)
  assert.equal(shop.ends.length, 2)
  shop.end.accept()
  assert.equal(old.is_closed, false)
  shop.socket.send(ping)
  assert.deepEqual(old.sent.at(-1), ping)

  shop.end.say("welcome_same")
  assert.equal(old.is_closed, true)
  shop.socket.send(ping)
  assert.deepEqual(shop.end.sent, [{ ...hello, gen: 2 }, ping])
  assert.deepEqual(new Set(shop.states), new Set(["connecting", "open"]))
})

test("messages of the old connection are received until the welcome of the new one, and not after it", () => {
  const shop = new Shop().connected()
  const old = shop.end.say("drain")
  shop.clock.pass(1000)
  old.say("ok")
  assert.deepEqual(shop.received.at(-1), samples.server.ok)

  shop.end.welcome()
  old.say("no_sold_out")
  assert.deepEqual(shop.received.at(-1), samples.server.welcome_first)
})

test("the old connection may close while the new one is connecting", () => {
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

test("4409 on a connection that is not the newest is ignored", () => {
  const shop = new Shop().connected()
  const old = shop.end.say("drain")
  shop.clock.pass(1000)
  old.close(4409)
  shop.end.welcome()

  assert.equal(shop.socket.state, "open")
})

test("4410 on any connection stops it", () => {
  const shop = new Shop().connected()
  const old = shop.end.say("drain")
  shop.clock.pass(1000)
  old.close(4410)

  assert.deepEqual([shop.socket.state, shop.socket.code], ["stopped", 4410])
  assert.equal(shop.end.is_closed, true)
})

test("if the new connection fails, the old one stays in use, and another is opened", () => {
  const shop = new Shop().connected()
  const old = shop.end.say("drain")
  shop.clock.pass(1000)
  shop.end.close(1006)
  assert.equal(shop.socket.state, "open")
  shop.socket.send(ping)
  assert.deepEqual(old.sent.at(-1), ping)

  shop.clock.pass(250)
  assert.equal(shop.ends.length, 3)
})

test("every message of the server is parsed", () => {
  for (const [name, message] of Object.entries(samples.server)) {
    const shop = new Shop()
    shop.socket.start()
    shop.end.accept().say(name)

    assert.deepEqual(shop.received, [message], name)
  }
})

test("every message of a tab is sent as the server expects it", () => {
  const shop = new Shop().connected()
  const { length } = shop.end.sent
  const messages = Object.values(samples.client)
  for (const message of messages) shop.socket.send(message)

  assert.deepEqual(shop.end.sent.slice(length), messages)
})

test("messages are not received after stop", () => {
  const shop = new Shop().connected()
  shop.socket.stop()
  const { length } = shop.end.sent
  shop.end.say("ok")
  shop.end.close(1006)
  shop.socket.send(ping)
  shop.clock.pass(3_600_000)

  assert.equal(shop.end.sent.length, length)

  assert.equal(shop.received.length, 1)
  assert.equal(shop.ends.length, 1)
})
