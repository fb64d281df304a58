// The amounts that a total is made of, and which of them changed.

import assert from "node:assert/strict"
import { test } from "node:test"

import { describeChanges, sum, totalParts } from "../../static/js/totals_diff.js"
import { pageIn } from "./shop_page.js"

pageIn("GBP", 2)

const names = new Map([["milk-2l", "Milk"]])
const line = {
  pos: 1,
  agreed: 210,
  stock: null,
  name: "",
  unit: "",
  slug: "",
  image: "",
  category: "",
}
const totals = { count: 2, subtotal: 420, discount: 42, delivery: 350, total: 728, currency: "GBP" }

/** @param {import("../../static/js/types.d.ts").LineState} state */
function cart(state) {
  const item = { ...line, sku: "milk-2l", qty: 2, price: 210, state }
  return { lines: new Map([["milk-2l", item]]), totals }
}

test("the sum of the parts is the total", () => {
  assert.equal(sum(totalParts(cart("ok"))), totals.total)
})

test("sold-out lines are not part of the total", () => {
  assert.equal(totalParts(cart("sold_out")).has("milk-2l"), false)
})

test("only parts that changed are described, with their sign", () => {
  const before = new Map([
    ["milk-2l", 420],
    ["Delivery", 350],
    ["Discount", 0],
  ])
  const now = new Map([
    ["milk-2l", 470],
    ["eggs-6", 215],
    ["Delivery", 350],
    ["Discount", -47],
  ])

  assert.deepEqual(describeChanges(before, now, names), [
    "Milk +£0.50",
    "Discount −£0.47",
    "eggs-6 +£2.15",
  ])
  assert.deepEqual(describeChanges(now, now, names), [])
})
