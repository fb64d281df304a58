// Where this browser keeps the outboxes of an account, each held by at most one tab.

/** @import { Found, Kept, Lock, Row, Rows } from "./types.d.ts" */

export class Drawer {
  /** @type {Found | null} */
  #own = null
  #account
  #rows
  #lock

  /**
   * @param {string} account
   * @param {Rows} rows
   * @param {Lock} lock
   */
  constructor(account, rows, lock) {
    this.#account = account
    this.#rows = rows
    this.#lock = lock
  }

  /**
   * Lock an outbox that no tab holds, or return null: waiting ones first, then the oldest.
   * @param {(row: Row) => boolean} fits
   * @returns {Promise<Found | null>}
   */
  async find(fits) {
    const rows = (await this.#ours()).filter(fits)
    const idle = (/** @type {Row} */ row) => Number(row.waiting.length === 0)
    for (const { id } of rows.sort((a, b) => idle(a) - idle(b) || a.born - b.born)) {
      const letGo = await this.#lock(id)
      const row = letGo && (await this.#ours()).find((one) => one.id === id)
      if (row) return { row, letGo }
      letGo?.()
    }
    return null
  }

  /**
   * Hold what was found; what was held stays for others.
   * @param {Found} found
   * @returns {Kept}
   */
  hold(found) {
    this.leave()
    this.#own = found
    return found.row
  }

  /**
   * Store the outbox, if it is the one that is held.
   * @param {Kept} kept
   */
  async keep(kept) {
    const row = this.#own?.row
    if (row?.id === kept.id) await this.#rows.swap([], { ...row, ...kept })
  }

  /**
   * Hold and store `kept` in place of the outbox that was held.
   * @param {Kept} kept
   * @param {number} born  By the clock.
   */
  async replace(kept, born) {
    const old = this.#own
    const row = { ...kept, account: this.#account, born }
    this.#own = { row, letGo: (await this.#lock(kept.id)) ?? (() => {}) }
    await this.#rows.swap(old ? [old.row.id] : [], row)
    old?.letGo()
  }

  /** Let go of the outbox: the page is hidden for good, or for long. */
  leave() {
    this.#own?.letGo()
    this.#own = null
  }

  /** Forget every outbox of this account: its shopper signed out. */
  async clear() {
    this.leave()
    const rows = await this.#ours()
    await this.#rows.swap(rows.map((row) => row.id))
  }

  async #ours() {
    return (await this.#rows.all()).filter((row) => row.account === this.#account)
  }
}

/**
 * The browser's database; where it keeps nothing, unsent changes live as long as the page.
 * @returns {Rows}
 */
export function openRows() {
  const request = indexedDB.open("shop", 1)
  request.onupgradeneeded = () => request.result.createObjectStore("outboxes", { keyPath: "id" })
  const opening = done(request)
  const store = () =>
    opening.then((it) => it.transaction("outboxes", "readwrite").objectStore("outboxes"))
  return {
    all: () => store().then((outboxes) => done(outboxes.getAll())).catch(() => []),
    swap: (gone, come) => store().then((outboxes) => swap(outboxes, gone, come)).catch(() => {}),
  }
}

/**
 * @param {IDBObjectStore} outboxes
 * @param {string[]} gone
 * @param {Row} [come]
 */
function swap(outboxes, gone, come) {
  for (const id of gone) outboxes.delete(id)
  if (come) outboxes.put(come)
  return new Promise((resolve) => {
    outboxes.transaction.oncomplete = outboxes.transaction.onabort = resolve
  })
}

/** @type {Lock} */
export function lock(name) {
  return new Promise((resolve) => {
    navigator.locks.request(`outbox ${name}`, { ifAvailable: true }, (held) => {
      if (held) return new Promise((letGo) => resolve(() => letGo(null)))
      return resolve(null)
    })
  })
}

/**
 * @template T
 * @param {IDBRequest<T>} request
 * @returns {Promise<T>}
 */
function done(request) {
  return new Promise((resolve, reject) => {
    request.onsuccess = () => resolve(request.result)
    request.onerror = () => reject(request.error)
  })
}
