// Where this browser keeps the outboxes of an account, each held by at most one tab.

/** @import { Kept } from "./outbox.js" */

import { isStale } from "./outbox.js"

/**
 * @typedef {Kept & { account: string, born: number }} Row
 * @typedef {{ all: () => Promise<Row[]>, swap: (gone: string[], come: Row[]) => Promise<void> }} Rows
 *   `swap` takes some away and puts others in, both or neither.
 * @typedef {(name: string) => Promise<(() => void) | null>} Lock
 *   Resolves to how to let go, or to null where another tab holds it.
 * @typedef {{ row: Row, letGo: () => void }} Found
 */

export class Drawer {
  /** @type {{ id: string, born: number, letGo: () => void } | null} */
  #own = null
  #account
  #rows
  #lock
  #clock

  /**
   * @param {string} account
   * @param {Rows} rows
   * @param {Lock} lock
   * @param {() => number} clock
   */
  constructor(account, rows, lock, clock) {
    this.#account = account
    this.#rows = rows
    this.#lock = lock
    this.#clock = clock
  }

  /**
   * Take over an outbox that no tab holds, the oldest with waiting ops first; else `fresh`.
   * @param {Kept} fresh
   * @returns {Promise<Kept>}
   */
  async claim(fresh) {
    const rows = await this.#mine()
    const waiting = rows.filter((row) => row.waiting.length > 0)
    const idle = rows.filter((row) => row.waiting.length === 0)
    const found = await this.#firstFree([...waiting, ...idle])
    if (found) return this.hold(found)
    await this.setAside(fresh)
    return fresh
  }

  /** Find an outbox with waiting ops that a closed tab left, and lock it; null if there is none. */
  async findOrphan() {
    const rows = await this.#mine()
    return this.#firstFree(rows.filter((row) => row.waiting.length > 0))
  }

  /**
   * Hold what was found, and let go of the outbox that was held.
   * @param {Found} found
   * @returns {Kept}
   */
  hold({ row: { id, born, settled, waiting }, letGo }) {
    this.leave()
    this.#own = { id, born, letGo }
    return { id, settled, waiting }
  }

  /**
   * Store the outbox that is held; another one is left as it is.
   * @param {Kept} kept
   */
  async keep(kept) {
    if (this.#own?.id === kept.id) await this.#rows.swap([], [this.#row(kept, this.#own.born)])
  }

  /**
   * Hold and store `kept` in place of the outbox that was held.
   * @param {Kept} kept
   */
  async replace(kept) {
    const old = this.#own
    const letGo = await this.#lock(kept.id)
    this.#own = { id: kept.id, born: old?.born ?? this.#clock(), letGo: letGo ?? nothing }
    await this.#rows.swap(old ? [old.id] : [], [this.#row(kept, this.#own.born)])
    old?.letGo()
  }

  /**
   * Hold `fresh` and leave the outbox that was held to whoever takes it.
   * @param {Kept} fresh
   */
  async setAside(fresh) {
    this.leave()
    await this.replace(fresh)
  }

  /** Let go of the outbox: the page is hidden for good, or for long. */
  leave() {
    this.#own?.letGo()
    this.#own = null
  }

  /** Outboxes that nobody holds, with changes too old to be sent unasked. */
  async stale() {
    const free = []
    for (const row of await this.#rows.all()) {
      if (!this.#isOurs(row) || !isStale(row.waiting, this.#clock())) continue
      const letGo = await this.#lock(row.id)
      if (letGo) free.push(row)
      letGo?.()
    }
    return free
  }

  /**
   * Let the ops of a stale outbox be sent after all.
   * @param {Row} row
   */
  freshen(row) {
    const since = this.#clock()
    const waiting = row.waiting.map((one) => ({ ...one, since }))
    return this.#rows.swap([], [{ ...row, waiting }])
  }

  /** @param {Row} row */
  forget(row) {
    return this.#rows.swap([row.id], [])
  }

  /** Forget the outbox that is held: the shop cannot read it. */
  async discard() {
    const gone = this.#own ? [this.#own.id] : []
    this.leave()
    await this.#rows.swap(gone, [])
  }

  /** Forget every outbox of this account: its shopper signed out. */
  async clear() {
    this.leave()
    const rows = await this.#rows.all()
    await this.#rows.swap(rows.filter(this.#isOurs).map((row) => row.id), [])
  }

  async #mine() {
    const rows = await this.#rows.all()
    const fit = rows.filter((row) => this.#isOurs(row) && !isStale(row.waiting, this.#clock()))
    return fit.sort((a, b) => a.born - b.born)
  }

  /**
   * @param {Row[]} rows
   * @returns {Promise<Found | null>}
   */
  async #firstFree(rows) {
    for (const { id } of rows) {
      const letGo = await this.#lock(id)
      if (!letGo) continue
      const row = (await this.#rows.all()).find((one) => one.id === id)
      if (row) return { row, letGo }
      letGo()
    }
    return null
  }

  /**
   * @param {Kept} kept
   * @param {number} born
   * @returns {Row}
   */
  #row(kept, born) {
    return { ...kept, account: this.#account, born }
  }

  /** @param {Row} row */
  #isOurs = (row) => row.account === this.#account
}

function nothing() {}
