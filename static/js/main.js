// Puts the page together: wishes go out, news comes in, the views show the result.

/** @import { After, Cart, Listen, News, Op, SocketWorld } from "./types.d.ts" */

import { tell, tellWish } from "./announcements.js"
import { hold } from "./cart.js"
import { isTallied, LATE_MS, linkChanged, showLink } from "./connection_status.js"
import { onWish } from "./forms.js"
import { Drawer, lock, openRows } from "./outbox_store.js"
import { Socket } from "./socket.js"
import { counted } from "./strings.js"
import { Tab } from "./tab.js"
import { clearRemoved, leaveRemoved } from "./toasts.js"
import { known, showCards, showPrices, skusOnThePage } from "./views/cards.js"
import { showCart } from "./views/cart.js"
import { every, isField, leaveField, set, the } from "./views/dom.js"

const NAP_MS = 15_000

const account = document.body.dataset.account ?? ""
const clock = () => Date.now()
const drawer = new Drawer(openRows(account), lock)
const channel = new BroadcastChannel("shop")

/** This page was put away, and has not heard of its cart since. */
let is_old = false
/** Pages with something of their own to show hear the news too. */
const listeners = /** @type {Set<Listen>} */ (new Set())

/** What the socket opens: a page may put something between. */
export const world = /** @type {SocketWorld} */ ({
  open: () => new WebSocket(`${location.origin.replace("http", "ws")}/ws`, "shop.cart.v1"),
  chance: Math.random,
  now: () => performance.now(),
  after,
})

export const socket = new Socket(world, {
  hello: (gen) => tab.hello(gen),
  heard: (news) => tab.hear(news),
  closed: (code) => code === 4503 && tab.forgetPosition(),
  changed: moved,
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
    now: world.now,
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
  tellWish(before, line())
}

function show() {
  shown = tab.shown(known)
  showCart(shown, is_old)
  showCards(shown.lines, shown.touched)
  clearRemoved(shown.lines)
  look()
}

function look() {
  if (socket.state === "open" && tab.stale.length) askAboutStale()
  showLink(socket, tab.unsaved.length)
}

function moved() {
  const { state, code } = socket
  linkChanged(state, look)
  if (state === "open") sessionStorage.removeItem("reloaded")
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

/** What waited for more than a day is asked about first. */
async function askAboutStale() {
  const stale = await import("./views/stale.js").catch(() => null)
  stale?.askAbout(tab)
}

/**
 * @param {News} news
 * @param {Cart} before
 * @param {Op} [op]
 */
function told(news, before, op) {
  if (news.t === "welcome") is_old = false
  if (!isTallied(news)) tell(news, before, tab, op)
  if (news.t === "prices") showPrices(news.items)
  if (news.t === "tabs") {
    set(document, "textContent", { tabs: `Open in ${counted(news.n, "tab")}` })
    set(document, "hidden", { tabs: news.n < 2 })
    adoptOrphan()
  }
  for (const hear of listeners) hear(news, op)
}

/**
 * Have `hear` told all that this tab is told, after the tab has taken it in.
 * @param {Listen} hear
 */
export function listen(hear) {
  listeners.add(hear)
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

/** A click is shown first, and all else done after that. */
function nextTask() {
  return /** @type {Promise<void>} */ (new Promise((resolve) => after(0, resolve)))
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
if (document.querySelector("#sheet") && matchMedia("(width < 1024px)").matches)
  import("./views/sheet.js")
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
after(LATE_MS, look)
begin()
