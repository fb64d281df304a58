// A WebSocket that reconnects by itself: with backoff and jitter, after silence, after the network
// was away, and to another server when this one shuts down.

/** @import { ClientMessage, ConnectionState, ServerMessage } from "./types.d.ts" */
/** @import { SocketDeps, SocketHandlers } from "./types.d.ts" */

import { backoffDelay } from "./backoff.js"
import { Connection } from "./connection.js"

/** A connection that lasted for so long resets the backoff. */
const STABLE_MS = 10_000
/** The server sends a heartbeat more often than this: after so much silence the line is dead. */
const SILENCE_MS = 45_000
const WELCOME_TIMEOUT_MS = 20_000
const PROBE_TIMEOUT_MS = 4_000
const RATE_LIMIT_MS = 30_000
const HIDDEN_MS = 5 * 60_000
/** Close codes after which reconnecting would not help. */
const FINAL_CODES = [1007, 1009, 4400, 4401, 4406, 4409, 4410, 4411, 4412, 4413]

export class Socket {
  state = /** @type {ConnectionState} */ ("stopped")
  /** The close code that stopped it; 0 if the page did. */
  code = 0
  #is_slow = false
  #gen = 0
  #pings = 0
  #is_visible = true
  #is_online = true
  /** The connection with a welcome, over which messages are sent. */
  #current = /** @type {Connection | null} */ (null)
  /**
   * The connection that was opened last; another than `#current` while it waits for its welcome.
   */
  #newest = /** @type {Connection | null} */ (null)
  #cancelRetry = () => {}
  #cancelSuspend = () => {}
  #attempt = 0
  #not_before = 0
  #deps
  #handlers

  /**
   * @param {SocketDeps} deps
   * @param {SocketHandlers} handlers
   */
  constructor(deps, handlers) {
    this.#deps = deps
    this.#handlers = handlers
  }

  /** The state, or that it is slow: there is no connection yet, but HTTP reaches the shop. */
  get link() {
    const is_trying = this.state === "connecting" || this.state === "waiting"
    return is_trying && this.#is_slow ? "slow" : this.state
  }

