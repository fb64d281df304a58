// A wire that is looked at, and that can be cut, frozen and made to stutter.

/** @import { Spy, Wire } from "./types.d.ts" */

export class Spied {
  onopen = /** @type {Wire["onopen"]} */ (null)
  onmessage = /** @type {Wire["onmessage"]} */ (null)
  onclose = /** @type {Wire["onclose"]} */ (null)
  /** What waits while it is frozen, in order. */
  #held = /** @type {{ come: (() => void)[], go: string[] } | null} */ (null)
  #stutters = false
  #wire
  #spy

  /**
   * @param {Wire} wire
   * @param {Spy} spy
   */
  constructor(wire, spy) {
    this.#wire = wire
    this.#spy = spy
    const socket = /** @type {WebSocket} */ (wire)
    wire.onopen = (event) => this.#come(() => this.onopen?.call(socket, event))
    wire.onmessage = (event) =>
      this.#come(() => {
        spy.passed("in", event.data)
        this.onmessage?.call(socket, event)
      })
    wire.onclose = (event) =>
      this.#come(() => {
        spy.closed(event.code)
        this.onclose?.call(socket, event)
      })
  }

  /** @param {string} text */
  send(text) {
    if (this.#held) this.#held.go.push(text)
    else this.#go(text)
  }

  /** @param {number} [code] */
  close(code) {
    this.#held = null
    this.#wire.close(code)
  }

  /** Hear what a line that breaks would say, and nothing after it. */
  cut() {
    const { onclose } = this
    const wire = this.#wire
    wire.onopen = wire.onmessage = wire.onclose = null
    this.close()
    this.#spy.closed(1006)
    const event = /** @type {CloseEvent} */ ({ code: 1006 })
    onclose?.call(/** @type {WebSocket} */ (wire), event)
  }

  /** Let nothing through, either way, until `thaw`. */
  freeze() {
    this.#held ??= { come: [], go: [] }
  }

  /** Let through what waits, in order; returns how much that was. */
  thaw() {
    const { come, go } = this.#held ?? { come: [], go: [] }
    this.#held = null
    for (const text of go) this.#go(text)
    for (const pass of come) pass()
    return { come: come.length, go: go.length }
  }

  /** Send the next op twice. */
  stutter() {
    this.#stutters = true
  }

  /** @param {string} text */
  #go(text) {
    const is_twice = this.#stutters && JSON.parse(text).t === "op"
    if (is_twice) this.#stutters = false
    for (const one of is_twice ? [text, text] : [text]) {
      this.#spy.passed("out", one)
      this.#wire.send(one)
    }
  }

  /** @param {() => void} pass */
  #come(pass) {
    if (this.#held) this.#held.come.push(pass)
    else pass()
  }
}
