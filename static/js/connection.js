// One WebSocket, and what is known of it.

/** @import { ClientMessage, ServerMessage, SocketDeps } from "./types.d.ts" */

export class Connection {
  /** When the last message came; at first, when it was opened. */
  received_at
  welcome_at = Number.POSITIVE_INFINITY
  #ws
  #deps
  #cancelTimeout = () => {}

  /** @param {Pick<SocketDeps, "open" | "now" | "after">} deps */
  constructor(deps) {
    this.#deps = deps
    this.#ws = deps.open()
    this.received_at = deps.now()
  }

  /**
   * @param {object} handlers
   * @param {() => void} handlers.onOpen
   * @param {(message: ServerMessage) => void} handlers.onMessage
   * @param {(code: number) => void} handlers.onClose
   */
  listen({ onOpen, onMessage, onClose }) {
    this.#ws.onopen = onOpen
    this.#ws.onmessage = ({ data }) => {
      this.received_at = this.#deps.now()
      // The server is trusted: its messages are parsed, not validated.
      onMessage(JSON.parse(data))
    }
    this.#ws.onclose = ({ code }) => onClose(code)
  }

  /** @param {ClientMessage} message */
  send(message) {
    this.#ws.send(JSON.stringify(message))
  }

  /**
   * Call `onSilence` once nothing was received for `ms`.
   * @param {number} ms
   * @param {() => void} onSilence
   */
  watch(ms, onSilence) {
    const { after, now } = this.#deps
    this.#cancelTimeout()
    // One timer for many messages: when it fires, it is set again for what is left of the silence.
    this.#cancelTimeout = after(this.received_at + ms - now(), () => {
      if (now() >= this.received_at + ms) onSilence()
      else this.watch(ms, onSilence)
    })
  }

  /** Close it, and handle none of its events any more. */
  close() {
    this.#ws.onopen = this.#ws.onmessage = this.#ws.onclose = null
    this.#ws.close(1000)
  }
}
