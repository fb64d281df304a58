// Puts what chooses the transport together with this page.

/** @import { SocketDeps } from "./types.d.ts" */
/** @import { Socket } from "./socket.js" */

import { takeSlot } from "./event_slots.js"
import { Events } from "./events.js"
import { _ } from "./i18n.js"
import { setParts } from "./views/dom.js"

/**
 * @param {SocketDeps} socket_deps
 * @param {{ open: SocketDeps["open"] }} transport
 * @param {Socket} socket
 */
export function startEvents(socket_deps, transport, socket) {
  const events = new Events({
    socket_deps,
    transport,
    socket,
    takeSlot,
    fetch: fetch.bind(window),
    after: socket_deps.after,
    clock: () => Date.now(),
    uuid: () => crypto.randomUUID(),
    show: (is_live) => {
      const text = _("Live over HTTP: this network blocks websockets")
      setParts(document, "textContent", { transport: is_live ? text : "" })
      setParts(document, "hidden", { transport: !is_live })
    },
  })
  addEventListener("focus", () => events.onShown())
  addEventListener("online", () => events.onNetworkChange())
  return events
}
