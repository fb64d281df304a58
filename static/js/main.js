// Puts the page together: wishes go out, news comes in, the views show the result.

/** @import { Cart } from "./cart.js" */
/** @import { Line, News, Op, Patch, Prices } from "./protocol.js" */
/** @import { Final } from "./tab.js" */

import { voice } from "./announce.js"
import { hold } from "./cart.js"
import { onWish } from "./clicks.js"
import { lock, openRows } from "./database.js"
import { Drawer } from "./drawer.js"
import { onLife } from "./life.js"
import { Socket } from "./socket.js"
import { Tab } from "./tab.js"
import { Tally } from "./tally.js"
import { every, the } from "./views/dom.js"
import { askForLogin, onLogin } from "./views/login.js"
import { clearRemoved, leaveRemoved, notice, question, setRevision } from "./views/notices.js"
import { showRows, tint } from "./views/rows.js"
import { known, showCards, showPrices, skusOnThePage } from "./views/shelf.js"
import { onAct, showStatus } from "./views/status.js"
import { showSummary, showTabs } from "./views/summary.js"
import { clamped, moved, stale, status } from "./words.js"

const LATE_MS = 2000

const account = document.body.dataset.account ?? ""
const politely = voice(the("#polite"), after)
const urgently = voice(the("#assertive"), after)
const channel = new BroadcastChannel("shop")
const clock = () => Date.now()
const now = () => performance.now()
const drawer = new Drawer(account, openRows(), lock, clock)
const tally = new Tally()
/** @type {Set<string>} */
const asked_about = new Set()
let fresh_at = new Date()
let away_since = now()
let looks_for_orphans = false
/** This page was put away and has not heard of its cart since. */
let is_old = false

const socket = new Socket(
  {
    open: () => new WebSocket(`${location.origin.replace(/^http/, "ws")}/ws`, "shop.cart.v1"),
    now,
    chance: Math.random,
    after,
  },
  { hello: (gen) => tab.hello(gen), heard: (news) => tab.hear(news), closed, changed: linkChanged },
)

const tab = new Tab(
  account,
  hold(JSON.parse(the("#cart-now").textContent ?? "")),
  {
    uuid: () => crypto.randomUUID(),
    now,
    clock,
    after,
    isOpen: () => socket.state === "open",
    send: (frame) => socket.send(frame),
    restart: () => socket.start(),
    keep: (kept) => drawer.keep(kept),
    replace: (kept) => drawer.replace(kept),
    setAside: (kept) => drawer.setAside(kept).then(askAboutStale),
  },
  { changed: show, answered, patched, priced, told, stranger: () => location.reload() },
)

/** Connect, with what an earlier page left unsent. */
async function begin() {
  tab.watched = skusOnThePage()
  tab.adopt(await drawer.claim(tab.outbox.kept))
  socket.start()
  await askAboutStale()
}

/** The page goes, perhaps to come back: another one may go on with what waits. */
function end() {
  is_old = true
  show()
  socket.stop()
  drawer.leave()
  tab.leave()
}

/** @param {Op} op */
function ask(op) {
  const { lines } = tab.shown(known)
  const line = "sku" in op ? lines.find((one) => one.sku === op.sku) : undefined
  if (line && op.k === "line.set" && op.qty === 0) leave(line)
  tab.ask(op)
  const after = line && tab.shown(known).lines.find((one) => one.sku === line.sku)
  if (after) politely(`${after.name}: ${after.qty} in your cart.`, after.sku)
}

/** @param {Line} line */
function leave({ sku, name }) {
  leaveRemoved(document.querySelector(`[data-rows="lines"] > [data-sku="${sku}"]`), sku, name)
  politely(`Removed ${name}.`, sku)
}

function show() {
  const shown = tab.shown(known)
  const held = new Set(shown.lines.map((line) => line.sku))
  for (const list of every("[data-rows]")) {
    showRows(list, list.dataset.rows === "saved" ? shown.saved : shown.lines, shown.touched)
  }
  showCards(shown.lines, shown.touched)
  showSummary(shown, is_old)
  clearRemoved((sku) => held.has(sku))
  showLink()
}

function showLink() {
  const { state, code } = socket
  const waiting = tab.outbox.waiting.length
  const is_late = now() - away_since >= LATE_MS
  const at = fresh_at.toLocaleTimeString("en-GB", { hour: "2-digit", minute: "2-digit" })
  const status_now = status({ state, code, waiting, is_late, fresh_at: at })
  if (status_now) tally.begin()
  showStatus(state, status_now)
  if (state === "open" && waiting === 0) caughtUp()
}

/** Nothing waits any more. */
function caughtUp() {
  if (tally.counts) say(tally.end())
  if (looks_for_orphans) adoptOrphan()
}

