// The inspector of the page that explains the shop: shows this tab's connection as it changes. What
// its buttons do, and that of the third panel, is loaded with the first press.

/** @import { CapturedFrame, InspectorContext } from "../types.d.ts" */
/** @import { ProxyObserver } from "../types.d.ts" */

import { _, ngettext } from "../i18n.js"
import { formatMs, formatTime, Inspector } from "../inspector.js"
import { addMessageListener, socket, socket_deps, tab } from "../main.js"
import { SocketProxy } from "../socket_proxy.js"
import { cloneTemplate, query, queryAll, setParts, setProperty } from "./dom.js"

const PING_MS = 5000
/** Larger than any ping of the socket itself, so that their pongs are not confused. */
const FIRST_PING = 1_000_000
const MAX_ROWS = 50

const root = query(".inspector")
const frames = query("[data-part=frames]")
const story = query("[data-part=story]")
const inspector = new Inspector(socket_deps, () => new Date())
const { open: openWebSocket } = socket_deps
let proxy = /** @type {SocketProxy | null} */ (null)
let carrier = "–"
let pings = FIRST_PING
let is_show_scheduled = false

socket_deps.open = () => {
  const ws = openWebSocket()
  carrier = ws instanceof WebSocket ? "WebSocket" : _("HTTP, with server-sent events")
  proxy = new SocketProxy(ws, { onFrame, onClose })
  return proxy
}

const context = /** @type {InspectorContext} */ ({
  inspector,
  connection: () => proxy,
  tab,
  show,
  send: (message) => socket.send(message),
  sleep: (ms) => new Promise((resolve) => socket_deps.after(ms, () => resolve())),
})

/** @type {ProxyObserver["onFrame"]} */
function onFrame(direction, text) {
  showFrame(inspector.addFrame(direction, text))
  scheduleShow()
}

/** @param {number} code */
function onClose(code) {
  inspector.addClose(code)
  showCloses()
  scheduleShow()
}

/** @param {CapturedFrame} frame */
function showFrame({ direction, text, message, bytes, when }) {
  const row = cloneTemplate("frame-row")
  const way = direction === "in" ? _("from the shop") : _("to the shop")
  const size = ngettext("%(num)s byte", "%(num)s bytes", bytes)
  const texts = { when: formatTime(when), way, type: message.t, bytes: size, text }
  setParts(row, "textContent", texts)
  row.dataset.way = direction
  frames.prepend(row)
  for (const old of [...frames.children].slice(MAX_ROWS)) old.remove()
}

/** Call `show` once in the next animation frame, however many events come before it. */
function scheduleShow() {
  if (is_show_scheduled) return
  is_show_scheduled = true
  requestAnimationFrame(show)
}

function show() {
  is_show_scheduled = false
  const { node, conn, gen, rtt } = inspector
  const { rev, at } = tab.cart
  setParts(root, "textContent", {
    "now-state": root.dataset[isFrozen() ? "frozen" : socket.state] ?? "–",
    "now-carrier": carrier,
    "now-node": node,
    "now-conn": conn,
    "now-tab": tab.id,
    "now-at": at ?? "–",
    "now-gen": `${gen}`,
    "now-rev": `${rev}`,
    "now-waiting": `${tab.outbox.waiting.length}`,
    "now-rtt": formatMs(rtt),
  })
  const is_idle = socket.state === "open" && !root.dataset.busy
  for (const button of queryAll("[data-act]")) setProperty(button, "aria-disabled", `${!is_idle}`)
}

function isFrozen() {
  return root.dataset.busy === "freeze"
}

/**
 * Show the list of closes. Its script is loaded with the first welcome, before there is a close.
 */
async function showCloses() {
  const closes = await import("./closes.js").catch(() => null)
  closes?.showCloses(inspector.closes)
}

/** Measure the round trip, while the page is visible. */
function ping() {
  if (document.hidden || isFrozen() || socket.state !== "open") return
  pings += 1
  socket.send({ t: "ping", id: pings })
}

/** @param {HTMLElement} button */
async function press(button) {
  const experiments = await import("./experiments.js").catch(() => null)
  if (experiments) await experiments.press(button, context)
  else story.textContent = _("This could not be loaded. Please try again shortly.")
}

for (const button of queryAll("[data-act]"))
  button.addEventListener("click", (event) => {
    event.preventDefault()
    press(button)
  })
for (const button of queryAll("[data-panes]"))
  button.addEventListener("click", async () => {
    const panes = await import("./panes.js").catch(() => null)
    if (panes) panes.toggle(button)
    else button.after(_("This could not be loaded. Please try again shortly."))
  })
addMessageListener((message) => {
  if (message.t === "welcome") {
    ping()
    showCloses()
  }
  scheduleShow()
})
setInterval(ping, PING_MS)
setInterval(show, PING_MS / 5)
for (const part of queryAll("[data-live], [data-plain]")) part.hidden = !part.hidden
// A connection that main.js opened before this module ran has no proxy: open another.
if (socket.state !== "stopped") socket.start()
