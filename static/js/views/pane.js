// A pane of the lesson: a connection of its own, as another page of the shop has it.

/** @import { WebSocketLike } from "../types.d.ts" */
/** @import { Stage } from "./panes.js" */

import { closeMeaning } from "../close_codes.js"
import { takeSlot } from "../event_slots.js"
import { EventSocket } from "../event_socket.js"
import { _, LOCALE } from "../i18n.js"
import { frameBytes } from "../inspector.js"
import { holdText } from "../strings.js"
import { setPressable, showParts, sizeText, whenPressed } from "./pane_parts.js"
import { frameMessage } from "./recording.js"

/** Messages that come by themselves, and explain nothing. */
const NOISE = new Set(["hb", "auth", "pong", "tabs", "welcome"])
/** What an event has beside its text. */
const EVENT_BYTES = "data: \n\n".length

/** A connection of this account, with an outbox of its own. */
export class Pane {
  tab = crypto.randomUUID()
  #n = 0
  #qty = 0
  #names = /** @type {Map<string, string>} */ (new Map())
  #root
  #stage
  #sku
  #price
  #ws

  /**
   * @param {HTMLElement} root
   * @param {HTMLElement} place
   * @param {Stage} stage
   */
  constructor(root, { dataset: { sku = "", price } }, stage) {
    this.#root = root
    this.#stage = stage
    this.#sku = sku
    this.#price = Number(price)
    const is_stream = root.dataset.way === "events"
    const ws = is_stream ? openStream() : new WebSocket(socketAddress(), "shop.cart.v2")
    this.#ws = /** @type {WebSocketLike} */ (ws)
    this.#ws.onopen = () => this.#greet()
    this.#ws.onmessage = ({ data }) => this.#onText(data)
    this.#ws.onclose = ({ code }) => this.#onClose(code)
    const carrier = is_stream ? _("HTTP, with server-sent events") : "WebSocket"
    this.#show({ carrier, people: _("Nobody else: your cart is not shared."), heard: "–", by: "–" })
    whenPressed(root, (act) => this.#press(act))
  }

  close() {
    this.#ws.close(1000)
    this.#onClose(1000)
  }

  #greet() {
    const account = document.body.dataset.account ?? ""
    const ids = { tab: this.tab, outbox: crypto.randomUUID(), account }
    this.#send({ t: "hello", gen: 1, ...ids, language: LOCALE, at: null, pend: [] })
  }

  /** @param {string} act */
  #press(act) {
    if (act === "close") return this.close()
    this.#stage.pressed_at = performance.now()
    this.#n += 1
    const op =
      act === "add"
        ? { k: "line.add", qty: 1, seen: this.#price }
        : { k: "line.set", qty: Math.max(0, this.#qty - 1) }
    this.#send({ t: "op", n: this.#n, sku: this.#sku, ...op })
  }

  /** @param {object} message */
  #send(message) {
    this.#ws.send(JSON.stringify(message))
  }

  /** @param {string} text */
  #onText(text) {
    const message = JSON.parse(text)
    if (message.t === "welcome") setPressable(this.#root, true)
    if (message.t === "household") this.#onHousehold(message)
    this.#onCart(message)
    if (NOISE.has(message.t)) return
    const is_stream = this.#root.dataset.way === "events"
    const bytes = is_stream
      ? new TextEncoder().encode(text).length + EVENT_BYTES
      : frameBytes(text, "in")
    const frame = { direction: /** @type {const} */ ("in"), message, text, bytes, when: new Date() }
    this.#show({
      heard: frameMessage(frame).label,
      bytes: sizeText(bytes),
      ms: this.#stage.elapsed,
    })
  }

  /** @param {any} message */
  #onCart({ t, rev, cart, lines, by }) {
    const line = cart
      ? (cart.lines.find((/** @type {any} */ each) => each.sku === this.#sku) ?? null)
      : lines?.[this.#sku]
    if (rev !== undefined && (t === "snapshot" || t === "patch")) this.#show({ rev: `${rev}` })
    if (line !== undefined) {
      this.#qty = line?.qty ?? 0
      this.#show({ qty: `${this.#qty}`, hold: (line && holdText(line)) || _("Nothing") })
    }
    if (by?.length) this.#show({ by: this.#author(by.at(-1)) })
    if (line !== undefined) this.#stage.onChange()
  }

  /** @param {{ account?: string, tab?: string }} by */
  #author({ account = "", tab }) {
    if (tab === this.tab) return _("this pane")
    return this.#names.get(account) ?? this.#stage.nameOf(tab)
  }

  /** @param {any} message */
  #onHousehold({ people }) {
    const own = document.body.dataset.account
    const others = people.filter((/** @type {any} */ { account }) => account !== own)
    this.#names = new Map(others.map((/** @type {any} */ { account, name }) => [account, name]))
    const shown = people.map((/** @type {any} */ { name, here }) =>
      here.length ? _("%(name)s: here", { name }) : _("%(name)s: away", { name }),
    )
    this.#show({ people: shown.join(" · ") })
  }

  /** @param {number} code */
  #onClose(code) {
    this.#ws.onclose = this.#ws.onmessage = null
    setPressable(this.#root, false)
    this.#show({ carrier: "–", people: "–", heard: `${code}: ${closeMeaning(code)}` })
  }

  /** @param {Record<string, string>} texts */
  #show(texts) {
    showParts(this.#root, texts)
  }
}

function socketAddress() {
  return `${location.origin.replace("http", "ws")}/ws`
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
