// Puts the page together: wishes go out, news comes in, the views show the result.

/** @import { After, Cart, Listen, News, Op, SocketWorld, Warn } from "./types.d.ts" */

import { clearRemoved, leaveRemoved, notice, question, setRevision, voice } from "./announce.js"
import { hold } from "./cart.js"
import { Drawer, lock, openRows } from "./drawer.js"
import { onWish } from "./forms.js"
import { Socket } from "./socket.js"
import { Tab } from "./tab.js"
import { showCart, tint } from "./views/cart.js"
import { change, every, isField, leaveField, set, the } from "./views/dom.js"
import { known, showCards, showPrices, skusOnThePage } from "./views/shelf.js"
import { backOnline, clamped, counted, moved, status } from "./words.js"

const LATE_MS = 2000
const NAP_MS = 15_000

const account = document.body.dataset.account ?? ""
const now = () => performance.now()
const clock = () => Date.now()
const politely = voice(the("#polite"), after)
const urgently = voice(the("#assertive"), after)
const drawer = new Drawer(openRows(account), lock)
const channel = new BroadcastChannel("shop")

let away_since = now()
let fresh_at = timeOfDay()
/** The tab let its socket go while nobody looked: that is no trouble to speak of. */
let rested = false
/** This page was put away, and has not heard of its cart since. */
let is_old = false
/** Pages with something of their own to show hear the news too. */
const listeners = /** @type {Set<Listen>} */ (new Set())
/** What became of the changes that waited while the shopper saw it. */
let tally = /** @type {{ saved: number, refusals: string[] } | null} */ (null)

/** What the socket opens: a page may put something between. */
export const world = /** @type {SocketWorld} */ ({
  open: () => new WebSocket(`${location.origin.replace("http", "ws")}/ws`, "shop.cart.v1"),
  chance: Math.random,
  now,
  after,
})

export const socket = new Socket(world, {
  hello: (gen) => tab.hello(gen),
  heard: (news) => tab.hear(news),
  closed: (code) => code === 4503 && tab.forgetPosition(),
  changed: linkChanged,
})

export const tab = new Tab(
  account,
  hold(JSON.parse(the("#cart-now").textContent ?? "")),
  {
    uuid: () => crypto.randomUUID(),
    isOpen: () => socket.state === "open",
    send: (frame) => socket.send(frame),
    restart: () => socket.start(),
    keep: async (outbox) => {
      await nextTask()
      await drawer.keep(outbox.kept)
    },
    replace: (kept) => drawer.replace(kept, clock()),
    now,
    clock,
    after,
  },
  { changed: show, told, stranger: () => location.reload() },
)

/** What the page shows of the cart. */
let shown = tab.shown(known)

/** Connect, with what an earlier page left unsent. */
async function begin() {
  const found = await drawer.find(() => true)
  if (found) tab.adopt(drawer.hold(found))
  else await drawer.replace(tab.outbox.kept, clock())
  socket.start()
}

/** The page goes, perhaps to come back: another may go on with what waits. */
function end() {
  is_old = true
  socket.stop()
  drawer.keep(tab.outbox.kept)
  drawer.leave()
  tab.leave()
}

/** Go on with what a closed tab left, once nothing waits here. */
async function adoptOrphan() {
  const found = await drawer.find((row) => row.waiting.length > 0)
  if (!found) return
  if (tab.outbox.waiting.length) {
    found.letGo()
    after(LATE_MS, adoptOrphan)
  } else {
    tab.adopt(drawer.hold(found))
    socket.start()
  }
}

/** @param {Op} op */
function ask(op) {
  const line = () => shown.lines.find((one) => "sku" in op && one.sku === op.sku)
  const before = line()
  if (op.k === "line.set" && op.qty === (before?.qty ?? 0)) return
  if (before && op.k === "line.set" && !op.qty) leaveRemoved(before)
  tab.ask(op)
  const after = line()
  if (after) politely(`${after.name}: ${after.qty} in your cart.`, after.sku)
  else if (before) politely(`Removed ${before.name}.`, before.sku)
}

function show() {
  shown = tab.shown(known)
  showCart(shown, is_old)
  showCards(shown.lines, shown.touched)
  clearRemoved(shown.lines)
  showLink()
}

function showLink() {
  const { state, code } = socket
  const { length } = tab.unsaved
  const said = status(state, code, length, now() - away_since >= LATE_MS, fresh_at)
  change(document.body, "data-link", state)
  set(document, "textContent", { "status-text": said?.text ?? "", "status-act": said?.act ?? "" })
  set(document, "hidden", { status: !said, "status-act": !said?.act })
  if (said) tally ??= { saved: 0, refusals: [] }
  if (state !== "open") return
  askAboutStale()
  if (!tally || length) return
  say(backOnline(tally.saved, tally.refusals))
  tally = null
}

function linkChanged() {
  const { state, code } = socket
  if (state === "open") {
    away_since = Number.POSITIVE_INFINITY
    sessionStorage.removeItem("reloaded")
  } else if (away_since > now()) {
    away_since = now()
    fresh_at = timeOfDay()
    after(LATE_MS, showLink)
  } else if (rested && state !== "resting") {
    away_since = now()
    after(LATE_MS, showLink)
  }
  rested = state === "resting"
  if (state === "resting") is_old = true
  if (state === "stopped") stopped(code)
  show()
}