function linkChanged() {
  const { state, code } = socket
  if (state === "open") {
    away_since = Number.POSITIVE_INFINITY
    sessionStorage.removeItem("reloaded")
  } else if (away_since === Number.POSITIVE_INFINITY) {
    away_since = now()
    fresh_at = new Date()
    after(LATE_MS, showLink)
  }
  if (state === "stopped") stopped(code)
  showLink()
}

/** @param {number} code */
function stopped(code) {
  if (code === 4401) askForLogin()
  if (code === 4410) signedOut()
  if (code === 4406) reloadOnce()
  if (code === 4400 || code === 1007 || code === 1009) drawer.discard()
}

/** @param {number} code */
function closed(code) {
  if (code === 4503) tab.forgetPosition()
}

/**
 * @param {Op} op
 * @param {Final} verdict
 */
function answered(op, verdict) {
  const refusal = verdict.t === "no" ? verdict.text : null
  if (tally.counts) tally.add(refusal)
  else if (refusal) say(refusal)
  if (verdict.t === "no") return
  if (verdict.warn) say(clamped(verdict.warn))
  if (op.k === "undo") politely("Taken back.")
  if (op.k === "line.set" && op.qty === 0) setRevision(op.sku, verdict.rev)
}

/**
 * @param {Patch} patch
 * @param {Cart} before
 */
function patched(patch, before) {
  tellMoves(before)
  if (tab.made(patch)) return
  for (const [sku, line] of Object.entries(patch.lines)) {
    const old = before.lines.get(sku)
    if (line?.qty === old?.qty) continue
    politely(`${(line ?? old)?.name} changed in another tab.`, sku)
    for (const list of every("[data-rows]")) tint(list, sku)
  }
}

/**
 * @param {Prices} prices
 * @param {Cart} before
 */
function priced(prices, before) {
  showPrices(prices.items)
  tellMoves(before)
}

/** @param {Cart} before */
function tellMoves(before) {
  for (const line of tab.cart.lines.values()) {
    const text = moved(line, before.lines.get(line.sku))
    if (!text) continue
    urgently(text, line.sku)
    if (!the("[data-rows]").checkVisibility()) notice(text)
  }
}

/** @param {News} news */
function told(news) {
  if (news.t === "welcome") is_old = false
  if (news.t !== "tabs") return
  showTabs(news.n)
  looks_for_orphans = true
  showLink()
}

/** Go on with what a closed tab left unsent, unless something waits here by now. */
async function adoptOrphan() {
  looks_for_orphans = false
  const found = await drawer.findOrphan()
  if (!found) return
  if (tab.outbox.waiting.length > 0) {
    looks_for_orphans = true
    return found.letGo()
  }
  tab.adopt(drawer.hold(found))
  socket.start()
}

async function askAboutStale() {
  for (const row of await drawer.stale()) {
    if (asked_about.has(row.id)) continue
    asked_about.add(row.id)
    question(stale(row.waiting.length), {
      "Send now": () => drawer.freshen(row).then(adoptOrphan),
      Forget: () => drawer.forget(row),
    })
  }
}

/** This login has ended: nothing of it stays in any tab. */
async function signedOut() {
  end()
  the("main").replaceChildren()
  for (const place of every("aside, .bar")) place.remove()
  await drawer.clear()
  location.replace(`/login?next=${encodeURIComponent(location.pathname + location.search)}`)
}

/** @param {SubmitEvent} event */
async function signOut(event) {
  event.preventDefault()
  end()
  channel.postMessage(account)
  await drawer.clear()
  /** @type {HTMLFormElement} */ (event.target).submit()
}

function reloadOnce() {
  if (sessionStorage.getItem("reloaded")) return
  sessionStorage.setItem("reloaded", "4406")
  location.reload()
}

/** @param {string} text */
function say(text) {
  notice(text)
  politely(text)
}

/**
 * @param {number} ms
 * @param {() => void} act
 * @returns {() => void}
 */
function after(ms, act) {
  const timer = setTimeout(act, ms)
  return () => clearTimeout(timer)
}

onWish(ask, () => socket.state !== "stopped" || socket.code === 4401)
onAct({ connect: () => socket.start(), reload: () => location.reload(), login: askForLogin })
onLogin((signed_in) => (signed_in === account ? socket.start() : location.reload()))
onLife({
  begin,
  end,
  reach: (online) => socket.reach(online),
  show: (visible) => socket.show(visible),
  wake: () => socket.probe(),
  clock,
})
for (const form of every('form[action="/logout"]')) form.addEventListener("submit", signOut)
document.addEventListener("focusout", () => queueMicrotask(show))
channel.addEventListener("message", (event) => event.data === account && signedOut())
after(LATE_MS, showLink)
begin()
