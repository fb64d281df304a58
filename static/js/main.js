// Entry point of every page with a cart: connects the tab, its socket, the stored outbox and the
// views.

/** @import { After, Cart, MessageListener, Op, ServerMessage, SocketDeps } from "./types.d.ts" */

import { announceEdit, announceMessage } from "./announcements.js"
import { cartFrom } from "./cart.js"
import { connectionChanged, countVerdict, LATE_MS, showConnection } from "./connection_status.js"
import { onCartForm } from "./forms.js"
import { lockOutbox, OutboxStore, openTable } from "./outbox_store.js"
import { Socket } from "./socket.js"
import { pluralize } from "./strings.js"
import { Tab } from "./tab.js"
import { clearRemoved, showRemoved } from "./toasts.js"
import { findProduct, showCards, showPrices, skusOnPage } from "./views/cards.js"
import { showCart } from "./views/cart.js"
import { forgetShown, isField, query, queryAll, setParts } from "./views/dom.js"

const TICK_MS = 15_000

const account = document.body.dataset.account ?? ""
const clock = () => Date.now()
const store = new OutboxStore(openTable(account), lockOutbox)
const channel = new BroadcastChannel("shop")

/** The page was put away or rested, and has had no welcome since: its cart may be out of date. */
let is_outdated = false
const listeners = /** @type {Set<MessageListener>} */ (new Set())

/** What the socket depends on. A page may replace `open`, as the inspector does. */
export const socket_deps = /** @type {SocketDeps} */ ({
  open: () => new WebSocket(`${location.origin.replace("http", "ws")}/ws`, "shop.cart.v1"),
  random: Math.random,
  now: () => performance.now(),
  after,
})

export const socket = new Socket(socket_deps, {
  hello: (gen) => tab.hello(gen),
  onMessage: (message) => tab.receive(message),
  onClose: (code) => code === 4503 && tab.forgetPosition(),
  onStateChange,
})

export const tab = new Tab(
  account,
  cartFrom(JSON.parse(query("#cart-now").textContent ?? "")),
  {
    uuid: () => crypto.randomUUID(),
    isOpen: () => socket.state === "open",
    send: (message) => socket.send(message),
    restart: () => socket.start(),
    save: async (outbox) => {
      await nextTask()
      await store.save(outbox.record)
    },
    replace: (record) => store.replace(record, clock()),
    now: socket_deps.now,
    clock,
    after,
  },
  { onChange: show, onMessage, onForeignAccount: () => location.reload() },
)

let displayed = tab.displayed(findProduct)

/** Claim an outbox that an earlier page left, or store a new one, and connect. */
async function begin() {
  const claimed = await store.claim(() => true)
  if (claimed) tab.adopt(store.use(claimed))
  else await store.replace(tab.outbox.record, clock())
  socket.start()
}

/** The page is put away, perhaps for good: another tab may claim the outbox. */
function end() {
  is_outdated = true
  socket.stop()
  store.save(tab.outbox.record)
  store.release()
  tab.abandonOutbox()
}

/** Send what a closed tab left unsent, once this tab has nothing pending. */
async function adoptOrphan() {
  const claimed = await store.claim((stored) => stored.waiting.length > 0)
  if (!claimed) return
  if (tab.outbox.waiting.length) {
    claimed.release()
    after(LATE_MS, adoptOrphan)
  } else {
    tab.adopt(store.use(claimed))
    socket.start()
  }
}

/** @param {Op} op */
function submit(op) {
  const findLine = () => displayed.lines.find((line) => "sku" in op && line.sku === op.sku)
  const before = findLine()
  if (op.k === "line.set" && op.qty === (before?.qty ?? 0)) return
  if (before && op.k === "line.set" && !op.qty) showRemoved(before)
  tab.submit(op)
  announceEdit(before, findLine())
}

function show() {
  displayed = tab.displayed(findProduct)
  showCart(displayed, is_outdated)
  showCards(displayed.lines, displayed.pending_skus)
  clearRemoved(displayed.lines)
  showStatus()
}

function showStatus() {
  if (socket.state === "open" && tab.stale.length) askAboutStale()
  showConnection(socket, tab.unsaved.length)
}