/** @param {number} code */
function stopped(code) {
  if (code === 4401) signIn()
  if (code === 4410) signedOut()
  if (code === 4406 && !sessionStorage.getItem("reloaded")) {
    sessionStorage.setItem("reloaded", `${code}`)
    location.reload()
  }
  if (code === 1007 || code === 1009 || code === 4400) {
    tab.leave()
    drawer.replace(tab.outbox.kept, clock())
  }
}

function askAboutStale(count = tab.stale.length) {
  if (!count || every("[data-question]").length) return
  question(`${counted(count, "change")} from more than a day ago: still wanted?`, {
    "Send now": () => tab.freshen(),
    Forget: () => tab.forget(),
  })
}

/**
 * @param {News} news
 * @param {Cart} before
 * @param {Op} [op]
 */
function told(news, before, op) {
  if (news.t === "welcome") is_old = false
  if (news.t === "no" && "text" in news) {
    if (tally) tally.refusals.push(news.text)
    else say(news.text)
  }
  if (news.t === "ok") {
    if (tally) tally.saved += 1
    if (news.warn) answerField(news.warn)
    if (op?.k === "undo") politely("Taken back.")
    if (op?.k === "line.set" && !op.qty) setRevision(op.sku, news.rev)
  }
  if (news.t === "prices") showPrices(news.items)
  if (news.t === "prices") tellLines(before, false)
  if (news.t === "patch") tellLines(before, news.by.tab !== tab.id)
  if (news.t === "tabs") {
    set(document, "textContent", { tabs: `Open in ${counted(news.n, "tab")}` })
    set(document, "hidden", { tabs: news.n < 2 })
    adoptOrphan()
  }
  for (const hear of listeners) hear(news, op)
}

/**
 * What the shop and other tabs did to the lines.
 * @param {Cart} before
 * @param {boolean} is_foreign
 */
function tellLines(before, is_foreign) {
  for (const { sku, name } of [...before.lines.values(), ...tab.cart.lines.values()]) {
    const old = before.lines.get(sku)
    const line = tab.cart.lines.get(sku)
    const text = moved(line, old)
    if (text) urgently(text, sku)
    if (text && !every("[data-rows]").some((list) => list.checkVisibility())) notice(text, sku)
    if (!is_foreign || line?.qty === old?.qty) continue
    politely(`${name} changed in another tab.`, sku)
    tint(sku)
  }
}

/**
 * Less than was asked for: say so, and put it where that was typed.
 * @param {Warn} warn
 */
function answerField(warn) {
  const { asked, got } = warn
  const field = document.activeElement
  if (isField(field) && field.closest(`[data-sku="${warn.sku}"]`) && field.value === `${asked}`)
    field.value = `${got}`
  say(clamped(warn))
}

/**
 * Have `hear` told all that this tab is told, after the tab has taken it in.
 * @param {Listen} hear
 */
export function listen(hear) {
  listeners.add(hear)
}

/** @param {string} text */
function say(text) {
  notice(text)
  politely(text)
}

async function signIn() {
  const { askForLogin } = await import("./views/login.js")
  if ((await askForLogin()) === account) socket.start()
  else location.reload()
}

/** This login has ended: nothing of it stays in any tab. */
async function signedOut() {
  end()
  for (const place of every("main, aside, .bar")) place.replaceChildren()
  await drawer.clear()
  location.replace(`/login?next=${encodeURIComponent(location.pathname + location.search)}`)
}

/** On a phone the cart opens over the page; without this script the bar leads to /cart. */
async function showSheet() {
  const is_narrow = matchMedia("(width < 1024px)")
  if (!document.querySelector("#sheet") || !is_narrow.matches) return
  const { openSheet } = await import("./views/sheet.js")
  for (const link of every('[data-part="to-cart"]')) {
    link.addEventListener("click", (event) => {
      if (!is_narrow.matches || event.ctrlKey || event.metaKey || event.shiftKey) return
      event.preventDefault()
      openSheet()
    })
  }
}

/** A click is shown first, and all else done after that. */
function nextTask() {
  return /** @type {Promise<void>} */ (new Promise((resolve) => after(0, resolve)))
}

function timeOfDay() {
  return new Date().toLocaleTimeString("en-GB", { timeStyle: "short" })
}

/** @type {After} */
function after(ms, act) {
  const timer = setTimeout(act, ms)
  return () => clearTimeout(timer)
}

onWish(ask, () => socket.state !== "stopped" || socket.code === 4401)
the('[data-part="status-act"]').addEventListener("click", () => {
  if (socket.code === 4401) signIn()
  else if (socket.code === 4409 || socket.code === 4411) socket.start()
  else location.reload()
})
the('[action="/logout"]').addEventListener("submit", async (event) => {
  event.preventDefault()
  end()
  await drawer.clear()
  // Only now does the login page let the other tabs in.
  await fetch("/logout", { method: "POST", redirect: "manual" }).catch(() => {})
  channel.postMessage(account)
  location.assign("/")
})
channel.addEventListener("message", ({ data }) => data === account && signedOut())
addEventListener("pagehide", end)
addEventListener("pageshow", ({ persisted }) => persisted && begin())
addEventListener("online", () => socket.reach(true))
addEventListener("offline", () => socket.reach(false))
document.addEventListener("visibilitychange", () => socket.show(!document.hidden))
showSheet()
document.addEventListener("focusout", ({ target }) => {
  leaveField(target)
  if (isField(target)) queueMicrotask(show)
})
let ticked_at = clock()
setInterval(() => {
  if (clock() - ticked_at > 2 * NAP_MS) socket.probe()
  ticked_at = clock()
}, NAP_MS)

tab.watched = skusOnThePage()
after(LATE_MS, showLink)
begin()
