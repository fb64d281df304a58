/** @import { Op } from "../../static/js/types.d.ts" */

import assert from "node:assert/strict"
import { test } from "node:test"
import { hold } from "../../static/js/cart.js"
import { pending } from "../../static/js/pending.js"
import { lineOf, told } from "./samples.js"

const full = hold(told("snapshot_of_every_state", "snapshot"))
const empty = hold(told("snapshot_empty", "snapshot"))
const { sku: _sku, ...tea } = lineOf("honey-340g", { name: "Green tea", price: 180 })

/**
 * @param {typeof full} cart
 * @param {...Op} ops
 */
function shown(cart, ...ops) {
  return pending(cart, ops, (sku) => (sku === "tea" ? tea : undefined))
}

/**
 * @param {ReturnType<typeof shown>} page
 * @param {string} sku
 */
function qty({ lines }, sku) {
  return lines.find((line) => line.sku === sku)?.qty
}

test("while nothing waits, the page shows what the shop confirmed", () => {
  const page = shown(full)

  assert.deepEqual(page.lines, [...full.lines.values()])
  assert.deepEqual(page.saved, [...full.saved.values()])
  assert.deepEqual([page.note, page.voucher, page.waits], [full.note, full.voucher, false])
})

test("the count leaves out what cannot be had, as the shop's does", () => {
  assert.equal(shown(full).count, full.totals.count)
})

test("waiting quantities are shown in the order in which they were asked", () => {
  const page = shown(
    full,
    { k: "line.set", sku: "gala-apples-1kg", qty: 5 },
    { k: "line.add", sku: "gala-apples-1kg", qty: 2 },
  )

  assert.equal(qty(page, "gala-apples-1kg"), 7)
  assert.equal(page.count, full.totals.count + 4)
  assert.deepEqual([...page.touched], ["gala-apples-1kg"])
  assert.equal(page.waits, true)
})

test("totals and prices are never guessed", () => {
  const page = shown(full, { k: "line.set", sku: "gala-apples-1kg", qty: 50 })

  assert.equal(page.totals, full.totals)
  assert.equal(page.lines[0]?.price, 220)
})

test("a line that is set to nothing is gone, and one that is not there stays away", () => {
  assert.equal(qty(shown(full, { k: "line.set", sku: "milk-2l", qty: 0 }), "milk-2l"), undefined)
  assert.equal(shown(empty, { k: "line.set", sku: "tea", qty: 0 }).lines.length, 0)
})

test("a product on the page becomes a line behind the others", () => {
  const line = shown(full, { k: "line.add", sku: "tea", qty: 2 }).lines.at(-1)

  assert.deepEqual([line?.sku, line?.qty, line?.name], ["tea", 2, "Green tea"])
  assert.deepEqual([line?.price, line?.agreed, line?.state], [180, 180, "ok"])
})

test("a product that the page does not know waits without a line", () => {
  const page = shown(empty, { k: "line.add", sku: "unheard-of", qty: 1 })

  assert.deepEqual([page.lines.length, page.waits], [0, true])
})

test("no line shows more than 99", () => {
  const page = shown(full, { k: "line.add", sku: "gala-apples-1kg", qty: 98 })

  assert.equal(qty(page, "gala-apples-1kg"), 99)
})

test("a waiting note is the note", () => {
  assert.equal(shown(full, { k: "note.set", text: "ring twice" }).note, "ring twice")
})

test("what only the shop can decide waits without being shown", () => {
  const page = shown(
    full,
    { k: "undo" },
    { k: "voucher.set", code: "WELCOME10" },
    { k: "line.save", sku: "milk-2l" },
    { k: "line.accept", sku: "milk-2l", price: 160 },
  )

  assert.deepEqual(page.lines, [...full.lines.values()])
  assert.ok(page.touched.has("milk-2l"))
})

test("the confirmed cart stays as it is", () => {
  shown(full, { k: "line.set", sku: "milk-2l", qty: 9 })

  assert.equal(full.lines.get("milk-2l")?.qty, 2)
})
