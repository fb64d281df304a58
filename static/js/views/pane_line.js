// The connection of a pane: of this account, or of a stand-in of the demo.

/** @import { WebSocketLike } from "../types.d.ts" */
/** @import { Stage } from "./panes.js" */

import { closeMeaning } from "../close_codes.js"
import { takeSlot } from "../event_slots.js"
import { EventSocket } from "../event_socket.js"
import { _, LOCALE } from "../i18n.js"
import { frameBytes } from "../inspector.js"
import { setPressable, showParts, sizeText } from "./pane_parts.js"
import { frameMessage } from "./recording.js"

/** Messages that come by themselves, and explain nothing. */
const NOISE = new Set(["hb", "auth", "pong", "tabs", "welcome"])
/** What an event has beside its text. */
const EVENT_BYTES = "data: \n\n".length

/** A connection with an outbox of its own, which shows in its pane what was heard last. */
export class PaneLine {
  tab = crypto.randomUUID()
  #n = 0
  #root
  #stage
  #account
  #onMessage
  #onEnd
  #is_stream
  #ws

  /**
   * @param {HTMLElement} root
   * @param {Stage} stage
   * @param {(message: any) => void} onMessage
   * @param {(code: number) => void} onEnd
   * @param {{ account?: string, query?: string }} whose  The own account's, if nothing is given.
   */
  constructor(root, stage, onMessage, onEnd, { account, query = "" } = {}) {
    this.#root = root
    this.#stage = stage
    this.#account = account ?? document.body.dataset.account ?? ""
    this.#onMessage = onMessage
    this.#onEnd = onEnd
    this.#is_stream = root.dataset.way === "events"
    const address = `${location.origin.replace("http", "ws")}/ws${query}`
    const ws = this.#is_stream ? openStream() : new WebSocket(address, "shop.cart.v2")
    this.#ws = /** @type {WebSocketLike} */ (ws)
    this.#ws.onopen = () => this.#greet()
    this.#ws.onmessage = ({ data }) => this.#onText(data)
    this.#ws.onclose = ({ code }) => this.#onClose(code)
    const carrier = this.#is_stream ? _("HTTP, with server-sent events") : "WebSocket"
    showParts(root, { carrier, heard: "–" })
  }

  close() {
    this.#ws.close(1000)
    this.#onClose(1000)
  }

  /**
   * Send an op under the next number.
   * @param {object} op
   */
  submit(op) {
    this.#stage.pressed_at = performance.now()
    this.#n += 1
    this.send({ t: "op", n: this.#n, ...op })
  }

  /** @param {object} message */
  send(message) {
    this.#ws.send(JSON.stringify(message))
  }

  #greet() {
    const ids = { tab: this.tab, outbox: crypto.randomUUID(), account: this.#account }
    this.send({ t: "hello", gen: 1, ...ids, language: LOCALE, at: null, pend: [] })
  }

  /** @param {string} text */
  #onText(text) {
    const message = JSON.parse(text)
    if (message.t === "welcome") setPressable(this.#root, true)
    this.#onMessage(message)
    if (NOISE.has(message.t)) return
    const bytes = this.#is_stream
      ? new TextEncoder().encode(text).length + EVENT_BYTES
      : frameBytes(text, "in")
    const frame = { direction: /** @type {const} */ ("in"), message, text, bytes, when: new Date() }
    const heard = frameMessage(frame).label
    showParts(this.#root, { heard, bytes: sizeText(bytes), ms: this.#stage.elapsed })
  }

  /** @param {number} code */
  #onClose(code) {
    this.#ws.onclose = this.#ws.onmessage = null
    setPressable(this.#root, false)
    showParts(this.#root, { carrier: "–", heard: `${code}: ${closeMeaning(code)}` })
    this.#onEnd(code)
  }
}

/** Without a free slot it ends at once: no other tab loses its stream for a lesson. */
function openStream() {
  return new EventSocket({
    fetch: fetch.bind(window),
    takeSlot: (signal, onLost) => takeSlot(signal, onLost, false),
    onOpen: () => {},
    onEnd: () => {},
  })
}
