// A second connection of the same account, as another tab has it: with an outbox of its own.

/** @import { CapturedFrame, ClientMessage, Direction, Op } from "../types.d.ts" */
/** @import { Sequence } from "./sequence.js" */

import { LOCALE } from "../i18n.js"
import { Inspector } from "../inspector.js"
import { socket_deps } from "../main.js"
import { inShownCart } from "../shown_cart.js"
import { frameMessage } from "./recording.js"

const TIMEOUT_MS = 10_000

export class SecondTab {
  #ws = new WebSocket(location.origin.replace("http", "ws") + inShownCart("/ws"), "shop.cart.v2")
  #inspector = new Inspector(socket_deps, () => new Date())
  #sequence
  #lane
  #sent_at = 0

  /**
   * @param {Sequence} sequence  Where its frames are drawn, in lane `lane`.
   * @param {number} lane
   */
  constructor(sequence, lane = 3) {
    this.#sequence = sequence
    this.#lane = lane
    this.#ws.onmessage = ({ data }) => this.#note("in", data)
  }

  /** Say hello, and wait for the cart. */
  async open() {
    const opened = new Promise((resolve, reject) => {
      this.#ws.onopen = resolve
      this.#ws.onclose = reject
    })
    await opened
    const account = document.body.dataset.account ?? ""
    const ids = { tab: crypto.randomUUID(), outbox: crypto.randomUUID(), account }
    const snapshot = this.next("snapshot")
    this.send({ t: "hello", gen: 1, ...ids, language: LOCALE, at: null, pend: [] })
    await snapshot
  }

  /** @param {ClientMessage} message */
  send(message) {
    const text = JSON.stringify(message)
    this.#note("out", text)
    this.#ws.send(text)
  }

  /**
   * Send an op; resolve to its verdict.
   * @param {number} n
   * @param {Op} op
   */
  submit(n, op) {
    const verdict = this.#find(({ message: { t, n: about } }) => about === n && /^(ok|no)$/.test(t))
    this.send({ t: "op", n, ...op })
    return verdict
  }

  /**
   * Resolve to the next message of a type; reject if none comes in time.
   * @param {string} type
   */
  next(type) {
    return this.#find(({ message }) => message.t === type)
  }

  /**
   * Resolve to the next patch after which a product is in the cart.
   * @param {string} sku
   */
  nextWith(sku) {
    return this.#find(({ message }) => message.t === "patch" && message.lines[sku])
  }

  close() {
    this.#ws.close(1000)
  }

  /** @param {(frame: CapturedFrame) => boolean} matches */
  async #find(matches) {
    const is_other = (/** @type {CapturedFrame} */ frame) =>
      frame.direction === "in" && matches(frame)
    const found = await this.#inspector.next(is_other, TIMEOUT_MS)
    if (!found) throw new Error("no answer came")
    return found.message
  }

  /**
   * @param {Direction} direction
   * @param {string} text
   */
  #note(direction, text) {
    const now = performance.now()
    if (direction === "out") this.#sent_at = now
    const ms = direction === "in" ? now - this.#sent_at : undefined
    const frame = this.#inspector.addFrame(direction, text)
    this.#sequence.add(frameMessage(frame, this.#lane, ms))
  }
}
