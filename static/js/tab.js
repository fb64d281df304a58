// One tab of the shop: the cart it holds, the ops it waits for, and what it makes of the news.

/** @import { Cart } from "./cart.js" */
/** @import { Kept } from "./outbox.js" */
/** @import { Known } from "./pending.js" */
/** @import { Frame, Hello, News, NotNow, Op, Patch, Prices, Verdict, Welcome } from "./protocol.js" */

import { advance, hold, reprice } from "./cart.js"
import { Outbox } from "./outbox.js"
import { pending } from "./pending.js"

const INFLIGHT = 32

/**
 * @typedef {{ uuid: () => string, now: () => number, clock: () => number,
 *   after: (ms: number, act: () => void) => () => void,
 *   isOpen: () => boolean, send: (frame: Frame) => void, restart: () => void,
 *   keep: (kept: Kept) => Promise<void>, replace: (kept: Kept) => Promise<void>,
 *   setAside: (fresh: Kept) => Promise<void> }} World
 *   `keep` stores the outbox; `replace` stores another in its place, `setAside` beside it.
 * @typedef {Exclude<Verdict, NotNow>} Final
 * @typedef {{ changed: () => void, answered: (op: Op, verdict: Final) => void,
 *   patched: (patch: Patch, before: Cart) => void, priced: (prices: Prices, before: Cart) => void,
 *   told: (news: News) => void, stranger: () => void }} Listener
 */

export class Tab {
  /** SKUs that the page shows beside the cart. */
  watched = /** @type {string[]} */ ([])
  #account
  #id
  #world
  #on
  /** @type {object | null} One for each welcome; none while the outbox is another. */
  #session = null
  #inflight = INFLIGHT
  #resyncs = false
  /** @type {{ op: Op, rev: number }[]} Answered, but the cart they made has not come yet. */
  #ahead = []
  #callOffAlarm = () => {}

  /**
   * @param {string} account
   * @param {Cart} cart
   * @param {World} world
   * @param {Listener} on
   */
  constructor(account, cart, world, on) {
    this.cart = cart
    this.outbox = new Outbox(world.uuid())
    this.#account = account
    this.#id = world.uuid()
    this.#world = world
    this.#on = on
  }

  /**
   * What this page is to show.
   * @param {Known} known
   */
  shown(known) {
    const waiting = this.outbox.waiting.map((one) => one.op)
    return pending(this.cart, [...this.#ahead.map((one) => one.op), ...waiting], known)
  }

  /**
   * Ask for `op`: it is shown at once, kept, and sent when the shop can hear it.
   * @param {Op} op
   * @returns {number} Its number.
   */
  ask(op) {
    const n = this.outbox.put(op, this.#world.clock())
    this.#flush()
    this.#on.changed()
    return n
  }

  /**
   * Continue a stored outbox; what was asked meanwhile goes behind what waits in it.
   * @param {Kept} kept
   */
  adopt(kept) {
    this.#turnTo(new Outbox(kept.id, kept).append(this.outbox))
    this.#flush()
    this.#on.changed()
  }

  /**
   * @param {number} gen
   * @returns {Hello}
   */
  hello(gen) {
    const { id: outbox, pend } = this.outbox
    return { t: "hello", tab: this.#id, gen, outbox, at: this.cart.at, pend }
  }

  /** Go on with an empty outbox; what waits in this one stays where it is kept. */
  leave() {
    this.#turnTo(new Outbox(this.#world.uuid()))
  }

  /** The shop's memory of this cart was wrong: ask for the whole cart next time. */
  forgetPosition() {
    this.cart = { ...this.cart, at: null }
  }

  /** @param {News} news */
  hear(news) {
    switch (news.t) {
      case "welcome":
        return this.#welcome(news)
      case "ok":
      case "no":
        this.#answer(news)
        return this.#flush()
      case "need":
        return this.outbox.rewind(news.n) ? this.#flush() : this.#startAnew()
      case "snapshot":
        this.#resyncs = false
        this.#ahead = []
        return this.#show(hold(news))
      case "patch":
        return this.#advance(news)
      case "prices":
        return this.#reprice(news)
      default:
        return this.#on.told(news)
    }
  }

  /**
   * Tell whether it was this tab that made `patch`.
   * @param {Patch} patch
   */
  made(patch) {
    return patch.by.tab === this.#id
  }

  /** @param {Welcome} welcome */
  #welcome(welcome) {
    if (welcome.account !== this.#account) return this.#on.stranger()
    this.#ahead = []
    for (const verdict of welcome.verdicts) this.#answer(verdict)
    if (this.outbox.disagreesWith(welcome.last)) return this.#startAnew()
    if (this.outbox.isStale(this.#world.clock())) return this.#setAside()
    this.#session = {}
    this.#inflight = Math.min(INFLIGHT, welcome.limits.inflight)
    this.#resyncs = false
    this.outbox.rejoin()
    if (this.watched.length) this.#world.send({ t: "watch", skus: this.watched })
    this.#on.told(welcome)
    this.#flush()
  }

  /** @param {Verdict} verdict */
  #answer(verdict) {
    const { n } = verdict
    if ("retry_ms" in verdict) return this.outbox.postpone(n, verdict.retry_ms, this.#world.now())
    const op = this.outbox.settle(n)
    if (!op) return
    if (verdict.t === "ok" && verdict.rev > this.cart.rev) {
      this.#ahead.push({ op, rev: verdict.rev })
    }
    this.#on.answered(op, verdict)
    this.#on.changed()
  }

  /** @param {Patch} patch */
  #advance(patch) {
    const before = this.cart
    const next = advance(before, patch)
    if (!next) return this.#resync()
    if (next === before) return
    this.#show(next)
    this.#on.patched(patch, before)
  }

  /** @param {Prices} prices */
  #reprice(prices) {
    const before = this.cart
    this.#show(reprice(before, prices))
    this.#on.priced(prices, before)
  }

  /** @param {Cart} cart */
  #show(cart) {
    this.cart = cart
    this.#ahead = this.#ahead.filter((one) => one.rev > cart.rev)
    this.#on.changed()
  }

  #resync() {
    if (this.#resyncs) return
    this.#resyncs = true
    this.#world.send({ t: "resync" })
  }

  /** The shop's memory of this outbox and ours do not fit: go on in a new one. */
  async #startAnew() {
    this.#turnTo(this.outbox.renewed(this.#world.uuid()))
    await this.#world.replace(this.outbox.kept)
    this.#world.restart()
  }

  /** What waits here is too old to be sent without being asked for again. */
  async #setAside() {
    this.leave()
    this.#on.changed()
    await this.#world.setAside(this.outbox.kept)
    this.#world.restart()
  }

  /** @param {Outbox} outbox */
  #turnTo(outbox) {
    this.outbox = outbox
    this.#session = null
  }

  /** Store the outbox, and only then send what is due. */
  async #flush() {
    const { outbox } = this
    const session = this.#session
    const now = this.#world.now()
    const due = session && this.#world.isOpen() ? outbox.take(now, this.#inflight) : []
    this.#setAlarm(outbox.wakeIn(now))
    await this.#world.keep(outbox.kept)
    if (session !== this.#session) return
    for (const { n, op } of due) this.#world.send({ t: "op", n, ...op })
  }

  /** @param {number | null} ms */
  #setAlarm(ms) {
    this.#callOffAlarm()
    if (ms !== null) this.#callOffAlarm = this.#world.after(ms, () => this.#flush())
  }
}
