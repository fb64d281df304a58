// Puts the page together: wishes go out, news comes in, the views show the result.

/** @import { After, Cart, News, Op } from "./types.d.ts" */

import { voice } from "./announce.js"
import { hold } from "./cart.js"
import { Drawer, lock, openRows } from "./drawer.js"
import { onWish } from "./forms.js"
import { Socket } from "./socket.js"
import { Tab } from "./tab.js"
import { every, set, the } from "./views/dom.js"
import { showStatus, showSums } from "./views/frame.js"
import { clearRemoved, leaveRemoved, notice, question, setRevision } from "./views/notices.js"
import { showRows, tint } from "./views/rows.js"
import { known, showCards, showPrices, skusOnThePage } from "./views/shelf.js"
import { backOnline, clamped, counted, moved, status } from "./words.js"

const LATE_MS = 2000
const NAP_MS = 15_000

const account = document.body.dataset.account ?? ""
const now = () => performance.now()
const clock = () => Date.now()
const politely = voice(the("#polite"), after)
const urgently = voice(the("#assertive"), after)
const drawer = new Drawer(account, openRows(), lock)
const channel = new BroadcastChannel("shop")

let away_since = now()
let fresh_at = new Date()
/** This page was put away, and has not heard of its cart since. */
let is_old = false
let asked_about = ""
/** What became of the changes that waited, from when the shopper was told that they do. */
let tally = /** @type {{ saved: number, refusals: string[] } | null} */ (null)

const socket = new Socket(
  {
    open: () => new WebSocket(`${location.origin.replace("http", "ws")}/ws`, "shop.cart.v1"),
    chance: Math.random,
    now,
    after,
  },
  {
    hello: (gen) => tab.hello(gen),
    heard: (news) => tab.hear(news),
    closed: (code) => code === 4503 && tab.forgetPosition(),
    changed: linkChanged,
  },
)

const tab = new Tab(
  account,
  hold(JSON.parse(the("#cart-now").textContent ?? "")),
  {
    uuid: () => crypto.randomUUID(),
    isOpen: () => socket.state === "open",
    send: (frame) => socket.send(frame),
    restart: () => socket.start(),
    keep: (kept) => drawer.keep(kept),
    replace: (kept) => drawer.replace(kept, clock()),
    now,
    clock,
    after,
  },
  { changed: show, told, stranger: () => location.reload() },
)

/** Connect, with what an earlier page left unsent. */
async function begin() {
  const found = await drawer.find(() => true)
  if (found) tab.adopt(drawer.hold(found))
  else await drawer.replace(tab.outbox.kept, clock())
  socket.start()
}

/** The page goes, perhaps to come back: another one may go on with what waits. */
function end() {
  is_old = true
  show()
  socket.stop()
  drawer.leave()
  tab.leave()
}

/** Go on with what a closed tab left unsent, unless something waits here by now. */
async function adoptOrphan() {
  const found = await drawer.find((row) => row.waiting.length > 0)
  if (!found) return
  if (tab.outbox.waiting.length) return found.letGo()
  tab.adopt(drawer.hold(found))
  socket.start()
}

/** @param {Op} op */
function ask(op) {
  const sku = "sku" in op ? op.sku : ""
  const line = () => tab.shown(known).lines.find((one) => one.sku === sku)
  const name = line()?.name
  if (name && op.k === "line.set" && !op.qty) {
    leaveRemoved(sku, name)
    politely(`Removed ${name}.`, sku)
  }
  tab.ask(op)
  const { qty } = line() ?? {}
  if (qty) politely(`${line()?.name}: ${qty} in your cart.`, sku)
}

function show() {
  const shown = tab.shown(known)
  const { lines, saved, touched } = shown
  for (const list of every("[data-rows]")) {
    showRows(list, list.dataset.rows === "saved" ? saved : lines, touched)
  }
  showCards(lines, touched)
  showSums(shown, is_old)
  clearRemoved(lines)
  showLink()
}

function showLink() {
  const { state, code } = socket
  const { length } = tab.outbox.waiting
  const at = fresh_at.toLocaleTimeString("en-GB", { timeStyle: "short" })
  const said = status(state, code, length, now() - away_since >= LATE_MS, at)
  showStatus(state, said)
  if (said) tally ??= { saved: 0, refusals: [] }
  if (state !== "open") return
  if (tab.isStale && asked_about !== tab.outbox.id) askAboutStale(length)
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
    fresh_at = new Date()
    after(LATE_MS, showLink)
  }
  if (state === "stopped") stopped(code)
  showLink()
}

