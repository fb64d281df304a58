// Where this browser keeps the outboxes of one account, each held by at most one tab.

/** @import { Found, Kept, Lock, Row, Rows } from "./types.d.ts" */

export class Drawer {
  #own = /** @type {Found | null} */ (null)
  #rows
  #lock

  /**
   * @param {Rows} rows
   * @param {Lock} lock
   */
  constructor(rows, lock) {
    this.#rows = rows
    this.#lock = lock
  }

  /**
   * Lock an outbox that no tab holds, or return null: waiting ones first, then the oldest.
   * @param {(row: Row) => boolean} fits
   * @returns {Promise<Found | null>}
   */
  async find(fits) {
    const rows = (await this.#rows.all()).filter(fits)
    const idle = (/** @type {Row} */ row) => Number(!row.waiting.length)
    for (const { id } of rows.sort((a, b) => idle(a) - idle(b) || a.born - b.born)) {
      const letGo = await this.#lock(id)
      const row = letGo && (await this.#rows.all()).find((one) => one.id === id)
      if (row) return { row, letGo }
      letGo?.()
    }
    return null
  }

  /**
   * What was held stays for others.
   * @param {Found} found
   */
  hold(found) {
    this.leave()
    this.#own = found
    return found.row
  }

  /**
   * @param {Kept} kept
   */
  async keep(kept) {
    const row = this.#own?.row
    if (row?.id === kept.id) await this.#rows.swap([], { ...row, ...kept })
  }

  /**
   * Hold and store `kept` in place of what was held.
   * @param {Kept} kept
   * @param {number} born
   */
  async replace(kept, born) {
    const old = this.#own
    const row = { ...kept, born }
    this.#own = { row, letGo: (await this.#lock(kept.id)) ?? (() => {}) }
    await this.#rows.swap(old ? [old.row.id] : [], row)
    old?.letGo()
  }

  /** Leave the outbox to others: the page goes. */
  leave() {
    this.#own?.letGo()
    this.#own = null
  }

  /** Forget all of it: the shopper signed out. */
  async clear() {
    this.leave()
    await this.#rows.swap((await this.#rows.all()).map((row) => row.id))
  }
}

/**
 * Where the browser keeps nothing, unsent changes live as long as the page.
 * @param {string} account
 * @returns {Rows}
 */
export function openRows(account) {
  const request = indexedDB.open(`shop ${account}`)
  request.onupgradeneeded = () => request.result.createObjectStore("outboxes", { keyPath: "id" })
  const opening = done(request)
  const store = async () =>
    (await opening).transaction("outboxes", "readwrite").objectStore("outboxes")
  const all = async () => done((await store()).getAll())
  return {
    all: () => all().catch(() => []),
    swap: (...change) => store().then(swap(...change), () => {}),
  }
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
 * @param {string[]} gone
 * @param {Row} [come]
 * @returns {(outboxes: IDBObjectStore) => Promise<unknown>}
 */
function swap(gone, come) {
  return (outboxes) => {
    for (const id of gone) outboxes.delete(id)
    if (come) outboxes.put(come)
    return new Promise((resolve) => {
      outboxes.transaction.oncomplete = outboxes.transaction.onabort = resolve
    })
  }
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
