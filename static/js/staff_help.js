// The cart that one of staff helps with: its page follows the cart over a connection of its own.

import { LOCALE } from "./i18n.js"
import { Socket } from "./socket.js"
import { query } from "./views/dom.js"

/** The help is over, or another of staff has it. */
const NOT_SHARED = 4413

const list = query("[data-help-cart]")
const account = document.body.dataset.account ?? ""
const tab = crypto.randomUUID()
const outbox = crypto.randomUUID()
const cart = encodeURIComponent(list.dataset.helpCart ?? "")
const address = `${location.origin.replace("http", "ws")}/ws?cart=${cart}`

const socket = new Socket(
  {
    open: () => new WebSocket(address, "shop.cart.v2"),
    random: Math.random,
    now: () => performance.now(),
    after: (ms, act) => {
      const timer = setTimeout(act, ms)
      return () => clearTimeout(timer)
    },
  },
  {
    hello: (gen) => {
      const who = { tab, gen, outbox, account, language: LOCALE }
      return { t: "hello", ...who, at: null, pend: [] }
    },
    onMessage: ({ t }) => {
      // The list as the server renders it is loaded anew: in the language and with its forms.
      if (t === "patch" || t === "prices") list.dispatchEvent(new Event("stale"))
    },
    onClose: (code) => code === NOT_SHARED && location.reload(),
    onStateChange: () => {},
  },
)

addEventListener("pagehide", () => socket.stop())
addEventListener("pageshow", ({ persisted }) => persisted && socket.start())
socket.start()
