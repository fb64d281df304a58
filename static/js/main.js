// Entry point of every page with a cart: connects the tab, its socket, the stored outbox and the
// views.

/** @import { After, Cart, MessageListener, Op, ServerMessage, SocketDeps } from "./types.d.ts" */

import { cartFrom } from "./cart.js"
import { Claims } from "./claims.js"
import { onCartForm } from "./forms.js"
import { ngettext } from "./i18n.js"
import { forgetDrafts, recall, remember } from "./kept_texts.js"
import { Later, loadLater } from "./later.js"
import { lockOutbox, OutboxStore, openTables } from "./outbox_store.js"
import { followPage } from "./page_life.js"
import { inShownCart, shownCart } from "./shown_cart.js"
import { Socket } from "./socket.js"
import { Tab } from "./tab.js"
import { findProduct, showCards, showPrices, skusOnPage } from "./views/cards.js"
import { showCart } from "./views/cart.js"
import { forgetShown, isField, query, setParts } from "./views/dom.js"

/** @typedef {typeof import("./notifications.js")} Notifications */

const account = document.body.dataset.account ?? ""
const clock = () => Date.now()
const store = new OutboxStore(openTables(account), lockOutbox, shownCart())
const channel = new BroadcastChannel("shop")

/** The page was put away or rested, and has had no welcome since: its cart may be out of date. */
let is_outdated = false
const listeners = /** @type {Set<MessageListener>} */ (new Set())

/** Opens the next connection; where WebSockets are blocked, `open` is replaced. */
const transport = /** @type {Pick<SocketDeps, "open">} */ ({
  open: () => {
    const origin = location.origin.replace("http", "ws")
    return new WebSocket(origin + inShownCart("/ws"), "shop.cart.v2")
  },
})