function onStateChange() {
  const { state, code } = socket
  connectionChanged(state, showStatus)
  if (state === "open") sessionStorage.removeItem("reloaded")
  if (state === "resting") is_outdated = true
  if (state === "stopped") onStopped(code)
  show()
}

/** @param {number} code */
function onStopped(code) {
  if (code === 4401) signIn()
  if (code === 4410) onSignedOut()
  if (code === 4406 && !sessionStorage.getItem("reloaded")) {
    sessionStorage.setItem("reloaded", `${code}`)
    location.reload()
  }
  // The server could not read this tab's messages: they are not sent again after a reload.
  if (code === 1007 || code === 1009 || code === 4400) {
    tab.abandonOutbox()
    store.replace(tab.outbox.record, clock())
  }
}

async function askAboutStale() {
  const stale = await import("./views/stale.js").catch(() => null)
  stale?.askAboutStaleOps(tab)
}

/**
 * @param {ServerMessage} message
 * @param {Cart} before
 * @param {Op} [op]
 */
function onMessage(message, before, op) {
  if (message.t === "welcome") is_outdated = false
  if (!countVerdict(message)) announceMessage(message, before, tab, op)
  if (message.t === "prices") showPrices(message.items)
  if (message.t === "tabs") {
    setParts(document, "textContent", { tabs: `Open in ${pluralize(message.n, "tab")}` })
    setParts(document, "hidden", { tabs: message.n < 2 })
    adoptOrphan()
  }
  for (const listener of listeners) listener(message, op)
}

/**
 * Call `listener` with every message, after the tab has received it.
 * @param {MessageListener} listener
 */
export function addMessageListener(listener) {
  listeners.add(listener)
}

async function signIn() {
  const { askForLogin } = await import("./views/login.js")
  if ((await askForLogin()) === account) socket.start()
  else location.reload()
}

/** The login has ended: remove all data of the account from this tab and from the browser. */
async function onSignedOut() {
  end()
  for (const part of queryAll("main, aside, .bar")) part.replaceChildren()
  await store.clear()
  location.replace(`/login?next=${encodeURIComponent(location.pathname + location.search)}`)
}

/** Resolve in the next task, after the browser had a chance to paint. */
function nextTask() {
  return /** @type {Promise<void>} */ (new Promise((resolve) => after(0, resolve)))
}

/** @type {After} */
function after(ms, act) {
  const timer = setTimeout(act, ms)
  return () => clearTimeout(timer)
}

onCartForm(submit, () => socket.state !== "stopped" || socket.code === 4401)
query('[data-part="status-act"]').addEventListener("click", () => {
  if (socket.code === 4401) signIn()
  else if (socket.code === 4409 || socket.code === 4411) socket.start()
  else location.reload()
})
query('[action="/logout"]').addEventListener("submit", async (event) => {
  event.preventDefault()
  end()
  await store.clear()
  // The other tabs hear of it only when the login has ended: before, the login page would send them
  // back here.
  await fetch("/logout", { method: "POST", redirect: "manual" }).catch(() => {})
  channel.postMessage(account)
  location.assign("/")
})
channel.addEventListener("message", ({ data }) => data === account && onSignedOut())
addEventListener("pagehide", end)
addEventListener("pageshow", ({ persisted }) => persisted && begin())
addEventListener("online", () => socket.setOnline(true))
addEventListener("offline", () => socket.setOnline(false))
document.addEventListener("visibilitychange", () => socket.setVisible(!document.hidden))
if (document.querySelector("#sheet") && matchMedia("(width < 1024px)").matches)
  import("./views/sheet.js")
document.addEventListener("focusout", ({ target }) => {
  forgetShown(target)
  if (isField(target)) queueMicrotask(show)
})
// A tick that comes much too late means that the computer slept: check the connection.
let ticked_at = clock()
setInterval(() => {
  if (clock() - ticked_at > 2 * TICK_MS) socket.probe()
  ticked_at = clock()
}, TICK_MS)

tab.watched = skusOnPage()
after(LATE_MS, showStatus)
begin()