/** @param {number} code */
function stopped(code) {
  if (code === 4401) signIn()
  if (code === 4410) signedOut()
  if (code === 4406 && !sessionStorage.getItem("reloaded")) {
    sessionStorage.setItem("reloaded", `${code}`)
    location.reload()
  }
  if ([1007, 1009, 4400].includes(code)) giveUp()
}

/** The shop cannot read what waits here: the next page must not be stuck on it. */
function giveUp() {
  const { length } = tab.outbox.waiting
  if (length) say(`${counted(length, "change")} could not be saved.`)
  tab.leave()
  drawer.replace(tab.outbox.kept, clock())
}

/** @param {number} count */
function askAboutStale(count) {
  asked_about = tab.outbox.id
  question(`${counted(count, "change")} from more than a day ago: still wanted?`, {
    "Send now": () => {
      tab.outbox.freshen(clock())
      tab.flush()
    },
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
    if (news.warn) say(clamped(news.warn))
    if (op?.k === "undo") politely("Taken back.")
    if (op?.k === "line.set" && !op.qty) setRevision(op.sku, news.rev)
  }
  if (news.t === "prices") showPrices(news.items)
  if (news.t === "prices" || news.t === "patch") tellMoves(before)
  if (news.t === "patch" && news.by.tab !== tab.id) tellOthers(Object.keys(news.lines), before)
  if (news.t === "tabs") {
    const text = `Open in ${counted(news.n, "tab")}`
    set(document, "tabs", { hidden: news.n < 2, textContent: text })
    adoptOrphan()
  }
}

/**
 * What the shop did to the lines.
 * @param {Cart} before
 */
function tellMoves(before) {
  for (const line of tab.cart.lines.values()) {
    const text = moved(line, before.lines.get(line.sku))
    if (!text) continue
    urgently(text, line.sku)
    if (!every("[data-rows]").some((list) => list.checkVisibility())) notice(text)
  }
}

/**
 * What another tab did to the lines.
 * @param {string[]} skus
 * @param {Cart} before
 */
function tellOthers(skus, before) {
  for (const sku of skus) {
    const old = before.lines.get(sku)
    const line = tab.cart.lines.get(sku)
    if (line?.qty === old?.qty) continue
    politely(`${(line ?? old)?.name} changed in another tab.`, sku)
    tint(sku)
  }
}

/** @param {string} text */
function say(text) {
  notice(text)
  politely(text)
}

/** Sign in again, and go on; another account gets a page of its own. */
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

/**
 * @this {HTMLElement}
 * @param {SubmitEvent} event
 */
async function signOut(event) {
  event.preventDefault()
  end()
  channel.postMessage(account)
  await drawer.clear()
  if (this instanceof HTMLFormElement) this.submit()
}

/** The button in the bar. */
function act() {
  const { code } = socket
  if (code === 4401) signIn()
  else if (code === 4409 || code === 4411) socket.start()
  else location.reload()
}

/** @type {After} */
function after(ms, act) {
  const timer = setTimeout(act, ms)
  return () => clearTimeout(timer)
}

/** A timer that comes far too late means that the machine slept. */
function watchForNaps(ticked_at = clock()) {
  after(NAP_MS, () => {
    if (clock() - ticked_at > 2 * NAP_MS && !document.hidden) socket.probe()
    watchForNaps()
  })
}

onWish(ask, () => socket.state !== "stopped" || socket.code === 4401)
the('[data-part="status-act"]').addEventListener("click", act)
the('[action="/logout"]').addEventListener("submit", signOut)
channel.addEventListener("message", ({ data }) => data === account && signedOut())
addEventListener("pagehide", end)
addEventListener("pageshow", ({ persisted }) => persisted && begin())
addEventListener("online", () => socket.reach(true))
addEventListener("offline", () => socket.reach(false))
document.addEventListener("visibilitychange", () => socket.show(!document.hidden))
document.addEventListener("focusout", () => queueMicrotask(show))

tab.watched = skusOnThePage()
after(LATE_MS, showLink)
watchForNaps()
begin()
