/** @import { Wire } from "../../static/js/types.d.ts" */

import assert from "node:assert/strict"
import { test } from "node:test"
import { Spied } from "../../static/js/socket_proxy.js"

const ping = '{"t":"ping","id":1}'
const op = '{"t":"op","n":1,"k":"undo"}'

/** A wire, what is told of it, and the page's end. */
class Bench {
  /** @type {string[]} */
  sent = []
  /** @type {string[]} */
  seen = []
  /** @type {string[]} */
  heard = []
  /** @type {(number | undefined)[]} */
  hung_up = []
  /** @type {Wire} */
  wire = {
    send: (text) => this.sent.push(String(text)),
    close: (code) => this.hung_up.push(code),
    onopen: null,
    onmessage: null,
    onclose: null,
  }
  spied = new Spied(this.wire, {
    passed: (way, text) => this.seen.push(`${way} ${text}`),
    closed: (code) => this.seen.push(`closed ${code}`),
  })

  constructor() {
    this.spied.onopen = () => this.heard.push("open")
    this.spied.onmessage = ({ data }) => this.heard.push(data)
    this.spied.onclose = ({ code }) => this.heard.push(`${code}`)
  }

  open() {
    this.wire.onopen?.call(/** @type {any} */ (null), /** @type {any} */ ({}))
  }

  /** @param {string} data */
  say(data) {
    this.wire.onmessage?.call(/** @type {any} */ (null), /** @type {any} */ ({ data }))
  }

  /** @param {number} code */
  close(code) {
    this.wire.onclose?.call(/** @type {any} */ (null), /** @type {any} */ ({ code }))
  }
}

test("what passes is handed on as it is, and told", () => {
  const bench = new Bench()
  bench.open()
  bench.spied.send(ping)
  bench.say("pong")
  bench.close(1012)

  assert.deepEqual(bench.sent, [ping])
  assert.deepEqual(bench.heard, ["open", "pong", "1012"])
  assert.deepEqual(bench.seen, [`out ${ping}`, "in pong", "closed 1012"])
})

test("a line that is cut is heard to break at once, and never again", () => {
  const bench = new Bench()
  bench.spied.cut()
  bench.say("late")
  bench.close(1005)

  assert.deepEqual(bench.heard, ["1006"])
  assert.deepEqual(bench.seen, ["closed 1006"])
  assert.equal(bench.hung_up.length, 1)
})

test("a frozen line lets nothing through, and all of it in order when it thaws", () => {
  const bench = new Bench()
  bench.spied.freeze()
  bench.say("one")
  bench.say("two")
  bench.spied.send(ping)
  bench.spied.send(op)
  bench.close(1001)
  assert.deepEqual([bench.sent, bench.heard, bench.seen], [[], [], []])

  assert.deepEqual(bench.spied.thaw(), { come: 3, go: 2 })
  assert.deepEqual(bench.sent, [ping, op])
  assert.deepEqual(bench.heard, ["one", "two", "1001"])
  bench.say("three")
  assert.equal(bench.heard.at(-1), "three")
})

test("what a frozen line holds goes with it when the page hangs up", () => {
  const bench = new Bench()
  bench.spied.freeze()
  bench.spied.send(ping)
  bench.spied.close(1000)

  assert.deepEqual(bench.spied.thaw(), { come: 0, go: 0 })
  assert.deepEqual(bench.sent, [])
  assert.deepEqual(bench.hung_up, [1000])
})

test("only the next op is sent twice, with the same bytes", () => {
  const bench = new Bench()
  bench.spied.stutter()
  for (const text of [ping, op, op]) bench.spied.send(text)

  assert.deepEqual(bench.sent, [ping, op, op, op])
  assert.equal(bench.seen.length, 4)
})
