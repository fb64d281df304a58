// The outboxes of one account, stored in IndexedDB; a Web Lock gives each to at most one tab.

/** @import { AcquireLock, ClaimedOutbox, OutboxRecord, OutboxTable } from "./types.d.ts" */
/** @import { StoredOutbox } from "./types.d.ts" */

export class OutboxStore {
  #claimed = /** @type {ClaimedOutbox | null} */ (null)
  #table
  #acquireLock

  /**
   * @param {OutboxTable} table
   * @param {AcquireLock} acquireLock
   */
  constructor(table, acquireLock) {
    this.#table = table
    this.#acquireLock = acquireLock
  }

  /**
   * Lock an outbox that no tab holds and return it, or null if there is none. Outboxes with pending
   * ops come first, then the oldest.
   * @param {(stored: StoredOutbox) => boolean} fits
   * @returns {Promise<ClaimedOutbox | null>}
   */
  async claim(fits) {
    const candidates = (await this.#table.all()).filter(fits)
    const idle = (/** @type {StoredOutbox} */ stored) => Number(!stored.waiting.length)
    for (const { id } of candidates.sort((a, b) => idle(a) - idle(b) || a.born - b.born)) {
      const release = await this.#acquireLock(id)
      // Another tab may have changed or deleted it before this tab had the lock.
      const stored = release && (await this.#table.all()).find((other) => other.id === id)
      if (stored) return { stored, release }
      release?.()
    }
    return null
  }

  /**
   * Use a claimed outbox; the one in use before is released for other tabs.
   * @param {ClaimedOutbox} claimed
   */
  use(claimed) {
    this.release()
    this.#claimed = claimed
    return claimed.stored
  }

  /**
   * Save the outbox in use.
   * @param {OutboxRecord} record  Ignored if it is another outbox.
   */
  async save(record) {
    const stored = this.#claimed?.stored
    if (stored?.id === record.id) await this.#table.swap([], { ...stored, ...record })
  }

  /**
   * Use and save a new outbox, and delete the one in use before.
   * @param {OutboxRecord} record
   * @param {number} born
   */
  async replace(record, born) {
    const old = this.#claimed
    const stored = { ...record, born }
    this.#claimed = { stored, release: (await this.#acquireLock(record.id)) ?? (() => {}) }
    await this.#table.swap(old ? [old.stored.id] : [], stored)
    old?.release()
  }

  /** Release the outbox in use, so that another tab can claim it: this page is closing. */
  release() {
    this.#claimed?.release()
    this.#claimed = null
  }

  /** Delete all outboxes of the account: the customer signed out. */
  async clear() {
    this.release()
    await this.#table.swap((await this.#table.all()).map((stored) => stored.id))
  }
}

/**
 * Open the outboxes of `account` in IndexedDB. Where the browser denies storage, pending ops live
 * as long as the page.
 * @param {string} account
 * @returns {OutboxTable}
 */
export function openTable(account) {
  const request = indexedDB.open(`shop ${account}`)
  request.onupgradeneeded = () => request.result.createObjectStore("outboxes", { keyPath: "id" })
  const opening = done(request)
  const store = async () =>
    (await opening).transaction("outboxes", "readwrite").objectStore("outboxes")
  const all = async () => done((await store()).getAll())
  return {
    all: () => all().catch(() => []),
    swap: (...change) => store().then(swapIn(...change), () => {}),
  }
}

/** @type {AcquireLock} */
export function lockOutbox(name) {
  return new Promise((resolve) => {
    navigator.locks.request(`outbox ${name}`, { ifAvailable: true }, (lock) => {
      // The browser holds the lock until the promise that is returned here resolves.
      if (lock) return new Promise((release) => resolve(() => release(null)))
      return resolve(null)
    })
  })
}

/**
 * @param {string[]} deleted
 * @param {StoredOutbox} [added]
 * @returns {(outboxes: IDBObjectStore) => Promise<unknown>}
 */
function swapIn(deleted, added) {
  return (outboxes) => {
    for (const id of deleted) outboxes.delete(id)
    if (added) outboxes.put(added)
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
