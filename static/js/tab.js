// One tab of the shop: the cart it holds, the ops it waits for, and what it makes of the news.

/** @import { Cart, Hello, Kept, Known, News, Ok, Op, Patch } from "./types.d.ts" */
/** @import { TabListener, TabWorld, Verdict, Welcome } from "./types.d.ts" */

import { advance, hold, reprice } from "./cart.js"
import { Outbox } from "./outbox.js"
import { pending } from "./pending.js"

const INFLIGHT = 32

export class Tab {
  watched = /** @type {string[]} */ ([])
  #account
  #world
  #on
  #inflight = INFLIGHT
  /** One for each welcome of this outbox. */
  #session = /** @type {object | null} */ (null)
  /** The revision that was too old for a patch. */
  #stuck_at = -1
  /** Verdicts whose patch is still to come. */
  #early = /** @type {Ok[]} */ ([])
  #callOff = () => {}

  /**
   * @param {string} account
   * @param {Cart} cart
   * @param {TabWorld} world
   * @param {TabListener} on
   */
  constructor(account, cart, world, on) {
    this.id = world.uuid()
    this.cart = cart
    this.outbox = new Outbox(world.uuid())
    this.#account = account
    this.#world = world
    this.#on = on
  }

  /** What is too old to be sent without being asked about: until then, nothing is. */
  get stale() {
    return this.outbox.stale(this.#world.clock())
  }

  /** What waits and is not in the cart; of what is in it, only the verdict was not heard. */
  get unsaved() {
    const settled = this.cart.settled[this.outbox.id] ?? 0
    return this.outbox.waiting.filter((one) => !one.sent || one.n > settled)
  }

  /**
   * @param {Known} known
   */
  shown(known) {
    const ops = this.unsaved.map((one) => one.op)
    return pending(this.cart, ops, known)
  }

  /**
   * It is shown at once, kept, and sent when the shop can hear it.
   * @param {Op} op
   */
  ask(op) {
    this.outbox.put(op, this.#world.clock())
    this.#on.changed()
    this.flush()
  }

  /**
   * Continue a stored outbox; what was asked meanwhile goes behind what waits in it.
   * @param {Kept} kept
   */
  adopt(kept) {
    this.#turnTo(new Outbox(kept.id, kept).append(this.outbox.waiting))
    this.#on.changed()
    this.flush()
  }

  /** What waits in this outbox stays where it is kept. */
  leave() {
    this.#turnTo(new Outbox(this.#world.uuid()))
  }

  /** Send what is stale after all. */
  freshen() {
    for (const one of this.stale) one.since = this.#world.clock()
    this.flush()
  }

  /** Forget what is stale. */
  forget() {
    const { stale } = this
    this.#startAnew(this.outbox.waiting.filter((one) => !stale.includes(one)))
  }

  /**
   * @param {number} gen
   * @returns {Hello}
   */
  hello(gen) {
    const { id: outbox, pend } = this.outbox
    return { t: "hello", tab: this.id, gen, outbox, at: this.cart.at, pend }
  }

  /** The shop's memory of this cart was wrong: ask for all of it next time. */
  forgetPosition() {
    this.cart = { ...this.cart, at: null }
  }

  /** @param {News} news */
  hear(news) {
    const before = this.cart
    if (news.t === "welcome") this.#welcome(news)
    else if (news.t === "ok" && news.rev > before.rev) this.#early.push(news)
    else if (news.t === "ok" || news.t === "no") this.#answer(news)
    else if (news.t === "need" && !this.outbox.rewind(news.n)) this.#startAnew()
    else if (news.t === "snapshot") this.#show(hold(news))
    else if (news.t === "prices") this.#show(reprice(before, news))
    else if (news.t === "patch") this.#advance(news)
    if (news.t !== "ok" && news.t !== "no") this.#on.told(news, before)
    if (["welcome", "ok", "no", "need"].includes(news.t)) this.flush()
  }

  /** Store the outbox, and only then send what is due. */
  async flush() {
    const session = this.#session
    const { outbox } = this
    const now = this.#world.now()
    const is_ready = session && this.#world.isOpen() && !this.stale.length
    const due = is_ready ? outbox.take(now, this.#inflight) : []
    const wake_ms = outbox.wakeIn(now)
    this.#callOff()
    if (wake_ms !== null) this.#callOff = this.#world.after(wake_ms, () => this.flush())
    await this.#world.keep(outbox)
    if (session !== this.#session) return
    for (const { n, op } of due) this.#world.send({ t: "op", n, ...op })
  }

  /** @param {Welcome} welcome */
  #welcome({ account, verdicts, last, limits }) {
    if (account !== this.#account) return this.#on.stranger()
    this.#early = []
    for (const verdict of verdicts) this.#answer(verdict)
    if (this.outbox.disagreesWith(last)) return this.#startAnew()
    this.#session = {}
    this.#inflight = Math.min(INFLIGHT, limits.inflight)
    this.#stuck_at = -1
    this.outbox.rewind(1)
    if (this.watched.length) this.#world.send({ t: "watch", skus: this.watched })
  }

  /** @param {Verdict} verdict */
  #answer(verdict) {
    const { n } = verdict
    if ("retry_ms" in verdict) return this.outbox.postpone(n, verdict.retry_ms, this.#world.now())
    const op = this.outbox.settle(n)
    if (!op) return
    this.#on.told(verdict, this.cart, op)
    this.#on.changed()
  }

  /** @param {Patch} patch */
  #advance(patch) {
    const next = advance(this.cart, patch)
    if (next) return this.#show(next)
    if (this.#stuck_at !== this.cart.rev) this.#world.send({ t: "resync" })
    this.#stuck_at = this.cart.rev
  }

  /** @param {Cart} cart */
  #show(cart) {
    this.cart = cart
    for (const verdict of this.#early.splice(0)) this.hear(verdict)
    this.#on.changed()
  }

  /** Go on in a new outbox. */
  async #startAnew(waiting = this.outbox.waiting) {
    this.#turnTo(new Outbox(this.#world.uuid()).append(waiting))
    await this.#world.replace(this.outbox.kept)
    this.#world.restart()
  }

  /** @param {Outbox} outbox */
  #turnTo(outbox) {
    this.outbox = outbox
    this.#session = null
  }
}
