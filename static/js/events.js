// Chooses what carries this tab's connection: a WebSocket, or where those are blocked an event
// stream. It is loaded once no welcome came for a while, or had not come on an earlier page.

/** @import { EventsDeps, WebSocketLike } from "./types.d.ts" */

import { blockedUntil, rememberBlocked } from "./blocked.js"
import { EventSocket } from "./event_socket.js"

/** After the first welcome over events, the WebSocket is tried once more, to be sure. */
const CONFIRM_MS = 2_000
/** A WebSocket that brings no answer for so long is blocked. */
const PROBE_MS = 5_000
const DAY_MS = 24 * 60 * 60 * 1000
/** A hidden tab gives up its stream after this time, since a browser has few. */
const HIDDEN_MS = 5_000
/** From here on, codes are the server's own: it was reached, and its answer came back. */
const FIRST_CODE_OF_SERVER = 1012

export class Events {
  /** The next connection is an event stream. */
  is_used = false
  /** This tab may take the stream of another one: it was just opened or shown. */
  #may_steal = true
  #was_tried = false
  /** A WebSocket was tried since the last stream that failed: the two take turns. */
  #is_due = true
  #is_probing = false
  #cancelProbe = () => {}
  #openWebSocket
  #deps

  /** @param {EventsDeps} deps */
  constructor(deps) {
    this.#deps = deps
    this.#openWebSocket = deps.transport.open
    deps.transport.open = () => {
      if (this.is_used) return this.#openStream()
      this.#is_due = true
      return this.#openWebSocket()
    }
  }

  /** Use events from the next connection on, unless one is open. */
  use() {
    const { socket, socket_deps } = this.#deps
    if (!this.is_used && socket.state === "open") rememberBlocked(0)
    if (this.is_used || !this.#is_due) return
    if (socket.state !== "connecting" && socket.state !== "waiting") return
    this.is_used = true
    socket_deps.hidden_ms = HIDDEN_MS
    // The first time at once. If that brings nothing either, the shop is away: not more often then.
    if (this.#was_tried) socket.renew()
    else socket.distrust(0)
    this.#was_tried = true
  }

  /** The tab is shown: it needs a stream more than others. */
  onShown() {
    this.#may_steal = true
    this.#deps.socket.setVisible(true)
  }

  /** The network may be another one, which lets WebSockets through. */
  onNetworkChange() {
    if (this.is_used) this.#probeIn(CONFIRM_MS)
  }

  #openStream() {
    let is_open = false
    return new EventSocket({
      fetch: this.#deps.fetch,
      takeSlot: async (signal, onLost) => {
        const may_steal = this.#may_steal
        this.#may_steal = false
        await this.#deps.takeSlot(signal, onLost, may_steal)
      },
      onOpen: () => {
        is_open = true
        this.#onOpen()
      },
      onEnd: () => {
        this.#deps.show(false)
        // Perhaps the shop is away: then both are, and the next connection is a WebSocket.
        if (is_open || this.#left_ms) return
        this.#is_due = false
        this.#leave()
      },
    })
  }

  #onOpen() {
    this.#deps.show(this.#left_ms > 0)
    this.#probeIn(this.#left_ms || CONFIRM_MS)
  }

  /** For how long it is known that WebSockets are blocked. */
  get #left_ms() {
    return Math.max(0, blockedUntil() - this.#deps.clock())
  }

  /** @param {number} ms */
  #probeIn(ms) {
    this.#cancelProbe()
    this.#cancelProbe = this.#deps.after(ms, () => this.#probe())
  }

  /** Find out whether a WebSocket works by now, beside the stream. */
  async #probe() {
    if (this.#is_probing || !this.is_used) return
    this.#is_probing = true
    const works = await this.#answers(this.#openWebSocket())
    this.#is_probing = false
    // Without the stream it is not known whether the shop was there at all.
    if (this.#deps.socket.state !== "open") return
    rememberBlocked(works ? 0 : this.#deps.clock() + DAY_MS)
    if (works) {
      this.#leave()
      this.#deps.socket.replace()
    } else this.#onOpen()
  }

  /**
   * Return whether the server answers over `ws` to a hello in nobody's name, which it closes for
   * without having read or changed anything (4412).
   * @param {WebSocketLike} ws
   * @returns {Promise<boolean>}
   */
  #answers(ws) {
    return new Promise((resolve) => {
      const { uuid, after } = this.#deps
      /** @param {boolean} works */
      const settle = (works) => {
        ws.onopen = ws.onclose = null
        cancel()
        ws.close()
        resolve(works)
      }
      const cancel = after(PROBE_MS, () => settle(false))
      const hello = { t: "hello", tab: uuid(), gen: 1, outbox: uuid(), account: "nobody" }
      ws.onopen = () => ws.send(JSON.stringify(hello))
      ws.onclose = ({ code }) => settle(code >= FIRST_CODE_OF_SERVER)
    })
  }

  #leave() {
    this.is_used = false
    this.#deps.socket_deps.hidden_ms = undefined
  }
}
