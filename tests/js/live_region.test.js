import assert from "node:assert/strict"
import { test } from "node:test"
import { voice } from "../../static/js/toasts.js"
import { Clock } from "./clock.js"

function regionAndVoice() {
  const clock = new Clock()
  const region = /** @type {Element} */ ({ textContent: "" })
  return { clock, region, say: voice(region, (act, ms) => clock.after(ms, act)) }
}

test("what comes within half a second is said together", () => {
  const { clock, region, say } = regionAndVoice()
  say("Milk: 1 in your cart.")
  clock.pass(499)
  say("Bread: 1 in your cart.")

  assert.equal(region.textContent, "")
  clock.pass(1)
  assert.equal(region.textContent, "Milk: 1 in your cart. Bread: 1 in your cart.")
})

test("of one line only the last is said", () => {
  const { clock, region, say } = regionAndVoice()
  say("Milk: 1 in your cart.", "milk")
  say("Milk: 2 in your cart.", "milk")
  clock.pass(500)

  assert.equal(region.textContent, "Milk: 2 in your cart.")
})

test("the same again is said again: the region was empty in between", () => {
  const { clock, region, say } = regionAndVoice()
  say("Taken back.")
  clock.pass(500)
  say("Taken back.")

  assert.equal(region.textContent, "")
  clock.pass(500)
  assert.equal(region.textContent, "Taken back.")
})
