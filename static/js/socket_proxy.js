// A WebSocket that reports every frame to an observer, and can be cut, frozen, or told to send an
// op twice.

/** @import { ProxyObserver, WebSocketLike } from "./types.d.ts" */

export class SocketProxy {
  onopen = /** @type {WebSocketLike["onopen"]} */ (null)
  onmessage = /** @type {WebSocketLike["onmessage"]} */ (null)
  onclose = /** @type {WebSocketLike["onclose"]} */ (null)
  /** Events and frames that are held back while the connection is frozen, in order. */
  #frozen = /** @type {{ incoming: (() => void)[], outgoing: string[] } | null} */ (null)
  #duplicates_next_op = false
  #ws
  #observer

  /**
   * @param {WebSocketLike} ws
   * @param {ProxyObserver} observer
   */
  constructor(ws, observer) {
    this.#ws = ws
    this.#observer = observer
    const target = /** @type {WebSocket} */ (ws)
    ws.onopen = (event) => this.#deliver(() => this.onopen?.call(target, event))
    ws.onmessage = (event) =>
      this.#deliver(() => {
        observer.onFrame("in", event.data)
        this.onmessage?.call(target, event)
      })
    ws.onclose = (event) =>
      this.#deliver(() => {
        observer.onClose(event.code)
        this.onclose?.call(target, event)
      })
  }

  /** @param {string} text */
  send(text) {
    if (this.#frozen) this.#frozen.outgoing.push(text)
    else this.#send(text)
  }

  /** @param {number} [code] */
  close(code) {
    this.#frozen = null
    this.#ws.close(code)
  }

  /** Behave like a connection that broke: close code 1006 at once, and no event after it. */
  cut() {
    const { onclose } = this
    const ws = this.#ws
    ws.onopen = ws.onmessage = ws.onclose = null
    this.close()
    this.#observer.onClose(1006)
    const event = /** @type {CloseEvent} */ ({ code: 1006 })
    onclose?.call(/** @type {WebSocket} */ (ws), event)
  }

  /** Hold back everything in both directions until `thaw`. */
  freeze() {
    this.#frozen ??= { incoming: [], outgoing: [] }
  }

  /** Let through what was held back, in order; return how much that was. */
  thaw() {
    const { incoming, outgoing } = this.#frozen ?? { incoming: [], outgoing: [] }
    this.#frozen = null
    for (const text of outgoing) this.#send(text)
    for (const dispatch of incoming) dispatch()
    return { incoming: incoming.length, outgoing: outgoing.length }
  }

  /** Send the next op twice. */
  duplicateNextOp() {
    this.#duplicates_next_op = true
  }

  /** @param {string} text */
  #send(text) {
    const is_duplicated = this.#duplicates_next_op && JSON.parse(text).t === "op"
    if (is_duplicated) this.#duplicates_next_op = false
    for (const frame of is_duplicated ? [text, text] : [text]) {
      this.#observer.onFrame("out", frame)
      this.#ws.send(frame)
    }
  }

  /** @param {() => void} dispatch */
  #deliver(dispatch) {
    if (this.#frozen) this.#frozen.incoming.push(dispatch)
    else dispatch()
  }
}
