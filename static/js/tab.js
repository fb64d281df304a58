// The state of one tab: the confirmed cart and the outbox, and how messages from the server change
// them.

/** @import { Accepted, Cart, FindProduct, Hello, Op, OpsRequest, OutboxRecord, Patch } from "./types.d.ts" */
/** @import { PendingOp, ServerMessage, TabDeps, TabHandlers, Verdict, Welcome } from "./types.d.ts" */

import { advance, cartFrom, reprice } from "./cart.js"
import { LOCALE } from "./i18n.js"
import { Outbox } from "./outbox.js"
import { withPending } from "./pending.js"

const MAX_INFLIGHT = 32

export class Tab {
  watched = /** @type {string[]} */ ([])
  #account
  #deps
  #handlers
  #inflight = MAX_INFLIGHT
  /** A new object for each welcome; null while nothing may be sent. */
  #session = /** @type {object | null} */ (null)
  /** The revision at which a snapshot was requested, because the next patch did not fit. */
  #resync_rev = -1
  /** Verdicts that came before the patch of their op. */
  #early_verdicts = /** @type {Accepted[]} */ ([])
  /**
   * The newest op with a verdict at the last hello. Later verdicts may have come by the connection
   * that is being left, after the server has looked up what it says in its welcome.
   */
  #known = /** @type {number | undefined} */ (undefined)
  #cancelWake = () => {}

  /**
   * @param {string} account
   * @param {Cart} cart
   * @param {TabDeps} deps
   * @param {TabHandlers} handlers
   */
  constructor(account, cart, deps, handlers) {
    this.id = deps.uuid()
    this.cart = cart
    this.outbox = new Outbox(deps.uuid())
    this.#account = account
    this.#deps = deps
    this.#handlers = handlers
  }