/** What the socket depends on. A page may replace `open`, as the inspector does. */
export const socket_deps = /** @type {SocketDeps} */ ({
  open: () => transport.open(),
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
    cart: shownCart(),
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
  { onChange: show, onMessage, onForeign: (code) => socket.stop(code) },
)

const claims = new Claims({ store, tab, socket, clock, after })

let events = /** @type {import("./events.js").Events | null} */ (null)
let displayed = tab.displayed(findProduct)

/** What the page says. */
const notifications = new Later(() =>
  loadLater(
    () => import("./notifications.js"),
    // Its text is that there is no connection, until something else is known.
    () => setParts(document, "hidden", { status: false }),
  ),
)
/** What only some carts need. */
const extras = new Later(() => loadLater(() => import("./extras.js")))

/** Submit what is typed in fields that were not left yet. */
const flushTyped = onCartForm({
  submit,
  isLive: () => socket.state !== "stopped" || socket.code === 4401,
  findLine,
  announceQty: (...change) => notify(({ announceQty }) => announceQty(...change)),
})

/** What becomes of the page when its login ends. */
const login_end = new Later(async () => {
  const { LoginEnd } = await loadLater(() => import("./login_end.js"))
  return new LoginEnd({ account, socket, tab, flushTyped, end, forgetAll })
})
/** This page is signing out by itself. */
let is_leaving = false

/** @param {(loaded: Notifications) => void} act */
function notify(act) {
  notifications.run(act)
}

/** Connect. A page that was cleared is loaded again. */
async function begin() {
  if (socket.code === 4412 || socket.code === 4413) return location.reload()
  socket.setOnline(navigator.onLine)
  await claims.begin()
  socket.start()
}

function end() {
  flushTyped()
  is_outdated = true
  if (socket.state !== "stopped") socket.stop()
  claims.end()
}

/** Remove what the browser keeps for the account. */
async function forgetAll() {
  end()
  await store.clear()
  forgetDrafts()
}

/** Use an event stream from now on. Without a connection its script may not come: it is asked for
 * again. */
async function useEvents() {
  const started = await import("./events_start.js").catch(() => null)
  if (started) events ??= started.startEvents(socket_deps, transport, socket)
  events?.use()
}

/** @param {Op} given */
function submit(given) {
  const op = extras.loaded?.byRole(given, displayed) ?? given
  const sku = "sku" in op ? op.sku : ""
  const before = findLine(sku)
  if (op.k === "line.set" && op.qty === (before?.qty ?? 0)) return
  if (op.k === "note.set" && op.text === displayed.note) return
  if (before && op.k === "line.set" && !op.qty) notify(({ showRemoved }) => showRemoved(before))
  tab.submit(op)
  if (op.k !== "line.add" && op.k !== "line.set") return
  const line = findLine(sku)
  notify(({ announceEdit }) => announceEdit(before, line))
}

/** @param {string} sku */
function findLine(sku) {
  return displayed.lines.find((line) => line.sku === sku)
}

function show() {
  displayed = tab.displayed(findProduct)
  const { lines, pending_skus } = displayed
  showCart(displayed, is_outdated)
  extras.loaded?.showExtras(displayed)
  showCards(lines, pending_skus)
  notify(({ clearRemoved }) => clearRemoved(lines))
  showStatus()
}

function showStatus() {
  if ((socket.link === "open" || socket.link === "slow") && tab.stale.length) askAboutStale()
  notify(({ showConnection }) => showConnection(socket, tab.unsaved.length))
}

function onStateChange() {
  const { state, code } = socket
  const at = performance.now()
  notify(({ connectionChanged }) => connectionChanged(state, at, showStatus))
  if (state === "open") remember("reloaded", "")
  if (state === "resting") is_outdated = true
  if (state === "stopped" && !is_leaving) onStopped(code)
  show()
}

/** @param {number} code */
function onStopped(code) {
  if (code > 4400 && code < 4413) login_end.run((ended) => ended.onStopped(code))
  if (code === 4406 && !recall("reloaded")) {
    remember("reloaded", `${code}`)
    // Where the browser keeps nothing, it might reload for ever.
    if (recall("reloaded")) location.reload()
  }
  // The server could not read this tab's messages: they are not sent again after a reload.
  if (code === 1007 || code === 1009 || code === 4400) claims.drop()
  if (code === 4413) onCartEnd()
}

/** The cart is not, or no longer, shared with this account: go on with the own one. */
async function onCartEnd() {
  const { leaveCart } = await loadLater(() => import("./next_cart.js"))
  flushTyped()
  await leaveCart(tab, claims)
}

/** A cart of somebody else was chosen, in this tab or in another: each goes on with its own. */
function mindNextCart() {
  loadLater(() => import("./next_cart.js"))
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
  if (message.t === "welcome" || message.t === "snapshot") is_outdated = false
  const { id, cart } = tab
  notify(({ cartIsFresh, countVerdict, announceMessage }) => {
    if (message.t === "snapshot") cartIsFresh()
    if (!countVerdict(message))
      announceMessage(message, before, { id, cart }, op, extras.loaded?.household.loaded)
  })
  if (message.t === "prices") showPrices(message.items)
  if (message.t === "offer" || message.t === "household" || message.t === "help") {
    extras.run(({ onExtra }) => onExtra(message, account, show))
  }
  if (message.t === "tabs") {
    const tabs = ngettext("Open in %(num)s tab", "Open in %(num)s tabs", message.n)
    setParts(document, "textContent", { tabs })
    setParts(document, "hidden", { tabs: message.n < 2 })
    claims.adoptOrphan()
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

/** Resolve in the next task, after the browser had a chance to paint. */
function nextTask() {
  return /** @type {Promise<void>} */ (new Promise((resolve) => after(0, resolve)))
}

/** @type {After} */
function after(ms, act) {
  const timer = setTimeout(act, ms)
  return () => clearTimeout(timer)
}

loadLater(() => import("./leaving.js")).then(({ guardLeaving }) =>
  guardLeaving({
    socket,
    tab,
    store,
    flushTyped,
    clear: forgetAll,
    tellTabs: (message) => channel.postMessage(message),
    setLeaving: (will_leave) => {
      is_leaving = will_leave
    },
  }),
)
loadLater(() => import("./slow_link.js")).then(({ watchLine }) =>
  watchLine({ ...socket_deps, socket, tab, fetch: fetch.bind(window), useEvents }),
)
loadLater(() => import("./views/focus.js"))
query('[data-part="status-act"]').addEventListener("click", () => {
  if (socket.code === 4401) login_end.run((ended) => ended.signIn())
  else if (socket.code === 4409 || socket.code === 4411) socket.start()
  else location.reload()
})
document.addEventListener(
  "submit",
  (event) => {
    const form = /** @type {HTMLFormElement} */ (event.target)
    if (socket.state !== "open" || !form.matches("[data-part^=help-]")) return
    event.preventDefault()
    extras.run(({ sendHelp }) => sendHelp(form))
  },
  // Before those who mind that a page is left.
  true,
)
channel.addEventListener("message", ({ data }) => {
  if (data === account) login_end.run((ended) => ended.onSignedOut())
  if (data === "flush") flushTyped()
  if (data === "cart chosen") mindNextCart()
})
if ("chosen" in document.documentElement.dataset) mindNextCart()
followPage({ socket, tab, store, clock, flushTyped, begin, end, onTick: showStatus })
if (document.querySelector("#sheet") && matchMedia("(width < 64em)").matches)
  import("./views/sheet.js")
document.addEventListener("focusout", ({ target }) => {
  forgetShown(target)
  if (isField(target)) queueMicrotask(show)
})

tab.watched = skusOnPage()
begin()
