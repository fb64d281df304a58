/** @import { OutboxRecord, OutboxTable, StoredOutbox } from "../../static/js/types.d.ts" */

import assert from "node:assert/strict"
import { test } from "node:test"
import { OutboxStore } from "../../static/js/outbox_store.js"

/** What one browser stores for an account, and which outboxes its tabs have locked. */
class Browser {
  /** @type {Map<string, StoredOutbox>} */
  rows = new Map()
  /** Those for the carts of others. */
  shared_rows = /** @type {Map<string, StoredOutbox>} */ (new Map())
  /** @type {Set<string>} */
  locked = new Set()
  is_full = false

  tab(cart = "") {
    return new OutboxStore(
      { own: this.#table(this.rows), shared: this.#table(this.shared_rows) },
      async (name) => {
        if (this.locked.has(name)) return null
        this.locked.add(name)
        return () => this.locked.delete(name)
      },
      cart,
    )
  }

  /**
   * @param {Map<string, StoredOutbox>} rows
   * @returns {OutboxTable}
   */
  #table(rows) {
    return {
      all: async () => structuredClone([...rows.values()]),
      swap: async (deleted, added) => {
        for (const id of deleted) rows.delete(id)
        if (added) rows.set(added.id, structuredClone(added))
        return !this.is_full
      },
    }
  }

  /** @param {StoredOutbox[]} rows */
  with(...rows) {
    for (const row of rows) this.rows.set(row.id, row)
    return this
  }
}

/**
 * @param {string} id
 * @param {number} [waiting]
 * @returns {OutboxRecord}
 */
function record(id, waiting = 0) {
  const pending = { op: /** @type {const} */ ({ k: "undo" }), since: 0, sent: true }
  return {
    id,
    settled: 0,
    waiting: Array.from({ length: waiting }, (_, i) => ({ ...pending, n: i + 1 })),
  }
}

const any = () => true

test("two tabs never claim the same outbox", async () => {
  const browser = new Browser().with({ ...record("a", 1), born: 1 })

  assert.equal((await browser.tab().claim(any))?.stored.id, "a")
  assert.equal(await browser.tab().claim(any), null)
})

test("outboxes with pending ops are claimed first, oldest first", async () => {
  const browser = new Browser().with(
    { ...record("idle"), born: 1 },
    { ...record("young", 1), born: 3 },
    { ...record("old", 1), born: 2 },
  )
  const found = [await browser.tab().claim(any), await browser.tab().claim(any)]
  found.push(await browser.tab().claim(any))

  assert.deepEqual(
    found.map((one) => one?.stored.id),
    ["old", "young", "idle"],
  )
})

test("only a fitting outbox is claimed", async () => {
  const browser = new Browser().with({ ...record("idle"), born: 1 })

  assert.equal(await browser.tab().claim((stored) => stored.waiting.length > 0), null)
  assert.equal(browser.locked.size, 0)
})

test("an outbox that was deleted before this tab had its lock is released", async () => {
  const browser = new Browser().with({ ...record("a", 1), born: 1 })
  const table = {
    all: async () => (browser.locked.size ? [] : [...browser.rows.values()]),
    swap: async () => true,
  }
  const store = new OutboxStore(
    { own: table, shared: table },
    async (name) => {
      browser.locked.add(name)
      return () => browser.locked.delete(name)
    },
    "",
  )

  assert.equal(await store.claim(any), null)
  assert.equal(browser.locked.size, 0)
})

test("an outbox that one tab released is claimed by the next, as it was saved last", async () => {
  const browser = new Browser()
  const first = browser.tab()
  await first.replace(record("a"), 1)
  await first.save(record("a", 2))
  first.release()

  assert.equal((await browser.tab().claim(any))?.stored.waiting.length, 2)
})

test("only the outbox in use is saved", async () => {
  const browser = new Browser()
  const store = browser.tab()
  await store.save(record("a", 1))
  assert.equal(browser.rows.size, 0)

  await store.replace(record("a"), 7)
  await store.save(record("a", 1))
  await store.save(record("b", 1))

  assert.deepEqual([...browser.rows.values()], [{ ...record("a", 1), born: 7 }])
})

test("a new outbox replaces the old one", async () => {
  const browser = new Browser()
  const store = browser.tab()
  await store.replace(record("a", 2), 1)
  await store.replace(record("b", 2), 2)

  assert.deepEqual([...browser.rows.keys()], ["b"])
  assert.deepEqual([...browser.locked], ["b"])
})

test("using another outbox releases the one before", async () => {
  const browser = new Browser().with({ ...record("orphan", 1), born: 0 })
  const store = browser.tab()
  await store.replace(record("own"), 1)
  const found = await store.claim((stored) => stored.waiting.length > 0)
  const used = found && store.use(found)

  assert.deepEqual(used?.waiting, record("orphan", 1).waiting)
  assert.deepEqual([...browser.locked], ["orphan"])
  await store.save(record("orphan", 2))
  assert.equal(browser.rows.get("orphan")?.waiting.length, 2)
  assert.deepEqual([...browser.rows.keys()], ["orphan", "own"])
})

test("signing out deletes all outboxes", async () => {
  const browser = new Browser().with({ ...record("orphan", 1), born: 0 })
  const store = browser.tab()
  await store.replace(record("own", 1), 1)
  await store.clear()

  assert.equal(browser.rows.size, 0)
  assert.equal(browser.locked.size, 0)
  await store.save(record("own", 1))
  assert.equal(browser.rows.size, 0)
})

test("a store that the browser refuses says that nothing is kept", async () => {
  const browser = new Browser()
  const store = browser.tab()
  await store.replace(record("own"), 1)
  assert.equal(store.is_kept, true)

  browser.is_full = true
  await store.save(record("own", 1))
  assert.equal(store.is_kept, false)
})

test("the unsent ops of all tabs are counted", async () => {
  const browser = new Browser().with({ ...record("orphan", 2), born: 0 })
  const store = browser.tab()
  await store.replace(record("own", 1), 1)

  assert.equal(await store.count(), 3)
})

test("each cart has outboxes of its own, and signing out counts and deletes those of all", async () => {
  const browser = new Browser()
  const [own, adas, bens] = [browser.tab(), browser.tab("u-ada"), browser.tab("u-ben")]
  await own.replace(record("own", 1), 1)
  await adas.replace(record("adas", 2), 2)
  await bens.replace(record("bens", 3), 3)
  for (const tab of [own, adas, bens]) tab.release()

  assert.equal((await browser.tab("u-ben").claim(any))?.stored.id, "bens")
  assert.equal(await browser.tab("u-ben").claim(any), null)
  assert.equal((await browser.tab("u-ada").claim(any))?.stored.id, "adas")
  assert.equal((await browser.tab().claim(any))?.stored.id, "own")
  assert.equal(await browser.tab("u-eve").claim(any), null)
  // A page of an older version reads this database, and knows of no other cart.
  assert.deepEqual([...browser.rows.keys()], ["own"])
  assert.equal(await own.count(), 6)
  await adas.clear()
  assert.equal(await bens.count(), 0)
})