  /** Ops that are too old to be sent without asking. While there are any, no op is sent. */
  get stale() {
    return this.outbox.stale(this.#deps.clock())
  }

  /**
   * Pending ops that the cart does not contain. The cart of a page that was loaded again may
   * contain ops whose verdict is still to come.
   */
  get unsaved() {
    const settled = this.cart.settled[this.outbox.id] ?? 0
    return this.outbox.waiting.filter((pending) => !pending.sent || pending.n > settled)
  }

  /** @param {FindProduct} findProduct */
  displayed(findProduct) {
    const ops = this.unsaved.map((pending) => pending.op)
    return withPending(this.cart, ops, findProduct)
  }

  /**
   * Display `op` at once, save it in the outbox, and send it when there is a connection.
   * @param {Op} op
   */
  submit(op) {
    this.outbox.add(op, this.#deps.clock())
    this.#handlers.onChange()
    this.flush()
  }

  /**
   * Continue a stored outbox; ops that were submitted meanwhile are added behind its own.
   * @param {OutboxRecord} record
   */
  adopt(record) {
    this.#useOutbox(new Outbox(record.id, record).append(this.outbox.waiting))
    this.#handlers.onChange()
    this.flush()
  }

  /** Use a new, empty outbox; the ops of the old one stay stored for another tab. */
  abandonOutbox() {
    this.#useOutbox(new Outbox(this.#deps.uuid()))
  }

  /** Send the stale ops after all. */
  keepStale() {
    for (const pending of this.stale) pending.since = this.#deps.clock()
    this.flush()
  }

  /**
   * Forget pending ops.
   * @param {PendingOp[]} ops
   */
  discard(ops) {
    this.#replaceOutbox(this.outbox.waiting.filter((pending) => !ops.includes(pending)))
  }

  /**
   * @param {number} gen
   * @returns {Hello}
   */
  hello(gen) {
    const { id: outbox, pend, settled } = this.outbox
    const who = { tab: this.id, gen, outbox, account: this.#account, language: LOCALE }
    this.#known = settled
    return { t: "hello", ...who, at: this.cart.at, pend }
  }

  /** Request a whole snapshot in the next hello: the server has given up its copy of this cart. */
  forgetPosition() {
    this.cart = { ...this.cart, at: null }
  }

  /**
   * Handle a message, unless it is for another account or cart: then nothing more is sent or shown.
   * @param {ServerMessage} message
   */
  receive(message) {
    const code = this.#foreignCode(message)
    if (!code) return this.#handle(message)
    this.#session = null
    this.#handlers.onForeign(code)
  }

  /**
   * Return the close code of a message that is for another account (4412) or another cart (4413).
   * @param {ServerMessage} message
   */
  #foreignCode(message) {
    if ("account" in message && message.account !== this.#account) return 4412
    const { cart = "" } = message.t === "welcome" ? message : this.#deps
    return cart === this.#deps.cart ? 0 : 4413
  }

  /** @param {ServerMessage} message */
  #handle(message) {
    const before = this.cart
    if (message.t === "welcome") this.#onWelcome(message)
    else if (message.t === "ok" && message.rev > before.rev) this.#early_verdicts.push(message)
    else if (message.t === "ok" || message.t === "no") this.#onVerdict(message)
    else if (message.t === "need" && !this.outbox.rewind(message.n)) this.#replaceOutbox()
    else if (message.t === "snapshot") this.#setCart(cartFrom(message))
    else if (message.t === "prices") this.#setCart(reprice(before, message))
    else if (message.t === "patch") this.#onPatch(message)
    if (message.t !== "ok" && message.t !== "no") this.#handlers.onMessage(message, before)
    if (["welcome", "ok", "no", "need"].includes(message.t)) this.flush()
  }

  /** Save the outbox, and then send the ops that are due: an op that was sent is always stored. */
  async flush() {
    const session = this.#session
    const { outbox } = this
    const now = this.#deps.now()
    const may_send = session && this.#deps.isOpen() && !this.stale.length
    const due = may_send ? outbox.takeDue(now, this.#inflight) : []
    const wake_ms = outbox.wakeIn(now)
    this.#cancelWake()
    if (wake_ms !== null) this.#cancelWake = this.#deps.after(wake_ms, () => this.flush())
    await this.#deps.save(outbox)
    // After a reconnection or with another outbox, these ops are sent by the next flush.
    if (session !== this.#session) return
    for (const { n, op } of due) this.#deps.send({ t: "op", n, ...op })
  }

  /**
   * Save the outbox, and return what to send over HTTP instead: all that has no verdict, in order.
   * @returns {Promise<OpsRequest>}
   */
  async takeForHttp() {
    const { outbox } = this
    outbox.rewind(1)
    const due = this.stale.length ? [] : outbox.takeDue(this.#deps.now(), MAX_INFLIGHT)
    await this.#deps.save(outbox)
    const ops = due.map(({ n, op }) => ({ n, ...op }))
    return { account: this.#account, outbox: outbox.id, ops }
  }

  /** @param {Welcome} welcome */
  #onWelcome({ verdicts, last, limits }) {
    this.#early_verdicts = []
    for (const verdict of verdicts) this.#onVerdict(verdict)
    const known = this.#known
    this.#known = undefined
    if (this.outbox.disagreesWith(last, known)) return void this.#replaceOutbox()
    this.#session = {}
    this.#inflight = Math.min(MAX_INFLIGHT, limits.inflight)
    this.#resync_rev = -1
    this.outbox.rewind(1)
    if (this.watched.length) this.#deps.send({ t: "watch", skus: this.watched })
  }

  /** @param {Verdict} verdict */
  #onVerdict(verdict) {
    const { n } = verdict
    if ("retry_ms" in verdict) return this.outbox.postpone(n, verdict.retry_ms, this.#deps.now())
    const op = this.outbox.settle(n)
    if (!op) return
    this.#handlers.onMessage(verdict, this.cart, op)
    this.#handlers.onChange()
  }

  /** @param {Patch} patch */
  #onPatch(patch) {
    const next = advance(this.cart, patch)
    if (next) return this.#setCart(next)
    if (this.#resync_rev !== this.cart.rev) this.#deps.send({ t: "resync" })
    this.#resync_rev = this.cart.rev
  }

  /** @param {Cart} cart */
  #setCart(cart) {
    this.cart = cart
    for (const verdict of this.#early_verdicts.splice(0)) this.receive(verdict)
    this.#handlers.onChange()
  }

  /** Move the pending ops to a new outbox, numbered from 1, and reconnect with it. */
  async #replaceOutbox(waiting = this.outbox.waiting) {
    this.#useOutbox(new Outbox(this.#deps.uuid()).append(waiting))
    await this.#deps.replace(this.outbox.record)
    this.#deps.restart()
  }

  /** @param {Outbox} outbox */
  #useOutbox(outbox) {
    this.outbox = outbox
    this.#known = undefined
    this.#session = null
  }
}
