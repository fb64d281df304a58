// A tab with all that it does through its dependencies.

/** @import { ClientMessage, Op, OutboxRecord, ServerMessage, Welcome } from "../../static/js/types.d.ts" */

import { cartFrom } from "../../static/js/cart.js"
import { Tab } from "../../static/js/tab.js"
import { Clock } from "./clock.js"
import { serverSample } from "./samples.js"

export const ACCOUNT = serverSample("welcome_first", "welcome").account
export const DAY_MS = 24 * 60 * 60 * 1000
/** @type {Op} */
export const undo = { k: "undo" }

/** A tab, and everything that it does through its dependencies. */
export class Page {
  clock = new Clock()
  clock_ms = 0
  is_open = true
  restarts = 0
  /** @type {number[]} */
  foreign = []
  /** @type {ClientMessage[]} */
  sent = []
  /** @type {OutboxRecord[]} */
  saved = []
  /** @type {OutboxRecord[]} */
  replaced = []
  /** @type {[ServerMessage, Op | undefined][]} */
  received = []
  repaints = 0
  #ids = 0
  tab

  /** @param {string} [cart]  The account of the owner of the cart, if it is another's. */
  constructor(cart = "") {
    this.tab = this.#newTab(cart)
  }

  /** @param {string} cart */
  #newTab(cart) {
    return new Tab(
      ACCOUNT,
      cartFrom(serverSample("snapshot_of_every_state", "snapshot")),
      {
        uuid: () => `id-${++this.#ids}`,
        cart,
        now: this.clock.now,
        clock: () => this.clock_ms,
        after: this.clock.after,
        isOpen: () => this.is_open,
        send: (frame) => this.sent.push(frame),
        restart: () => {
          this.restarts += 1
        },
        save: async ({ record }) => this.saved.push(record),
        replace: async (record) => this.replaced.push(record),
      },
      {
        onChange: () => {
          this.repaints += 1
        },
        onMessage: (message, _before, op) => this.received.push([message, op]),
        onForeign: (code) => this.foreign.push(code),
      },
    )
  }

  /** @param {...ServerMessage} messages */
  async receive(...messages) {
    for (const one of messages) this.tab.receive(one)
    await settled()
    return this
  }

  /** @param {Partial<Welcome>} [differences] */
  welcome(differences = {}) {
    return this.receive({ ...serverSample("welcome_same", "welcome"), last: 0, ...differences })
  }

  /** @param {...Op} ops */
  async submit(...ops) {
    for (const op of ops) this.tab.submit(op)
    await settled()
    return this
  }

  /**
   * Return the numbers of the ops that were sent, or the types of other messages, and clear them.
   */
  taken() {
    const numbers = this.sent.splice(0).map((message) => ("n" in message ? message.n : message.t))
    return numbers
  }

  get lines() {
    return this.tab.displayed(() => undefined).lines
  }
}

/** Wait until all promises that can be settled are. */
export function settled() {
  return new Promise((resolve) => setImmediate(resolve))
}

/**
 * @param {number} n
 * @param {number} [rev]
 * @returns {ServerMessage}
 */
export function ok(n, rev = 42) {
  return { ...serverSample("ok", "ok"), n, rev }
}
