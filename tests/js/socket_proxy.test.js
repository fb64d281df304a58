/** @import { WebSocketLike } from "../../static/js/types.d.ts" */

import assert from "node:assert/strict"
import { test } from "node:test"
import { SocketProxy } from "../../static/js/socket_proxy.js"

const ping = '{"t":"ping","id":1}'
const op = '{"t":"op","n":1,"k":"undo"}'

/** A WebSocket, what the proxy's observer is told, and what the page receives. */
class Fixture {
  /** @type {string[]} */
  sent = []
  /** @type {string[]} */
  observed = []
  /** @type {string[]} */
  received = []
  /** @type {(number | undefined)[]} */
  closed_with = []
  /** @type {WebSocketLike} */
  ws = {
    send: (text) => this.sent.push(String(text)),
    close: (code) => this.closed_with.push(code),
    onopen: null,
    onmessage: null,
    onclose: null,
  }
  proxy = new SocketProxy(this.ws, {
    onFrame: (direction, text) => this.observed.push(`${direction} ${text}`),
    onClose: (code) => this.observed.push(`closed ${code}`),
  })

  constructor() {
    this.proxy.onopen = () => this.received.push("open")
    this.proxy.onmessage = ({ data }) => this.received.push(data)
    this.proxy.onclose = ({ code }) => this.received.push(`${code}`)
  }

  open() {
    this.ws.onopen?.call(/** @type {any} */ (null), /** @type {any} */ ({}))
  }

  /** @param {string} data */
  say(data) {
    this.ws.onmessage?.call(/** @type {any} */ (null), /** @type {any} */ ({ data }))
  }

  /** @param {number} code */
  close(code) {
    this.ws.onclose?.call(/** @type {any} */ (null), /** @type {any} */ ({ code }))
  }
}

test("frames are passed on unchanged, and observed", () => {
  const fixture = new Fixture()
  fixture.open()
  fixture.proxy.send(ping)
  fixture.say("pong")
  fixture.close(1012)

  assert.deepEqual(fixture.sent, [ping])
  assert.deepEqual(fixture.received, ["open", "pong", "1012"])
  assert.deepEqual(fixture.observed, [`out ${ping}`, "in pong", "closed 1012"])
})

test("a cut connection closes with 1006 at once, and has no events after it", () => {
  const fixture = new Fixture()
  fixture.proxy.cut()
  fixture.say("late")
  fixture.close(1005)

  assert.deepEqual(fixture.received, ["1006"])
  assert.deepEqual(fixture.observed, ["closed 1006"])
  assert.equal(fixture.closed_with.length, 1)
})

test("a frozen connection holds all frames back, and thaw passes them on in order", () => {
  const fixture = new Fixture()
  fixture.proxy.freeze()
  fixture.say("one")
  fixture.say("two")
  fixture.proxy.send(ping)
  fixture.proxy.send(op)
  fixture.close(1001)
  assert.deepEqual([fixture.sent, fixture.received, fixture.observed], [[], [], []])

  assert.deepEqual(fixture.proxy.thaw(), { incoming: 3, outgoing: 2 })
  assert.deepEqual(fixture.sent, [ping, op])
  assert.deepEqual(fixture.received, ["one", "two", "1001"])
  fixture.say("three")
  assert.equal(fixture.received.at(-1), "three")
})

test("closing a frozen connection discards what it holds back", () => {
  const fixture = new Fixture()
  fixture.proxy.freeze()
  fixture.proxy.send(ping)
  fixture.proxy.close(1000)

  assert.deepEqual(fixture.proxy.thaw(), { incoming: 0, outgoing: 0 })
  assert.deepEqual(fixture.sent, [])
  assert.deepEqual(fixture.closed_with, [1000])
})

test("only the next op is sent twice, with the same bytes", () => {
  const fixture = new Fixture()
  fixture.proxy.duplicateNextOp()
  for (const text of [ping, op, op]) fixture.proxy.send(text)

  assert.deepEqual(fixture.sent, [ping, op, op, op])
  assert.equal(fixture.observed.length, 4)
})
