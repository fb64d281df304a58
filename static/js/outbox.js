// A stream of ops, numbered from 1 without gaps, and kept until the shop has answered each.

/** @import { Kept, Op, Waiting } from "./types.d.ts" */

const GATHER_MS = 200
const STALE_MS = 24 * 60 * 60 * 1000

export class Outbox {
  #settled
  #flown = 0
  #held_until = 0
  #last_set = { sku: "", n: 0, at: 0 }

  /**
   * @param {string} id
   * @param {Omit<Kept, "id">} kept  To continue from.
   */
  constructor(id, kept = { settled: 0, waiting: [] }) {
    const { settled, waiting } = structuredClone(kept)
    this.id = id
    this.waiting = waiting
    this.#settled = settled
  }

  /** @returns {Kept} */
  get kept() {
    return { id: this.id, settled: this.#settled, waiting: structuredClone(this.waiting) }
  }

  /** Numbers that were sent and have no verdict yet. */
  get pend() {
    return this.waiting.filter((one) => one.sent).map((one) => one.n)
  }

  get #newest() {
    return this.waiting.at(-1)?.n ?? this.#settled
  }

  /**
   * Number `op`; a wish that only replaces the one before it takes its number.
   * @param {Op} op
   * @param {number} since  By the clock.
   */
  put(op, since) {
    const newest = this.waiting.at(-1)
    if (newest && !newest.sent && replaces(op, newest.op)) newest.op = op
    else this.waiting.push({ n: this.#newest + 1, op, since, sent: false })
  }

  /**
   * Hand out what may be sent now, in order; what was handed out keeps its body for ever.
   * @param {number} now
   * @param {number} inflight  At most so many without a verdict.
   */
  take(now, inflight) {
    const due = []
    for (const one of this.waiting.slice(0, inflight)) {
      if (one.n <= this.#flown) continue
      if (now < this.#held_until || this.#gathers(one, now)) break
      if (one.op.k === "line.set") this.#last_set = { sku: one.op.sku, n: one.n, at: now }
      one.sent = true
      this.#flown = one.n
      due.push(one)
    }
    return due
  }

  /**
   * In how many ms there may be more to take; null if only news can change that.
   * @param {number} now
   */
  wakeIn(now) {
    const next = this.waiting.find((one) => one.n > this.#flown)
    if (!next) return null
    const gathered_at = this.#gathers(next, now) ? this.#last_set.at + GATHER_MS : 0
    const ms = Math.max(this.#held_until, gathered_at) - now
    return ms > 0 ? ms : null
  }

  /**
   * Forget op `n`, which has its verdict.
   * @param {number} n
   */
  settle(n) {
    const one = this.waiting.find((other) => other.n === n)
    this.waiting = this.waiting.filter((other) => other !== one)
    if (one) this.#settled = Math.max(this.#settled, n)
    return one?.op
  }

  /**
   * Send op `n` and what follows it again, after `retry_ms`.
   * @param {number} n
   * @param {number} retry_ms
   * @param {number} now
   */
  postpone(n, retry_ms, now) {
    this.rewind(n)
    this.#held_until = Math.max(this.#held_until, now + retry_ms)
  }

  /**
   * Send from op `n` on again; false if it is not here any more.
   * @param {number} n
   */
  rewind(n) {
    this.#flown = Math.min(this.#flown, n - 1)
    return this.waiting.some((one) => one.n === n)
  }

  /**
   * Whether the shop, whose newest verdict is number `last`, remembers another stream.
   * @param {number} last
   */
  disagreesWith(last) {
    const is_taken = this.waiting.some((one) => !one.sent && one.n <= last)
    return last < this.#settled || last > this.#newest || is_taken
  }

  /**
   * @param {Waiting[]} waiting
   */
  append(waiting) {
    for (const { op, since } of waiting) this.put(op, since)
    return this
  }

  /**
   * What waits for so long that its shopper may have forgotten it.
   * @param {number} clock
   */
  stale(clock) {
    return this.waiting.filter((one) => clock - one.since > STALE_MS)
  }

  /**
   * Fast changes of one line wait for each other: one op says what came of them.
   * @param {Waiting} one
   * @param {number} now
   */
  #gathers({ n, op, sent }, now) {
    const last = this.#last_set
    if (sent || n !== this.#newest || op.k !== "line.set" || op.sku !== last.sku) return false
    return now < last.at + GATHER_MS || this.waiting.some((one) => one.n === last.n)
  }
}

/**
 * @param {Op} op
 * @param {Op} before
 */
function replaces(op, before) {
  if (op.k === "line.set") return before.k === op.k && before.sku === op.sku
  return op.k === "note.set" && before.k === op.k
}
