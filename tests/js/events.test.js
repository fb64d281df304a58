import assert from "node:assert/strict"
import { beforeEach, test } from "node:test"
import { Events } from "../../static/js/events.js"
import { Socket } from "../../static/js/socket.js"
import { Clock } from "./clock.js"
import { samples } from "./samples.js"
import { hello, ping, ServerEnd } from "./server_end.js"

const DAY_MS = 24 * 60 * 60 * 1000

/** What the browser remembers. */
const memory = new Map()
Object.assign(globalThis, {
  localStorage: {
    getItem: (/** @type {string} */ name) => memory.get(name) ?? null,
    setItem: (/** @type {string} */ name, /** @type {string} */ text) => memory.set(name, text),
    removeItem: (/** @type {string} */ name) => memory.delete(name),
  },
})
beforeEach(() => memory.clear())

const turns = () => new Promise((resolve) => setTimeout(resolve, 5))

/** One event stream at the shop. */
class Stream {
  /** @type {ReadableStreamDefaultController<Uint8Array> | undefined} */
  #controller
  body = new ReadableStream({
    start: (controller) => {
      this.#controller = controller
    },
  })

  /**
   * @param {string} path
   * @param {AbortSignal} signal
   */
  constructor(path, signal) {
    this.query = new URL(path, "http://shop").searchParams
    signal.addEventListener("abort", () => this.#controller?.error(new Error("aborted")))
    this.signal = signal
  }

  /** @param {string} text */
  async write(text) {
    this.#controller?.enqueue(new TextEncoder().encode(text))
    await turns()
    return this
  }

  /** @param {string} name */
  say(name) {
    return this.write(`data: ${JSON.stringify(samples.server[name])}\n\n`)
  }

  async welcome() {
    await this.write(`: ${" ".repeat(9)}\n\nevent: open\ndata: {"to":"there"}\n\n`)
    return this.say("welcome_first")
  }
}

/** A shop whose WebSockets are in the hands of the test. */
class Shop {
  clock = new Clock()
  /** @type {ServerEnd[]} */
  websockets = []
  /** @type {Stream[]} */
  streams = []
  /** @type {any[]} */
  posts = []
  /** @type {number[]} */
  codes = []
  status = 204
  is_away = false
  slots = 1
  /** @type {boolean[]} */
  shown = []
  transport = {
    open: () => {
      const end = new ServerEnd()
      this.websockets.push(end)
      return end.ws
    },
  }
  socket_deps = {
    open: () => this.transport.open(),
    now: this.clock.now,
    after: this.clock.after,
    random: () => 0.5,
    hidden_ms: /** @type {number | undefined} */ (undefined),
  }
  socket = new Socket(this.socket_deps, {
    hello: (gen) => ({ ...hello, gen }),
    onMessage: () => {},
    onClose: (code) => this.codes.push(code),
    onStateChange: () => {},
  })
  events = new Events({
    socket_deps: this.socket_deps,
    transport: this.transport,
    socket: this.socket,
    takeSlot: async () => {
      if (!this.slots) throw new Error("no slot")
    },
    fetch: /** @type {any} */ (this.fetch.bind(this)),
    after: this.clock.after,
    clock: this.clock.now,
    uuid: () => "00000000-0000-4000-8000-000000000000",
    show: (is_live) => this.shown.push(is_live),
  })

  /**
   * @param {string} path
   * @param {RequestInit} options
   */
  async fetch(path, { body, signal }) {
    if (this.is_away) throw new TypeError("no network")
    if (path === "/api/cart/frames") {
      this.posts.push(JSON.parse(`${body}`))
      return { status: this.status }
    }
    const stream = new Stream(path, /** @type {AbortSignal} */ (signal))
    this.streams.push(stream)
    return { ok: true, body: stream.body }
  }

  get stream() {
    return /** @type {Stream} */ (this.streams.at(-1))
  }

  get websocket() {
    return /** @type {ServerEnd} */ (this.websockets.at(-1))
  }

