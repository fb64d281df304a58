// The browser's own database and locks, as drawer.js needs them.

/** @import { Lock, Row, Rows } from "./drawer.js" */

const NAME = "shop"
const OUTBOXES = "outboxes"

/**
 * Open the rows of all outboxes in this browser; where it keeps nothing, neither do we.
 * @returns {Rows}
 */
export function openRows() {
  const opening = open()
  opening.catch(() => console.warn("This browser keeps no unsent changes over a reload."))
  return {
    async all() {
      const database = await opening.catch(() => null)
      return database ? /** @type {Promise<Row[]>} */ (done(outboxes(database).getAll())) : []
    },
    async swap(gone, come) {
      const database = await opening.catch(() => null)
      if (!database) return
      const store = outboxes(database)
      for (const id of gone) store.delete(id)
      for (const row of come) store.put(row)
      await new Promise((resolve) => {
        store.transaction.oncomplete = store.transaction.onabort = resolve
      })
    },
  }
}

/** @type {Lock} */
export function lock(name) {
  return new Promise((resolve) => {
    navigator.locks.request(`outbox ${name}`, { ifAvailable: true }, (held) => {
      if (!held) return resolve(null)
      return new Promise((letGo) => resolve(() => letGo(undefined)))
    })
  })
}

/** @returns {Promise<IDBDatabase>} */
function open() {
  const request = indexedDB.open(NAME, 1)
  request.onupgradeneeded = () => request.result.createObjectStore(OUTBOXES, { keyPath: "id" })
  return done(request)
}

/** @param {IDBDatabase} database */
function outboxes(database) {
  return database.transaction(OUTBOXES, "readwrite").objectStore(OUTBOXES)
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
