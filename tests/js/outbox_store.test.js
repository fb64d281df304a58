/** @import { Kept, Row } from "../../static/js/types.d.ts" */

import assert from "node:assert/strict"
import { test } from "node:test"
import { Drawer } from "../../static/js/outbox_store.js"

/** What one browser keeps for an account, and which of it its tabs hold. */
class Browser {
  /** @type {Map<string, Row>} */
  rows = new Map()
  /** @type {Set<string>} */
  locked = new Set()

  tab() {
    return new Drawer(
      {
        all: async () => structuredClone([...this.rows.values()]),
        swap: async (gone, come) => {
          for (const id of gone) this.rows.delete(id)
          if (come) this.rows.set(come.id, structuredClone(come))
        },
      },
      async (name) => {
        if (this.locked.has(name)) return null
        this.locked.add(name)
        return () => this.locked.delete(name)
      },
    )
  }

  /** @param {Row[]} rows */
  keeps(...rows) {
    for (const row of rows) this.rows.set(row.id, row)
    return this
  }
}

/**
 * @param {string} id
 * @param {number} [waiting]
 * @returns {Kept}
 */
function kept(id, waiting = 0) {
  const one = { op: /** @type {const} */ ({ k: "undo" }), since: 0, sent: true }
  return {
    id,
    settled: 0,
    waiting: Array.from({ length: waiting }, (_, i) => ({ ...one, n: i + 1 })),
  }
}

const any = () => true

test("two tabs never hold one outbox", async () => {
  const browser = new Browser().keeps({ ...kept("a", 1), born: 1 })

  assert.equal((await browser.tab().find(any))?.row.id, "a")
  assert.equal(await browser.tab().find(any), null)
})

test("what waits is taken over first, the oldest before the others", async () => {
  const browser = new Browser().keeps(
    { ...kept("idle"), born: 1 },
    { ...kept("young", 1), born: 3 },
    { ...kept("old", 1), born: 2 },
  )
  const found = [await browser.tab().find(any), await browser.tab().find(any)]
  found.push(await browser.tab().find(any))

  assert.deepEqual(
    found.map((one) => one?.row.id),
    ["old", "young", "idle"],
  )
})

test("only what fits is taken over", async () => {
  const browser = new Browser().keeps({ ...kept("idle"), born: 1 })

  assert.equal(await browser.tab().find((row) => row.waiting.length > 0), null)
  assert.equal(browser.locked.size, 0)
})

test("what was sent and forgotten by its tab while we asked for its lock is let go", async () => {
  const browser = new Browser().keeps({ ...kept("a", 1), born: 1 })
  const drawer = new Drawer(
    {
      all: async () => (browser.locked.size ? [] : [...browser.rows.values()]),
      swap: async () => {},
    },
    async (name) => {
      browser.locked.add(name)
      return () => browser.locked.delete(name)
    },
  )

  assert.equal(await drawer.find(any), null)
  assert.equal(browser.locked.size, 0)
})

test("an outbox that a tab let go of is found by the next, as it was kept last", async () => {
  const browser = new Browser()
  const first = browser.tab()
  await first.replace(kept("a"), 1)
  await first.keep(kept("a", 2))
  first.leave()

  assert.equal((await browser.tab().find(any))?.row.waiting.length, 2)
})

test("what is held is stored, and nothing else is", async () => {
  const browser = new Browser()
  const drawer = browser.tab()
  await drawer.keep(kept("a", 1))
  assert.equal(browser.rows.size, 0)

  await drawer.replace(kept("a"), 7)
  await drawer.keep(kept("a", 1))
  await drawer.keep(kept("b", 1))

  assert.deepEqual([...browser.rows.values()], [{ ...kept("a", 1), born: 7 }])
})

test("a new outbox takes the place of the old one", async () => {
  const browser = new Browser()
  const drawer = browser.tab()
  await drawer.replace(kept("a", 2), 1)
  await drawer.replace(kept("b", 2), 2)

  assert.deepEqual([...browser.rows.keys()], ["b"])
  assert.deepEqual([...browser.locked], ["b"])
})

test("what was held before stays for other tabs", async () => {
  const browser = new Browser().keeps({ ...kept("orphan", 1), born: 0 })
  const drawer = browser.tab()
  await drawer.replace(kept("own"), 1)
  const found = await drawer.find((row) => row.waiting.length > 0)
  const held = found && drawer.hold(found)

  assert.deepEqual(held?.waiting, kept("orphan", 1).waiting)
  assert.deepEqual([...browser.locked], ["orphan"])
  await drawer.keep(kept("orphan", 2))
  assert.equal(browser.rows.get("orphan")?.waiting.length, 2)
  assert.deepEqual([...browser.rows.keys()], ["orphan", "own"])
})

test("signing out forgets everything", async () => {
  const browser = new Browser().keeps({ ...kept("orphan", 1), born: 0 })
  const drawer = browser.tab()
  await drawer.replace(kept("own", 1), 1)
  await drawer.clear()

  assert.equal(browser.rows.size, 0)
  assert.equal(browser.locked.size, 0)
  await drawer.keep(kept("own", 1))
  assert.equal(browser.rows.size, 0)
})
