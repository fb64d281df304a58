// A socket that comes back.

/** @import { Frame, News } from "./protocol.js" */

import { read, write } from "./protocol.js"

const FIRST_MS = 500
const LONGEST_MS = 30_000
const STEADY_MS = 10_000
const SILENCE_MS = 45_000
const WELCOME_MS = 20_000
const PROBE_MS = 4_000
const OVERRUN_MS = 30_000
const STOPS = new Set([4400, 4401, 4406, 4409, 4410, 4411, 1007, 1009])

/**
 * @typedef {"connecting" | "open" | "waiting" | "offline" | "stopped"} State
 * @typedef {Pick<WebSocket, "send" | "close" | "onopen" | "onmessage" | "onclose">} Wire
 * @typedef {{ open: () => Wire, now: () => number, chance: () => number,
 *   after: (ms: number, act: () => void) => () => void }} World  `after` returns how to call off.
 * @typedef {{ hello: (gen: number) => Frame, heard: (news: News) => void,
 *   closed: (code: number) => void, changed: () => void }} Listener
 * @typedef {{ wire: Wire, heard_at: number, unwatch: () => void }} Connection
 */

/**
 * Say how long to wait before try number `attempt`: full jitter, so that no crowd comes back.
 * @param {number} attempt  From 0.
 * @param {number} chance  Between 0 and 1.
 */
export function delayBefore(attempt, chance) {
  return chance * Math.min(LONGEST_MS, FIRST_MS * 2 ** attempt)
}

export class Socket {
  /** @type {State} */
  state = "stopped"
  /** The close code that stopped it; 0 where the page did. */
  code = 0
  #gen = 0
  #attempt = 0
  #not_before = 0
  #visible = true
  #online = true
  /** @type {Connection | null} The one that was welcomed: what is sent goes here. */
  #current = null
  /** @type {Connection | null} */
  #newest = null
  #ping = 0
  #callOffRetry = nothing
  #callOffSteady = nothing
  #world
  #on

  /**
   * @param {World} world
   * @param {Listener} on
   */
  constructor(world, on) {
    this.#world = world
    this.#on = on
  }

  /** Connect, or connect anew: with another outbox, after a sign-in, after a click. */
  start() {
    this.#dropAll()
    this.#attempt = 0
    if (this.#online) this.#open()
    else this.#become("offline")
  }

  /**
   * Close, and stay closed until `start`.
   * @param {number} code
   */
  stop(code = 0) {
    this.#dropAll()
    this.code = code
    this.#become("stopped")
  }

  /**
   * Send `frame`, if there is a socket that was welcomed; the outbox has it in any case.
   * @param {Frame} frame
   */
  send(frame) {
    this.#current?.wire.send(write(frame))
  }

  /** @param {boolean} online */
  reach(online) {
    this.#online = online
    if (this.state === "stopped") return
    if (!online) {
      this.#dropAll()
      this.#become("offline")
    } else if (this.state === "offline") this.#comeBack()
  }

  /** @param {boolean} visible */
  show(visible) {
    this.#visible = visible
    if (this.state === "open" && visible) this.probe()
    if (this.state !== "waiting") return
    if (visible) this.#comeBack()
    else this.#callOffRetry()
  }

  /** Find out whether the socket still lives, after a sleep. */
  probe() {
    const line = this.#current
    if (!line) return
    const asked_at = this.#world.now()
    this.#ping += 1
    this.send({ t: "ping", id: this.#ping })
    this.#world.after(PROBE_MS, () => {
      if (line.heard_at < asked_at) this.#lose(line)
    })
  }

  #open() {
    const wire = this.#world.open()
    /** @type {Connection} */
    const line = { wire, heard_at: this.#world.now(), unwatch: nothing }
    const gen = ++this.#gen
    this.#newest = line
    wire.onopen = () => wire.send(write(this.#on.hello(gen)))
    wire.onmessage = (event) => this.#hear(line, read(event.data))
    wire.onclose = (event) => this.#closed(line, event.code)
    this.#watch(line, WELCOME_MS)
    if (!this.#current) this.#become("connecting")
  }

  /**
   * @param {Connection} line
   * @param {News} news
   */
  #hear(line, news) {
    line.heard_at = this.#world.now()
    if (news.t === "welcome") this.#welcomed(line)
    if (news.t === "drain") this.#drain(line, news.open_after_ms)
    this.#on.heard(news)
  }

  /** @param {Connection} line */
  #welcomed(line) {
    const old = this.#current
    this.#current = line
    if (old) drop(old)
    this.#watch(line, SILENCE_MS)
    this.#callOffSteady()
    this.#callOffSteady = this.#world.after(STEADY_MS, () => {
      this.#attempt = 0
    })
    this.#become("open")
  }

  /**
   * Open the next socket before this one closes.
   * @param {Connection} line
   * @param {number} open_after_ms
   */
  #drain(line, open_after_ms) {
    this.#callOffRetry = this.#world.after(open_after_ms, () => {
      if (this.#current === line && this.#newest === line) this.#open()
    })
  }

  /**
   * @param {Connection} line
   * @param {number} ms
   */
  #watch(line, ms) {
    line.unwatch()
    const left_ms = line.heard_at + ms - this.#world.now()
    line.unwatch = this.#world.after(left_ms, () => {
      if (this.#world.now() >= line.heard_at + ms) this.#lose(line)
      else this.#watch(line, ms)
    })
  }

  /** @param {Connection} line */
  #lose(line) {
    if (line !== this.#current && line !== this.#newest) return
    drop(line)
    this.#closed(line, 1006)
  }

  /**
   * @param {Connection} line
   * @param {number} code
   */
  #closed(line, code) {
    const was_open = line === this.#current
    const is_newest = line === this.#newest
    line.unwatch()
    if (was_open) this.#current = null
    if (is_newest) this.#newest = this.#current
    this.#on.closed(code)
    if (is_newest ? STOPS.has(code) : code === 4410) this.stop(code)
    else if (!is_newest) this.#outlive()
    else if (code === 4429) this.#rest(OVERRUN_MS)
    else if (code === 1012 && was_open) this.#retry(0)
    else this.#retry(delayBefore(this.#attempt++, this.#world.chance()))
  }

  /** An older socket went while a newer one is there, or on its way. */
  #outlive() {
    if (!this.#current) this.#become("connecting")
  }

  /** @param {number} ms */
  #rest(ms) {
    this.#not_before = this.#world.now() + ms
    this.#retry(ms)
  }

  /** @param {number} ms */
  #retry(ms) {
    this.#callOffSteady()
    this.#callOffRetry()
    const wait_ms = Math.max(ms, this.#not_before - this.#world.now())
    if (this.#visible) this.#callOffRetry = this.#world.after(wait_ms, () => this.#open())
    if (!this.#current) this.#become("waiting")
  }

  #comeBack() {
    this.#attempt = 0
    this.#retry(delayBefore(this.#attempt++, this.#world.chance()))
  }

  #dropAll() {
    this.#callOffRetry()
    this.#callOffSteady()
    for (const line of [this.#current, this.#newest]) if (line) drop(line)
    this.#current = null
    this.#newest = null
  }

  /** @param {State} state */
  #become(state) {
    if (state !== "stopped") this.code = 0
    this.state = state
    this.#on.changed()
  }
}

/**
 * Close a socket that nobody listens to any more.
 * @param {Connection} line
 */
function drop({ wire, unwatch }) {
  unwatch()
  wire.onopen = wire.onmessage = wire.onclose = null
  wire.close(1000)
}

function nothing() {}
