// A socket with its dependencies, and the server at the other end of its connections.

/** @import { ClientMessage, Hello, ServerMessage, WebSocketLike } from "../../static/js/types.d.ts" */

import { Socket } from "../../static/js/socket.js"
import { Clock } from "./clock.js"
import { samples } from "./samples.js"

export const hello = /** @type {Hello} */ (samples.client.hello_first)
export const ping = /** @type {ClientMessage} */ (samples.client.ping)

/** The server's end of a connection: what the tab sent, and what the server answers. */
export class ServerEnd {
  /** @type {ClientMessage[]} */
  sent = []
  is_closed = false
  /** @type {WebSocketLike} */
  ws = {
    send: (text) => this.sent.push(JSON.parse(String(text))),
    close: () => {
      this.is_closed = true
    },
    onopen: null,
    onmessage: null,
    onclose: null,
  }

  accept() {
    this.ws.onopen?.call(/** @type {any} */ (null), /** @type {any} */ ({}))
    return this
  }

  /** @param {string} name */
  say(name) {
    const data = JSON.stringify(samples.server[name])
    this.ws.onmessage?.call(/** @type {any} */ (null), /** @type {any} */ ({ data }))
    return this
  }

  welcome() {
    return this.accept().say("welcome_first")
  }

  /** @param {number} code */
  close(code) {
    this.is_closed = true
    this.ws.onclose?.call(/** @type {any} */ (null), /** @type {any} */ ({ code }))
  }
}

export class Shop {
  clock = new Clock()
  /** @type {ServerEnd[]} */
  ends = []
  /** @type {ServerMessage[]} */
  received = []
  /** @type {number[]} */
  codes = []
  /** @type {string[]} */
  states = []
  random = 0.5
  socket = new Socket(
    {
      open: () => {
        const end = new ServerEnd()
        this.ends.push(end)
        return end.ws
      },
      now: this.clock.now,
      after: this.clock.after,
      random: () => this.random,
    },
    {
      hello: (gen) => ({ ...hello, gen }),
      onMessage: (message) => this.received.push(message),
      onClose: (code) => this.codes.push(code),
      onStateChange: () => this.states.push(this.socket.state),
    },
  )

  /** The newest connection. */
  get end() {
    const end = this.ends.at(-1)
    if (!end) throw new Error("there is no connection")
    return end
  }

  connected() {
    this.socket.start()
    this.end.welcome()
    return this
  }
}
