import assert from "node:assert/strict"
import { test } from "node:test"
import {
  clampedText,
  doneText,
  lineChangeText,
  qtyText,
} from "../../static/js/announcement_texts.js"
import { ageText, savedText, statusMessage } from "../../static/js/connection_texts.js"
import {
  freeDeliveryText,
  holdText,
  itemsText,
  money,
  savingText,
  stockLabel,
} from "../../static/js/strings.js"
import { signOutText } from "../../static/js/views/questions.js"
import { lineOf, serverSample } from "./samples.js"
import { pageIn } from "./shop_page.js"

pageIn("GBP", 2)

test("money has two digits after the point, also below zero", () => {
  assert.deepEqual(
    [money(220), money(0), money(-66), money(123456)],
    ["£2.20", "£0.00", "-£0.66", "£1,234.56"],
  )
})

test("a saving is an amount of money", () => {
  assert.deepEqual([savingText(20), savingText(120)], ["You save £0.20", "You save £1.20"])
})

test("the stock label has a number only if stock is low", () => {
  assert.deepEqual(
    [
      stockLabel(null, "ok"),
      stockLabel(5, "ok"),
      stockLabel(0, "sold_out"),
      stockLabel(null, "gone"),
    ],
    ["In stock", "5 left", "Sold out", "No longer sold"],
  )
})

test("what is held is said of a product and of a line", () => {
  const line = lineOf("gala-apples-1kg", { stock: 1, state: "short", others: 2 })

  assert.deepEqual(
    [stockLabel(5, "ok", 2), stockLabel(0, "sold_out", 2), stockLabel(null, "ok", 2)],
    ["5 left, 2 held", "Sold out", "In stock"],
  )
  assert.deepEqual(
    [
      holdText({ ...line, hold: "ended" }),
      holdText({ ...line, hold: "ended", stock: null }),
      holdText(line),
      holdText({ ...line, hold: "part", state: "ok" }),
      holdText({ ...line, hold: "part", state: "ok", limited: true }),
      holdText({ ...line, hold: "none", state: "ok", limited: true }),
      holdText({ ...line, hold: "held", state: "ok" }),
      holdText({ ...line, hold: "none", state: "ok" }),
    ],
    [
      "No longer held for you; 1 left",
      "No longer held for you",
      "2 held for somebody else",
      "Held for you in part",
      "Held for you in part: at most 20 items, of 5 products, are held for a cart",
      "Not held for you: at most 20 items, of 5 products, are held for a cart",
      "Held for you",
      "",
    ],
  )
})

test("a clamped op says how many were put in the cart", () => {
  const { warn } = serverSample("ok_clamped", "ok")

  assert.equal(warn && clampedText(warn), "Only 5 left, so your cart has 5.")
})

test("a change of a line by the shop has a text only when it happens", () => {
  const apples = lineOf("gala-apples-1kg")
  const said = (/** @type {Partial<typeof apples>} */ change) =>
    lineChangeText({ ...apples, ...change }, apples)

  assert.equal(said({ price: 240, state: "price_rise" }), "Gala apples: was £2.20, now £2.40.")
  assert.equal(said({ state: "sold_out" }), "Gala apples: sold out.")
  assert.equal(said({ state: "gone" }), "Gala apples: no longer sold.")
  assert.equal(said({ state: "short", stock: 2 }), "Gala apples: only 2 left.")
  assert.equal(said({ price: 200 }), "Gala apples: now £2.00.")
  assert.equal(said({ qty: 7, stock: 4 }), "")
  assert.equal(lineChangeText(apples, lineOf("gala-apples-1kg", { state: "short" })), "")
  assert.equal(lineChangeText(apples, undefined), "")
  const few = lineOf("rye-loaf-500g")
  assert.equal(lineChangeText({ ...few, qty: 3 }, few), "")
  assert.equal(lineChangeText(undefined, apples), "")
})

test("there is no status for an open connection, nor for one that is away for a moment", () => {
  assert.equal(statusMessage("open", 0, 3, true, "cart from 4 min ago"), null)
  assert.equal(statusMessage("connecting", 0, 3, false, "cart from 4 min ago"), null)
  assert.equal(statusMessage("waiting", 0, 3, false, "cart from 4 min ago"), null)
  assert.equal(statusMessage("stopped", 0, 3, true, "cart from 4 min ago"), null)
})

