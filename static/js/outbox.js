// The ops of one tab, numbered from 1 without gaps, each kept until the server has answered it with
// a verdict. Sending an op twice is safe: the number makes it idempotent.

/** @import { Op, OutboxRecord, PendingOp } from "./types.d.ts" */

const DEBOUNCE_MS = 200
const STALE_MS = 24 * 60 * 60 * 1000

export class Outbox {
  /** Number of the newest op that has a verdict. */
  #settled
  /** Number of the newest op that was sent on this connection. */
  #last_sent = 0
  /** The server asked for no op before this time. */
  #retry_at = 0
  /** The newest `line.set` that was sent, for debouncing. */
  #last_set = { sku: "", n: 0, at: 0 }

  /**
   * @param {string} id
   * @param {Omit<OutboxRecord, "id">} record  A stored outbox to continue.
   */
  constructor(id, record = { settled: 0, waiting: [] }) {
    const { settled, waiting } = structuredClone(record)
    this.id = id
    this.waiting = waiting
    this.#settled = settled
  }

  /** @returns {OutboxRecord} */
  get record() {
    return { id: this.id, settled: this.#settled, waiting: structuredClone(this.waiting) }
  }

  /** Numbers of the ops that were sent and have no verdict yet. */
  get pend() {
    return this.waiting.filter((pending) => pending.sent).map((pending) => pending.n)
  }

  /** Number of the newest op that has a verdict. */
  get settled() {
    return this.#settled
  }

  get #newest() {
    return this.waiting.at(-1)?.n ?? this.#settled
  }

  /**
   * Number `op` and keep it. It takes the place of the newest op if that was not sent and `op`
   * makes it pointless.
   * @param {Op} op
   * @param {number} since  Wall-clock time.
   */
  add(op, since) {
    const newest = this.waiting.at(-1)
    if (newest && !newest.sent && replaces(op, newest.op)) newest.op = op
    else this.waiting.push({ n: this.#newest + 1, op, since, sent: false })
  }

  /**
   * Return the ops to send now, in order, and mark them as sent. The content of an op that was sent
   * never changes: the server may have seen it.
   * @param {number} now
   * @param {number} inflight  The largest number of ops without a verdict that may be sent.
   */
  takeDue(now, inflight) {
    const due = []
    for (const pending of this.waiting.slice(0, inflight)) {
      if (pending.n <= this.#last_sent) continue
      if (now < this.#retry_at || this.#isDebounced(pending, now)) break
      const { n, op } = pending
      if (op.k === "line.set") this.#last_set = { sku: op.sku, n, at: now }
      pending.sent = true
      this.#last_sent = n
      due.push(pending)
    }
    return due
  }

  /**
   * Return the ms until more ops may be due, or null if only a message from the server can make
   * them so.
   * @param {number} now
   */
  wakeIn(now) {
    const next = this.waiting.find((pending) => pending.n > this.#last_sent)
    if (!next) return null
    const debounced_until = this.#isDebounced(next, now) ? this.#last_set.at + DEBOUNCE_MS : 0
    const ms = Math.max(this.#retry_at, debounced_until) - now
    return ms > 0 ? ms : null
  }

  /**
   * Remove op `n`, which has its verdict, and return it.
   * @param {number} n
   */
  settle(n) {
    const settled = this.waiting.find((pending) => pending.n === n)
    this.waiting = this.waiting.filter((pending) => pending !== settled)
    if (settled) this.#settled = Math.max(this.#settled, n)
    return settled?.op
  }

  /**
   * Send op `n` and all after it again, not before `retry_ms` have passed.
   * @param {number} n
   * @param {number} retry_ms
   * @param {number} now
   */
  postpone(n, retry_ms, now) {
    this.rewind(n)
    this.#retry_at = Math.max(this.#retry_at, now + retry_ms)
  }

  /**
   * Send op `n` and all after it again; return false if op `n` is not here any more.
   * @param {number} n
   */
  rewind(n) {
    this.#last_sent = Math.min(this.#last_sent, n - 1)
    return this.waiting.some((pending) => pending.n === n)
  }

  /**
   * Return whether the server has recorded another sequence of ops under the id of this outbox.
   * @param {number} last  The number of its newest verdict.
   * @param {number} known  The newest number that had a verdict when the server was asked.
   */
  disagreesWith(last, known = this.#settled) {
    const is_taken = this.waiting.some((pending) => !pending.sent && pending.n <= last)
    return last < known || last > this.#newest || is_taken
  }

  /**
   * Add the ops of another outbox, with new numbers.
   * @param {PendingOp[]} waiting
   */
  append(waiting) {
    for (const { op, since } of waiting) this.add(op, since)
    return this
  }

  /**
   * Return the ops that have waited for so long that the customer may have forgotten them.
   * @param {number} clock  Wall-clock time.
   */
  stale(clock) {
    return this.waiting.filter((pending) => clock - pending.since > STALE_MS)
  }

  /**
   * Debounce: the newest `line.set` waits while the one before it, of the same line, was sent less
   * than 200 ms ago or has no verdict. Further changes of the line replace it meanwhile.
   * @param {PendingOp} pending
   * @param {number} now
   */
  #isDebounced({ n, op, sent }, now) {
    const last = this.#last_set
    if (sent || n !== this.#newest || op.k !== "line.set" || op.sku !== last.sku) return false
    return now < last.at + DEBOUNCE_MS || this.waiting.some((pending) => pending.n === last.n)
  }
}

/**
 * Return whether `op` makes the op just before it pointless.
 * @param {Op} op
 * @param {Op} before
 */
function replaces(op, before) {
  if (op.k === "line.set") return before.k === op.k && before.sku === op.sku
  return op.k === "note.set" && before.k === op.k
}
