// While no websocket can be opened, or what is sent over it gets lost: what waits is sent over HTTP,
// and the cart is fetched. The same outbox has the same verdicts there (protocol.md §7), so both ways
// may be in use at once.

/** @import { OpsRequest, SlowLinkDeps } from "./types.d.ts" */

import { blockedUntil } from "./blocked.js"
import { PREFIX } from "./i18n.js"
import { inShownCart } from "./shown_cart.js"

/** How often it looks whether there are ops to send. */
const LINE_TICK_MS = 250
/** Without a websocket for so long, and as long again at most, the shop is tried over HTTP. */
const NO_WELCOME_MS = 3000
/** Without a welcome for so long, and half as long again at most, an event stream is tried. */
const TRY_EVENTS_MS = 2000
/** An op without a verdict for so long got lost, although the websocket is open. */
const LOST_MS = 12_000
/** So long no websocket is opened after that; twice as long after each further time. */
const DISTRUST_MS = 30_000
const REFRESH_MS = 10_000
const LINE_RETRY_MS = 5_000
const TIMEOUT_MS = 20_000
/** The close codes of the websocket that mean the same as these problems. */
const CLOSE_CODES = new Map([
  ["login_required", 4401],
  ["other_account", 4412],
  ["not_found", 4413],
  ["op_changed", 4400],
])

/**
 * Use HTTP whenever the websocket does not do.
 * @param {SlowLinkDeps} deps
 */
export function watchLine(deps) {
  const link = new SlowLink(deps)
  const watch = new LineWatch(deps)
  if (blockedUntil() > Date.now()) deps.useEvents()
  const look = () => {
    if (watch.isBlocked()) link.run()
    if (watch.isLate()) deps.useEvents()
    deps.after(LINE_TICK_MS, look)
  }
  look()
}

/** Notices that no websocket opens, and that what is sent over an open one gets lost. */
class LineWatch {
  #deps
  #wait_ms
  #distrust_ms = DISTRUST_MS
  /** Since when there has been no websocket; infinite while there is one. */
  #late_since = Number.POSITIVE_INFINITY
  /** Before this time, no connection is opened. */
  #distrusted_until = 0
  /** How long there has been no websocket when an event stream is tried. */
  #events_ms
  /** The oldest op without a verdict, and since when it is that; 0 if there is none. */
  #oldest = 0
  #oldest_since = 0

  /** @param {SlowLinkDeps} deps */
  constructor(deps) {
    this.#deps = deps
    this.#events_ms = TRY_EVENTS_MS * (1 + deps.random() / 2)
    this.#wait_ms = NO_WELCOME_MS * (1 + deps.random())
  }

  /** Return whether HTTP is to be tried. A websocket that loses ops is closed. */
  isBlocked() {
    const { socket, now } = this.#deps
    if (this.#losesOps()) {
      socket.distrust(this.#distrust_ms)
      this.#distrusted_until = now() + this.#distrust_ms
      this.#distrust_ms *= 2
      this.#oldest = 0
      return true
    }
    const is_trying = socket.state === "connecting" || socket.state === "waiting"
    this.#late_since = is_trying ? Math.min(this.#late_since, now()) : Number.POSITIVE_INFINITY
    return now() - this.#late_since >= this.#wait_ms
  }

  /** Return, after a while without a welcome and then ever more rarely, to try something else. */
  isLate() {
    const { now, random } = this.#deps
    const since = Math.max(this.#late_since, this.#distrusted_until)
    if (since === Number.POSITIVE_INFINITY) this.#events_ms = TRY_EVENTS_MS * (1 + random() / 2)
    if (now() < since + this.#events_ms) return false
    this.#events_ms += 2 * (now() - since)
    return true
  }

  #losesOps() {
    const { socket, tab, now } = this.#deps
    const is_sending = socket.state === "open" && !tab.stale.length
    // An op that the server asked to be sent later is not lost.
    const is_expected = is_sending && tab.outbox.wakeIn(now()) === null
    const oldest = (is_expected && tab.outbox.pend[0]) || 0
    if (oldest === this.#oldest) return oldest > 0 && now() - this.#oldest_since >= LOST_MS
    if (is_expected && this.#oldest) this.#distrust_ms = DISTRUST_MS
    this.#oldest = oldest
    this.#oldest_since = now()
    return false
  }
}

export class SlowLink {
  #deps
  #is_running = false
  #due_at = 0

  /** @param {SlowLinkDeps} deps */
  constructor(deps) {
    this.#deps = deps
  }

  /** Exchange messages over HTTP until a websocket is open, or there is no network. */
  async run() {
    if (this.#is_running) return
    this.#is_running = true
    while (this.#isNeeded) {
      await this.#exchangeIfDue()
      await new Promise((resolve) => this.#deps.after(LINE_TICK_MS, () => resolve(null)))
    }
    this.#is_running = false
  }

  get #isNeeded() {
    const { state } = this.#deps.socket
    return state === "connecting" || state === "waiting"
  }

  async #exchangeIfDue() {
    const { socket, tab, now } = this.#deps
    const is_due = now() >= this.#due_at
    if (!is_due && (socket.link !== "slow" || !tab.outbox.waiting.length)) return
    const request = await tab.takeForHttp()
    if (!is_due && !request.ops.length) return
    const outcome = await this.#exchange(request).catch(() => null)
    this.#due_at = now() + (outcome ? REFRESH_MS : LINE_RETRY_MS)
    if (!this.#isNeeded) return
    if (typeof outcome === "number") socket.stop(outcome)
    else socket.setSlow(outcome !== null)
  }

  /**
   * Return true if the shop was reached, or the close code of what it answered.
   * @param {OpsRequest} request
   */
  async #exchange(request) {
    const { socket, tab } = this.#deps
    if (request.ops.length) {
      const sent = await this.#fetch("/api/cart/ops", request)
      if ("close" in sent) return sent.close
      for (const verdict of sent.verdicts) tab.receive(verdict)
      socket.renew()
    }
    const found = await this.#fetch("/api/cart")
    if ("close" in found) return found.close
    if (!this.#isNeeded) return true
    // The welcome on its way, if there is one, comes with an older cart.
    if (found.rev !== tab.cart.rev) socket.renew()
    tab.receive({ t: "snapshot", ...found })
    return true
  }

  /**
   * Return the answer, or as `close` the code of a refusal. Raises an error if there is neither.
   * @param {string} path
   * @param {object} [body]
   */
  async #fetch(path, body) {
    const headers = { "Content-Type": "application/json" }
    const options = body ? { method: "POST", headers, body: JSON.stringify(body) } : {}
    const signal = AbortSignal.timeout(TIMEOUT_MS)
    const response = await this.#deps.fetch(PREFIX + inShownCart(path), { ...options, signal })
    const answer = await response.json()
    if (response.ok) return answer
    const close = CLOSE_CODES.get(answer.code)
    if (close) return { close }
    throw new Error(answer.code)
  }
}
