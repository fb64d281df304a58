// A socket that comes back.

/** @import { Call, Frame, News, SocketListener, SocketWorld, State } from "./types.d.ts" */

import { read, write } from "./protocol.js"

const FIRST_MS = 500
const LONGEST_MS = 30_000
const STEADY_MS = 10_000
const SILENCE_MS = 45_000
const WELCOME_MS = 20_000
const PROBE_MS = 4_000
const OVERRUN_MS = 30_000
const HIDDEN_MS = 5 * 60_000
const FINAL = [1007, 1009, 4400, 4401, 4406, 4409, 4410, 4411]

/**
 * Full jitter, so that no crowd comes back at once.
 * @param {number} attempt
 * @param {number} chance
 */
export function delayBefore(attempt, chance) {
  return chance * Math.min(LONGEST_MS, FIRST_MS * 2 ** attempt)
}

export class Socket {
  state = /** @type {State} */ ("stopped")
  /** The close code that stopped it; 0 where the page did. */
  code = 0
  #gen = 0
  #pings = 0
  #attempt = 0
  #not_before = 0
  #is_visible = true
  #is_online = true
  /** The one that was welcomed: what is sent goes here. */
  #current = /** @type {Call | null} */ (null)
  #newest = /** @type {Call | null} */ (null)
  #callOff = () => {}
  #stayAwake = () => {}
  #world
  #on

  /**
   * @param {SocketWorld} world
   * @param {SocketListener} on
   */
  constructor(world, on) {
    this.#world = world
    this.#on = on
  }

  /** Connect, or connect anew. */
  start() {
    this.#dropAll()
    this.#attempt = 0
    if (this.#is_online) this.#open()
    else this.#become("offline")
  }

  /** Close, and stay closed until `start`. */
  stop(code = 0) {
    this.#dropAll()
    this.#become("stopped", code)
  }

  /**
   * @param {Frame} frame
   */
  send(frame) {
    this.#current?.wire.send(write(frame))
  }

  /** @param {boolean} is_online */
  reach(is_online) {
    this.#is_online = is_online
    if (this.state === "stopped" || is_online === (this.state !== "offline")) return
    this.#dropAll()
    if (is_online) this.#retry(true)
    else this.#become("offline")
  }

  /**
   * A tab that nobody looks at lets its socket go after a while, and takes it back when shown.
   * @param {boolean} is_visible
   */
  show(is_visible) {
    this.#is_visible = is_visible
    this.#stayAwake()
    if (!is_visible) this.#stayAwake = this.#world.after(HIDDEN_MS, () => this.#rest())
    else if (this.state === "resting") return this.#schedule(0)
    else this.probe()
    if (this.state === "waiting") this.#retry(true)
  }

  /** Find out whether the socket survived a sleep. */
  probe() {
    const call = this.#current
    if (!call) return
    const asked_at = this.#world.now()
    this.#pings += 1
    this.send({ t: "ping", id: this.#pings })
    this.#world.after(PROBE_MS, () => call.heard_at < asked_at && this.#lose(call))
  }

  #open() {
    const wire = this.#world.open()
    const now = this.#world.now()
    const call = { wire, heard_at: now, welcome_at: Number.POSITIVE_INFINITY, unwatch: () => {} }
    const gen = ++this.#gen
    this.#newest = call
    wire.onopen = () => wire.send(write(this.#on.hello(gen)))
    wire.onmessage = (event) => this.#hear(call, read(event.data))
    wire.onclose = (event) => this.#closed(call, event.code)
    this.#watch(call, WELCOME_MS)
    if (!this.#current) this.#become("connecting")
  }

  /**
   * @param {Call} call
   * @param {News} news
   */
  #hear(call, news) {
    call.heard_at = this.#world.now()
    if (news.t === "welcome") this.#welcomed(call)
    const is_only = call === this.#current && call === this.#newest
    if (news.t === "drain" && is_only) this.#schedule(news.open_after_ms)
    this.#on.heard(news)
  }

  /** @param {Call} call */
  #welcomed(call) {
    if (this.#current) drop(this.#current)
    this.#current = call
    call.welcome_at = call.heard_at
    this.#watch(call, SILENCE_MS)
    this.#become("open")
  }

  /**
   * @param {Call} call
   * @param {number} ms
   */
  #watch(call, ms) {
    call.unwatch()
    call.unwatch = this.#world.after(call.heard_at + ms - this.#world.now(), () => {
      if (this.#world.now() >= call.heard_at + ms) this.#lose(call)
      else this.#watch(call, ms)
    })
  }

  /** @param {Call} call */
  #lose(call) {
    if (call !== this.#current && call !== this.#newest) return
    drop(call)
    this.#closed(call, 1006)
  }

  /**
   * @param {Call} call
   * @param {number} code
   */
  #closed(call, code) {
    const now = this.#world.now()
    const is_newest = call === this.#newest
    if (call === this.#current) this.#current = null
    if (is_newest) this.#newest = this.#current
    if (now - call.welcome_at >= STEADY_MS) this.#attempt = 0
    if (code === 4429) this.#not_before = now + OVERRUN_MS
    this.#on.closed(code)
    if (is_newest ? FINAL.includes(code) : code === 4410) this.stop(code)
    else if (!is_newest) this.#become(this.#current ? "open" : "connecting")
    else if (code === 1012 && call.welcome_at <= now) this.#schedule(0)
    else this.#retry(false)
  }

  /** @param {boolean} is_first */
  #retry(is_first) {
    if (is_first) this.#attempt = 0
    this.#schedule(delayBefore(this.#attempt++, this.#world.chance()))
  }

  /**
   * The socket that there is stays until the next one is welcome.
   * @param {number} ms
   */
  #schedule(ms) {
    const before = this.#newest
    const wait_ms = Math.max(ms, this.#not_before - this.#world.now())
    const open = () => before === this.#newest && this.#open()
    this.#callOff()
    if (this.#is_visible || before) this.#callOff = this.#world.after(wait_ms, open)
    if (!this.#current) this.#become("waiting")
  }

  #rest() {
    if (this.state === "stopped" || this.state === "offline") return
    this.#dropAll()
    this.#become("resting")
  }

  #dropAll() {
    this.#callOff()
    for (const call of [this.#current, this.#newest]) if (call) drop(call)
    this.#current = this.#newest = null
  }

  /** @param {State} state */
  #become(state, code = 0) {
    this.code = code
    this.state = state
    this.#on.changed()
  }
}

/** @param {Call} call */
function drop({ wire }) {
  wire.onopen = wire.onmessage = wire.onclose = null
  wire.close(1000)
}