test("the status of a lost connection has the unsaved changes and the age of the cart", () => {
  const said = (/** @type {"connecting" | "waiting" | "offline"} */ state, count = 0) =>
    statusMessage(state, 0, count, state !== "offline", "cart from 4 min ago")?.text

  assert.equal(said("offline", 3), "Offline: 3 changes waiting · cart from 4 min ago")
  assert.equal(said("offline"), "Offline · cart from 4 min ago")
  assert.equal(said("waiting", 1), "No connection: 1 change waiting · cart from 4 min ago")
  assert.equal(said("connecting"), "Connecting · cart from 4 min ago")
})

test("the age of a cart is in minutes, or is only said to be earlier if the clocks disagree", () => {
  assert.deepEqual([0, 59_999, 60_000, 7_260_000, Number.NaN].map(ageText), [
    "cart from just now",
    "cart from just now",
    "cart from 1 min ago",
    "cart from 121 min ago",
    "cart from earlier",
  ])
})

test("the status of a stopped connection offers what helps", () => {
  const said = (/** @type {number} */ code) =>
    statusMessage("stopped", code, 2, true, "cart from 4 min ago")

  assert.deepEqual(said(4401), { text: "You are signed out: 2 changes waiting", act: "Sign in" })
  assert.deepEqual(said(4406), { text: "There is a newer version of this page", act: "Reload" })
  assert.equal(said(4409)?.act, "Use it here")
  assert.deepEqual(said(4411), {
    text: "Open in too many tabs: 2 changes waiting",
    act: "Use it here",
  })
  for (const code of [4400, 1007, 1009]) assert.equal(said(code)?.act, "Reload")
  // These clear the page, and what they show is not a status.
  for (const code of [4410, 4412, 4413]) assert.equal(said(code), null)
})

test("without a websocket the status says slower at once, and nothing else about the connection", () => {
  assert.deepEqual(statusMessage("slow", 0, 1, false, "cart from 4 min ago"), {
    text: "Slower connection: 1 change waiting · cart from 4 min ago",
  })
})

test("items that cannot be ordered are named beside the count", () => {
  assert.deepEqual(
    [itemsText(1, 0), itemsText(3, 0), itemsText(3, 6), itemsText(0, 1)],
    ["1 item", "3 items", "3 items, 6 not available", "0 items, 1 not available"],
  )
})

test("a typed quantity that cannot be ordered is put back or lowered in words", () => {
  const line = lineOf("gala-apples-1kg", { qty: 6 })

  assert.equal(
    qtyText(line, 99),
    "Gala apples: 99 in your cart, the most you can have of one product.",
  )
  assert.equal(qtyText(line, null), "Gala apples: still 6 in your cart.")
})

test("what an op did is said where the page shows it badly", () => {
  const line = lineOf("gala-apples-1kg")
  const at = /** @type {any} */ ({
    lines: new Map([[line.sku, line]]),
    saved: new Map(),
    voucher: null,
  })
  const sku = line.sku

  assert.equal(doneText({ k: "line.save", sku }, at), "Saved Gala apples for later.")
  assert.equal(doneText({ k: "line.unsave", sku }, at), "Moved Gala apples to your cart.")
  assert.equal(doneText({ k: "note.set", text: "ring" }, at), "Your note is saved.")
  assert.equal(doneText({ k: "voucher.set", code: null }, at), "The voucher is removed.")
  assert.equal(doneText({ k: "line.set", sku, qty: 1 }, at), "")
  const voucher = { code: "TEN", label: "10 % off", state: "ok" }
  const op = /** @type {const} */ ({ k: "voucher.set", code: "ten" })
  assert.equal(doneText(op, { ...at, voucher }), "Voucher TEN: 10 % off.")
  assert.match(doneText(op, { ...at, voucher: { ...voucher, state: "used" } }), /does not apply/)
})

test("how far a cart is from free delivery is said as the server says it", () => {
  assert.equal(freeDeliveryText(40), "£0.40 to free delivery")
  assert.equal(freeDeliveryText(0), "Free delivery")
  assert.equal(freeDeliveryText(-180), "Free delivery")
})

test("signing out says what is not saved, and what happens until then", () => {
  assert.match(signOutText(2), /^2 changes not saved yet\. .* as soon as they are\./)
  assert.match(signOutText(0), /^No connection at the moment\. .* stays signed in/)
})

test("the summary counts what was saved and has the reasons against the rest", () => {
  assert.equal(savedText("Back online", 0, []), "Back online")
  assert.equal(savedText("Connected", 3, []), "Connected: 3 changes saved")
  assert.equal(
    savedText("Back online", 2, ["Gala apples are sold out."]),
    "Back online: 2 of 3 changes saved. Gala apples are sold out.",
  )
  assert.equal(
    savedText("Connected", 0, ["One is sold out.", "The other too."]),
    "Connected: 0 of 2 changes saved. One is sold out. The other too.",
  )
})