  /** A WebSocket hangs, and the tab is live over events. */
  async live() {
    this.socket.start()
    this.events.use()
    this.clock.pass(250)
    await turns()
    await this.stream.welcome()
    assert.equal(this.socket.state, "open")
    return this
  }
}

test("a hanging WebSocket is left for a stream, whose hello is in the query", async () => {
  const shop = await new Shop().live()

  assert.equal(shop.websocket.is_closed, true)
  assert.deepEqual(shop.stream.query.getAll("protocol"), ["shop.cart.v2", "shop.cart"])
  assert.deepEqual(JSON.parse(shop.stream.query.get("hello") ?? ""), { ...hello, gen: 2 })
})

test("frames are sent in order, by one request at a time", async () => {
  const shop = await new Shop().live()
  for (const id of [1, 2, 3]) shop.socket.send({ t: "ping", id })
  await turns()

  assert.deepEqual(
    shop.posts.map(({ to, frames }) => [
      to,
      frames.map((/** @type {string} */ one) => JSON.parse(one).id),
    ]),
    [
      ["there", [1]],
      ["there", [2, 3]],
    ],
  )
})

test("events may come in pieces, and a close has the server's code", async () => {
  const shop = await new Shop().live()
  await shop.stream.write('data: {"t":"ho')
  await shop.stream.write('ld"}\n')
  await shop.stream.write(
    '\nevent: later\ndata: {}\n\nevent: close\ndata: {"code":4411,"reason":""}\n\n',
  )

  assert.deepEqual([shop.socket.state, shop.socket.code, shop.codes], ["stopped", 4411, [4411]])
  assert.equal(shop.stream.signal.aborted, true)
})

test("after a request that failed the tab connects anew", async () => {
  const shop = await new Shop().live()
  shop.status = 404
  shop.socket.send(ping)
  await turns()

  assert.deepEqual([shop.socket.state, shop.codes], ["waiting", [1006]])
})

test("a WebSocket that stays blocked beside the stream is remembered for a day", async () => {
  const shop = await new Shop().live()
  assert.deepEqual(shop.shown, [false])
  shop.clock.pass(2_000)
  assert.equal(shop.websockets.length, 2)
  shop.clock.pass(5_000)
  await turns()

  assert.deepEqual([...memory.values()], [`${shop.clock.now() + DAY_MS}`])
  assert.deepEqual(shop.shown, [false, true])
  assert.equal(shop.websocket.is_closed, true)
  shop.clock.pass(DAY_MS)
  assert.equal(shop.websockets.length, 3)
})

test("a WebSocket that answers takes over, and nothing is remembered", async () => {
  const shop = await new Shop().live()
  shop.clock.pass(2_000)
  shop.websocket.accept()
  assert.equal(/** @type {any} */ (shop.websocket.sent[0]).account, "nobody")
  shop.websocket.close(4412)
  await turns()
  shop.clock.pass(0)
  assert.deepEqual([shop.socket.state, shop.stream.signal.aborted], ["open", false])
  shop.websocket.welcome()

  assert.deepEqual([shop.socket.state, shop.stream.signal.aborted], ["open", true])
  assert.deepEqual([memory.size, shop.events.is_used], [0, false])
  assert.deepEqual(shop.websocket.sent, [{ ...hello, gen: 3 }])
})

test("a shop that is away is not taken for a network that blocks WebSockets", async () => {
  const shop = new Shop()
  shop.is_away = true
  shop.socket.start()
  shop.events.use()
  shop.clock.pass(250)
  await turns()

  assert.deepEqual([shop.events.is_used, memory.size], [false, 0])
  shop.events.use()
  shop.clock.pass(500)
  assert.equal(shop.websockets.length, 2)
  shop.websocket.welcome()
  assert.equal(shop.socket.state, "open")
  shop.events.use()
  assert.equal(shop.socket.state, "open")
})

test("a tab without a slot for its stream goes on trying", async () => {
  const shop = new Shop()
  shop.slots = 0
  memory.set("websockets blocked until", `${DAY_MS}`)
  shop.socket.start()
  shop.events.use()
  shop.clock.pass(250)
  await turns()
  assert.deepEqual([shop.socket.state, shop.streams.length], ["waiting", 0])

  shop.slots = 1
  shop.events.onShown()
  shop.clock.pass(250)
  await turns()
  await shop.stream.welcome()
  assert.equal(shop.socket.state, "open")
})

test("a hidden tab gives its stream up after 5 s, and comes back when it is shown", async () => {
  const shop = await new Shop().live()
  shop.socket.setVisible(false)
  shop.clock.pass(5_000)
  assert.deepEqual([shop.socket.state, shop.stream.signal.aborted], ["resting", true])

  shop.socket.setVisible(true)
  shop.clock.pass(0)
  await turns()
  await shop.stream.welcome()
  assert.equal(shop.socket.state, "open")
})
