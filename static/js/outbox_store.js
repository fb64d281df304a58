// The outboxes of one account that the browser keeps, in IndexedDB, where a Web Lock gives each to at
// most one tab. A browser may deny all of it.

/** @import { AcquireLock, ClaimedOutbox, OutboxRecord, OutboxTables } from "./types.d.ts" */
/** @import { OutboxTable, StoredOutbox } from "./types.d.ts" */

export class OutboxStore {
  /** The browser keeps what is saved here; false once it refused. */
  is_kept = true
  #claimed = /** @type {ClaimedOutbox | null} */ (null)
  #tables
  #acquireLock
  #cart

  /**
   * @param {OutboxTables} tables
   * @param {AcquireLock} acquireLock
   * @param {string} cart  The account whose cart the ops are for; empty for the own.
   */
  constructor(tables, acquireLock, cart) {
    this.#tables = tables
    this.#acquireLock = acquireLock
    this.#cart = cart
  }

  get #table() {
    return this.#cart ? this.#tables.shared : this.#tables.own
  }

  /**
   * Lock an outbox of this cart that no tab holds and return it, or null if there is none. Outboxes
   * with pending ops come first, then the oldest.
   * @param {(stored: StoredOutbox) => boolean} fits
   * @returns {Promise<ClaimedOutbox | null>}
   */
  async claim(fits) {
    const all = await this.#table.all()
    const candidates = all.filter((stored) => (stored.cart ?? "") === this.#cart && fits(stored))
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
    if (stored?.id === record.id) await this.#put([], { ...stored, ...record })
  }

  /**
   * Use and save a new outbox, and delete the one in use before.
   * @param {OutboxRecord} record
   * @param {number} born
   */
  async replace(record, born) {
    const old = this.#claimed
    const stored = { ...record, born, ...(this.#cart && { cart: this.#cart }) }
    this.#claimed = { stored, release: (await this.#acquireLock(record.id)) ?? (() => {}) }
    await this.#put(old ? [old.stored.id] : [], stored)
    old?.release()
  }

  /** Return how many ops of the account are stored, also those of other tabs and other carts. */
  async count() {
    const all = await Promise.all(Object.values(this.#tables).map((table) => table.all()))
    return all.flat().reduce((sum, { waiting }) => sum + waiting.length, 0)
  }

  /** Release the outbox in use, so that another tab can claim it: this page is closing. */
  release() {
    this.#claimed?.release()
    this.#claimed = null
  }

  /** Delete all outboxes of the account: the customer signed out. */
  async clear() {
    this.release()
    for (const table of Object.values(this.#tables)) {
      await table.swap((await table.all()).map((stored) => stored.id))
    }
  }

  /**
   * @param {string[]} deleted
   * @param {StoredOutbox} added
   */
  async #put(deleted, added) {
    this.is_kept = await this.#table.swap(deleted, added)
  }
}

/**
 * Open the outboxes of `account` in IndexedDB. Those for the carts of others have a database of their
 * own, which a page of an older version, that knows of no such carts, never reads.
 * @param {string} account
 * @returns {OutboxTables}
 */
export function openTables(account) {
  return { own: openTable(`shop ${account}`), shared: openTable(`shop ${account} shared`) }
}

/**
 * Open a database with the first use. Where the browser denies storage, pending ops live as long as
 * the page.
 * @param {string} name
 * @returns {OutboxTable}
 */
function openTable(name) {
  let opening = /** @type {ReturnType<typeof openDatabase> | null} */ (null)
  const store = async () => {
    opening ??= openDatabase(name)
    return (await opening).transaction("outboxes", "readwrite").objectStore("outboxes")
  }
  const all = async () => done((await store()).getAll())
  return {
    all: () => all().catch(() => []),
    swap: (...change) =>
      store()
        .then(swapIn(...change))
        .catch(() => false),
  }
}

/**
 * Open a database. It rejects where the browser denies storage.
 * @param {string} name
 */
async function openDatabase(name) {
  const request = indexedDB.open(name)
  request.onupgradeneeded = () => request.result.createObjectStore("outboxes", { keyPath: "id" })
  return done(request)
}

/** @type {AcquireLock} */
export function lockOutbox(name) {
  return new Promise((resolve) => {
    navigator.locks
      .request(`outbox ${name}`, { ifAvailable: true }, (lock) => {
        // The browser holds the lock until the promise that is returned here resolves.
        if (lock) return new Promise((release) => resolve(() => release(null)))
        return resolve(null)
      })
      .catch(() => resolve(null))
  })
}

/**
 * @param {string[]} deleted
 * @param {StoredOutbox} [added]
 * @returns {(outboxes: IDBObjectStore) => Promise<boolean>}
 */
function swapIn(deleted, added) {
  return (outboxes) => {
    for (const id of deleted) outboxes.delete(id)
    if (added) outboxes.put(added)
    // A page that goes away would take with it what is not committed yet.
    outboxes.transaction.commit()
    return new Promise((resolve) => {
      outboxes.transaction.oncomplete = () => resolve(true)
      outboxes.transaction.onabort = () => resolve(false)
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
