import assert from "node:assert/strict"
import { test } from "node:test"
import { announcer } from "../../static/js/toasts.js"
import { Clock } from "./clock.js"

function regionAndAnnounce() {
  const clock = new Clock()
  const region = /** @type {Element} */ ({ textContent: "" })
  return { clock, region, announce: announcer(region, (act, ms) => clock.after(ms, act)) }
}

test("texts within half a second are announced together", () => {
  const { clock, region, announce } = regionAndAnnounce()
  announce("Milk: 1 in your cart.")
  clock.pass(499)
  announce("Bread: 1 in your cart.")

  assert.equal(region.textContent, "")
  clock.pass(1)
  assert.equal(region.textContent, "Milk: 1 in your cart. Bread: 1 in your cart.")
})

test("of texts with the same key only the last is announced", () => {
  const { clock, region, announce } = regionAndAnnounce()
  announce("Milk: 1 in your cart.", "milk")
  announce("Milk: 2 in your cart.", "milk")
  clock.pass(500)

  assert.equal(region.textContent, "Milk: 2 in your cart.")
})

test("the same text is announced again: the region was empty in between", () => {
  const { clock, region, announce } = regionAndAnnounce()
  announce("Taken back.")
  clock.pass(500)
  announce("Taken back.")

  assert.equal(region.textContent, "")
  clock.pass(500)
  assert.equal(region.textContent, "Taken back.")
})