  /** @param {boolean} is_slow  The shop was reached over HTTP; with an open connection ignored. */
  setSlow(is_slow) {
    if (is_slow === this.#is_slow || this.state === "open") return
    this.#is_slow = is_slow
    this.#handlers.onStateChange()
  }

  /** Connect; a connection that is open is closed first. */
  start() {
    this.#closeAll()
    this.#attempt = 0
    if (this.#is_online) this.#open()
    else this.#setState("offline")
  }

  /** Close, and stay closed until `start`. */
  stop(code = 0) {
    this.#closeAll()
    this.#setState("stopped", code)
  }

  /**
   * What is sent over the open connection gets lost: close it, and open no other for `ms`.
   * @param {number} ms
   */
  distrust(ms) {
    this.#not_before = this.#deps.now() + ms
    this.#closeAll()
    this.#retry(true)
  }

  /** Open another connection, and use it instead of the open one once it has its welcome. */
  replace() {
    if (this.state === "open") this.#schedule(0)
  }

  /** What the hello said is true no longer: connect anew, unless it was answered. */
  renew() {
    if (this.state !== "connecting") return
    this.#closeAll()
    this.#retry(false)
  }

  /**
   * Send `message`; without an open connection it is dropped.
   * @param {ClientMessage} message
   */
  send(message) {
    this.#current?.send(message)
  }

  /**
   * The browser reports that the network is there, or is gone.
   * @param {boolean} is_online
   */
  setOnline(is_online) {
    this.#is_online = is_online
    if (this.state === "stopped" || is_online === (this.state !== "offline")) return
    this.#closeAll()
    if (is_online) this.#retry(true)
    else this.#setState("offline")
  }

  /**
   * The browser reports that the tab is shown, or is hidden. A hidden tab closes its connection
   * after a while, and reconnects when it is shown.
   * @param {boolean} is_visible
   */
  setVisible(is_visible) {
    this.#is_visible = is_visible
    this.#cancelSuspend()
    const { after, hidden_ms = HIDDEN_MS } = this.#deps
    if (!is_visible) this.#cancelSuspend = after(hidden_ms, () => this.#suspend())
    else if (this.state === "resting") return this.#schedule(0)
    else this.probe()
    if (this.state === "waiting") this.#retry(true)
  }

  /** Ping the server, and reconnect if it does not answer soon: the computer may have slept. */
  probe() {
    const connection = this.#current
    if (!connection) return
    const pinged_at = this.#deps.now()
    this.#pings += 1
    this.send({ t: "ping", id: this.#pings })
    this.#deps.after(
      PROBE_TIMEOUT_MS,
      () => connection.received_at < pinged_at && this.#fail(connection),
    )
  }

  #open() {
    const connection = new Connection(this.#deps)
    const gen = ++this.#gen
    this.#newest = connection
    connection.listen({
      onOpen: () => connection.send(this.#handlers.hello(gen)),
      onMessage: (message) => this.#receive(connection, message),
      onClose: (code) => this.#onClosed(connection, code),
    })
    connection.watch(WELCOME_TIMEOUT_MS, () => this.#fail(connection))
    if (!this.#current) this.#setState("connecting")
  }

  /**
   * @param {Connection} connection
   * @param {ServerMessage} message
   */
  #receive(connection, message) {
    if (message.t === "welcome") this.#onWelcome(connection)
    const is_only = connection === this.#current && connection === this.#newest
    if (message.t === "drain" && is_only) this.#schedule(message.open_after_ms)
    this.#handlers.onMessage(message)
  }

  /** @param {Connection} connection */
  #onWelcome(connection) {
    this.#current?.close()
    this.#current = connection
    connection.welcome_at = connection.received_at
    connection.watch(SILENCE_MS, () => this.#fail(connection))
    this.#is_slow = false
    this.#setState("open")
  }

  /** @param {Connection} connection */
  #fail(connection) {
    if (connection !== this.#current && connection !== this.#newest) return
    connection.close()
    this.#onClosed(connection, 1006)
  }

  /**
   * @param {Connection} connection
   * @param {number} code
   */
  #onClosed(connection, code) {
    const now = this.#deps.now()
    const is_newest = connection === this.#newest
    if (connection === this.#current) this.#current = null
    if (is_newest) this.#newest = this.#current
    if (now - connection.welcome_at >= STABLE_MS) this.#attempt = 0
    if (code === 4429) this.#not_before = now + RATE_LIMIT_MS
    this.#handlers.onClose(code)
    // On the connection that is being replaced, only the end of the login (4410) is final.
    if (is_newest ? FINAL_CODES.includes(code) : code === 4410) this.stop(code)
    else if (!is_newest) this.#setState(this.#current ? "open" : "connecting")
    else if (code === 1012 && connection.welcome_at <= now) this.#schedule(0)
    else this.#retry(false)
  }

  /** @param {boolean} is_first */
  #retry(is_first) {
    if (is_first) this.#attempt = 0
    this.#schedule(backoffDelay(this.#attempt++, this.#deps.random()))
  }

  /**
   * Open the next connection in `ms`; an open one stays in use until the next has its welcome.
   * @param {number} ms
   */
  #schedule(ms) {
    const before = this.#newest
    const wait_ms = Math.max(ms, this.#not_before - this.#deps.now())
    const open = () => before === this.#newest && this.#open()
    this.#cancelRetry()
    if (this.#is_visible || before) this.#cancelRetry = this.#deps.after(wait_ms, open)
    if (!this.#current) this.#setState("waiting")
  }

  #suspend() {
    if (this.state === "stopped" || this.state === "offline") return
    this.#closeAll()
    this.#setState("resting")
  }

  #closeAll() {
    this.#cancelRetry()
    this.#current?.close()
    this.#newest?.close()
    this.#current = this.#newest = null
  }

  /** @param {ConnectionState} state */
  #setState(state, code = 0) {
    this.code = code
    this.state = state
    this.#handlers.onStateChange()
  }
}
