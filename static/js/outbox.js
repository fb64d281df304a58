// A stream of ops, numbered from 1 without gaps, and kept until the shop has answered each.

/** @import { Op } from "./protocol.js" */

/**
 * @typedef {{ n: number, op: Op, since: number, sent: boolean }} Waiting  `since`: by the clock.
 * @typedef {{ id: string, settled: number, waiting: Waiting[] }} Kept  What outlives the page.
 */

const GATHER_MS = 200
const STALE_MS = 24 * 60 * 60 * 1000

export class Outbox {
  /** @type {Waiting[]} */
  #waiting
  #settled
  #flown = 0
  #held_until = 0
  #last_set = { sku: "", n: 0, at: 0 }

  /**
   * Begin a new outbox, or continue one that was kept.
   * @param {string} id
   * @param {Omit<Kept, "id">} kept
   */
  constructor(id, { settled, waiting } = { settled: 0, waiting: [] }) {
    this.id = id
    this.#settled = settled
    this.#waiting = waiting.map((one) => ({ ...one }))
  }

  /** Every op without a verdict, oldest first. */
  get waiting() {
    return this.#waiting
  }

  /** Numbers that were sent and have no verdict yet. */
  get pend() {
    return this.#waiting.filter((one) => one.sent).map((one) => one.n)
  }

  /** @returns {Kept} */
  get kept() {
    const waiting = this.#waiting.map((one) => ({ ...one }))
    return { id: this.id, settled: this.#settled, waiting }
  }

  /**
   * Number `op` and keep it; a wish that only replaces the one before it takes its number.
   * @param {Op} op
   * @param {number} since
   * @returns {number}
   */
  put(op, since) {
    const newest = this.#waiting.at(-1)
    if (newest && !newest.sent && replaces(op, newest.op)) {
      newest.op = op
      return newest.n
    }
    const n = (newest?.n ?? this.#settled) + 1
    this.#waiting.push({ n, op, since, sent: false })
    return n
  }

  /**
   * Hand out what may be sent now, in order, with at most `inflight` under way.
   *
   * An op that was handed out once keeps its body for ever.
   * @param {number} now
   * @param {number} inflight
   */
  take(now, inflight) {
    /** @type {Waiting[]} */
    const due = []
    if (now < this.#held_until) return due
    for (const one of this.#waiting.slice(0, inflight)) {
      if (one.n <= this.#flown) continue
      if (this.#gathers(one, now)) break
      if (one.op.k === "line.set") this.#last_set = { sku: one.op.sku, n: one.n, at: now }
      one.sent = true
      this.#flown = one.n
      due.push({ ...one })
    }
    return due
  }

  /**
   * Say in how many ms there may be more to take, or null if only news can change that.
   * @param {number} now
   */
  wakeIn(now) {
    const next = this.#waiting.find((one) => one.n > this.#flown)
    if (!next) return null
    if (now < this.#held_until) return this.#held_until - now
    return this.#gathers(next, now) ? Math.max(0, this.#last_set.at + GATHER_MS - now) || null : null
  }

  /**
   * Forget op `n`, which has its verdict, and return it.
   * @param {number} n
   */
  settle(n) {
    const one = this.#waiting.find((other) => other.n === n)
    if (!one) return undefined
    this.#waiting = this.#waiting.filter((other) => other !== one)
    this.#settled = Math.max(this.#settled, n)
    return one.op
  }

  /**
   * Send op `n` and what follows it again, but not before `retry_ms` have passed.
   * @param {number} n
   * @param {number} retry_ms
   * @param {number} now
   */
  postpone(n, retry_ms, now) {
    this.#flown = Math.min(this.#flown, n - 1)
    this.#held_until = Math.max(this.#held_until, now + retry_ms)
  }

  /**
   * Send from op `n` on again; false if it is not here any more.
   * @param {number} n
   */
  rewind(n) {
    this.#flown = Math.min(this.#flown, n - 1)
    return this.#waiting.some((one) => one.n === n)
  }

  /** On a new connection, everything without a verdict is sent again. */
  rejoin() {
    this.#flown = 0
  }

  /**
   * Tell whether the shop, whose newest verdict is number `last`, remembers another stream.
   * @param {number} last
   */
  disagreesWith(last) {
    const newest = this.#waiting.at(-1)?.n ?? this.#settled
    const taken = this.#waiting.some((one) => !one.sent && one.n <= last)
    return last < this.#settled || newest < last || taken
  }

  /**
   * Return a new outbox with everything that waits here, numbered from 1.
   * @param {string} id
   */
  renewed(id) {
    return new Outbox(id).append(this)
  }

  /**
   * Number what waits in `other` behind what waits here.
   * @param {Outbox} other
   */
  append(other) {
    for (const one of other.waiting) this.put(one.op, one.since)
    return this
  }

  /**
   * Tell whether something waits here for so long that its sending is to be confirmed.
   * @param {number} clock
   */
  isStale(clock) {
    return isStale(this.#waiting, clock)
  }

  /**
   * Fast changes of one line wait for each other, so that one op says what came of them.
   * @param {Waiting} one
   * @param {number} now
   */
  #gathers(one, now) {
    const { sku, n, at } = this.#last_set
    if (one.sent || one !== this.#waiting.at(-1)) return false
    if (one.op.k !== "line.set" || one.op.sku !== sku) return false
    return now < at + GATHER_MS || this.#waiting.some((other) => other.n === n)
  }
}

/**
 * @param {Waiting[]} waiting
 * @param {number} clock
 */
export function isStale(waiting, clock) {
  return waiting.some((one) => clock - one.since > STALE_MS)
}

/**
 * @param {Op} op
 * @param {Op} before
 */
function replaces(op, before) {
  if (op.k === "line.set") return before.k === op.k && before.sku === op.sku
  return op.k === "note.set" && before.k === op.k
}
