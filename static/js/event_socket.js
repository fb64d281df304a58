// What does for a Socket what a WebSocket does, where those are blocked: events of an HTTP response
// that does not end, and a request for what is sent (protocol.md §9).

/** @import { EventSocketDeps, WebSocketLike } from "./types.d.ts" */

import { inShownCart } from "./shown_cart.js"

const PROTOCOLS = ["shop.cart.v2", "shop.cart"]
const MOST_FRAMES = 32
const SEND_TIMEOUT_MS = 20_000
const NO_CONTENT = 204
/** What a connection that ends without a close counts as. */
const ABNORMAL = 1006

export class EventSocket {
  onopen = /** @type {WebSocketLike["onopen"]} */ (null)
  onmessage = /** @type {WebSocketLike["onmessage"]} */ (null)
  onclose = /** @type {WebSocketLike["onclose"]} */ (null)
  #deps
  #aborter = new AbortController()
  #has_begun = false
  #is_sending = false
  /** Where frames are sent to; known once the stream is open. */
  #to = ""
  #unsent = /** @type {string[]} */ ([])

  /** @param {EventSocketDeps} deps */
  constructor(deps) {
    this.#deps = deps
    // The stream is requested with the first frame, so the first is asked for at once.
    queueMicrotask(() => this.#call(this.onopen, {}))
  }

  /** @param {string} text */
  send(text) {
    if (!this.#has_begun) {
      this.#has_begun = true
      this.#receive(text)
    } else {
      this.#unsent.push(text)
      this.#flush()
    }
  }

  close() {
    this.#end(1000)
  }

  /** @param {string} hello */
  async #receive(hello) {
    try {
      await this.#deps.takeSlot(this.#aborter.signal, () => this.#end(ABNORMAL))
      const query = PROTOCOLS.map((name) => ["protocol", name]).concat([["hello", hello]])
      const address = inShownCart(`/api/cart/events?${new URLSearchParams(query)}`)
      const { signal } = this.#aborter
      const { ok, body } = await this.#deps.fetch(address, { cache: "no-store", signal })
      if (ok && body) await this.#read(body.pipeThrough(new TextDecoderStream()).getReader())
    } catch {}
    this.#end(ABNORMAL)
  }

  /** @param {ReadableStreamDefaultReader<string>} reader */
  async #read(reader) {
    let text = ""
    for (let part = await reader.read(); !part.done; part = await reader.read()) {
      const events = (text + part.value).split("\n\n")
      text = events.pop() ?? ""
      for (const event of events) this.#onEvent(event)
    }
  }

  /** @param {string} event */
  #onEvent(event) {
    const [, name, data] = event.match(/^(?:event: (\w+)\n)?data: (.*)$/) ?? []
    if (data === undefined || this.#aborter.signal.aborted) return
    if (!name) this.#call(this.onmessage, { data })
    if (name === "close") this.#end(JSON.parse(data).code)
    if (name === "open") {
      this.#to = JSON.parse(data).to
      this.#deps.onOpen()
      this.#flush()
    }
  }

  /** Send what waits, one request at a time: so frames arrive in order. */
  async #flush() {
    if (this.#is_sending || !this.#to) return
    this.#is_sending = true
    while (this.#unsent.length && !this.#aborter.signal.aborted) {
      const frames = this.#unsent.splice(0, MOST_FRAMES)
      const is_taken = await this.#post(JSON.stringify({ to: this.#to, frames })).catch(() => false)
      if (!is_taken) this.#end(ABNORMAL)
    }
    this.#is_sending = false
  }

  /** @param {string} body */
  async #post(body) {
    const headers = { "Content-Type": "application/json" }
    const signal = AbortSignal.timeout(SEND_TIMEOUT_MS)
    const options = { method: "POST", headers, body, signal }
    return (await this.#deps.fetch("/api/cart/frames", options)).status === NO_CONTENT
  }

  /** @param {number} code */
  #end(code) {
    if (this.#aborter.signal.aborted) return
    this.#aborter.abort()
    this.#deps.onEnd()
    this.#call(this.onclose, { code })
  }

  /**
   * @param {((event: any) => void) | null} handler
   * @param {object} event
   */
  #call(handler, event) {
    handler?.call(/** @type {any} */ (this), event)
  }
}
