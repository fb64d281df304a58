// The panes of the lesson about help by staff: who shops and asks, and a stand-in who helps.

/** @import { Stage } from "./panes.js" */

import { _ } from "../i18n.js"
import { PaneLine } from "./pane_line.js"
import { lineOf, setPressable, showParts, whenPressed } from "./pane_parts.js"
import { act, begin, post } from "./stand_in.js"

/** The own page: asks for help, and answers what is suggested. */
export class Asker {
  #root
  #stage
  #sku
  #line
  #is_helped = false

  /**
   * @param {HTMLElement} root
   * @param {HTMLElement} place
   * @param {Stage} stage
   */
  constructor(root, { dataset: { sku = "" } }, stage) {
    this.#root = root
    this.#stage = stage
    this.#sku = sku
    showParts(root, { state: _("Nobody else sees your cart"), suggested: "–" })
    const onMessage = (/** @type {any} */ message) => this.#onMessage(message)
    this.#line = new PaneLine(root, stage, onMessage, () => {})
    whenPressed(root, (pressed) => this.#press(pressed))
  }

  close() {
    if (this.#is_helped) post("/api/help/end")
    this.#is_helped = false
    this.#line.close()
  }

  /** @param {string} pressed */
  async #press(pressed) {
    if (pressed === "accept" || pressed === "decline")
      return this.#line.submit({ k: `suggestion.${pressed}`, sku: this.#sku })
    this.#stage.pressed_at = performance.now()
    const { detail } = await post(pressed === "ask" ? "/api/help" : "/api/help/end")
    if (detail) showParts(this.#root, { state: detail })
  }

  /** @param {any} message */
  #onMessage(message) {
    showCart(this.#root, message, this.#sku)
    if (message.t !== "help") return
    this.#is_helped = message.state !== "over"
    showParts(this.#root, { state: stateText(message) })
    this.#stage.onHelp(message.state)
  }
}

/** The page of staff: a stand-in who takes the help, and then sees the cart. */
export class Helper {
  #root
  #stage
  #sku
  #price
  #suggested = 0
  #line = /** @type {PaneLine | null} */ (null)
  #is_closed = false

  /**
   * @param {HTMLElement} root
   * @param {HTMLElement} place
   * @param {Stage} stage
   */
  constructor(root, { dataset: { sku = "", price } }, stage) {
    this.#root = root
    this.#stage = stage
    this.#sku = sku
    this.#price = Number(price)
    this.#showNothing(_("Nobody asks for help"))
    showParts(root, { heard: "–" })
    whenPressed(root, (pressed) => this.#press(pressed))
  }

  close() {
    this.#is_closed = true
    this.#line?.close()
    setPressable(this.#root, false)
  }

  /**
   * Note what has become of the help.
   * @param {string} state
   */
  onHelp(state) {
    if (this.#is_closed || this.#line) return
    const is_asked = state === "waiting"
    if (is_asked) showParts(this.#root, { state: _("Somebody asks for help") })
    setPressable(this.#root, is_asked, "help")
  }

  /** @param {string} pressed */
  async #press(pressed) {
    if (pressed === "help") return this.#take()
    if (pressed === "suggest") return this.#suggest(this.#suggested + 1)
    this.#stage.pressed_at = performance.now()
    await act("help/end")
  }

  /** @param {number} qty */
  #suggest(qty) {
    this.#line?.submit({ k: "line.suggest", sku: this.#sku, qty, seen: this.#price })
  }

  async #take() {
    this.#stage.pressed_at = performance.now()
    setPressable(this.#root, false)
    const { account, detail } = await begin("helper")
    const taken = account ? await act("help/take") : { detail }
    if (this.#is_closed) return
    if (!taken.cart) return showParts(this.#root, { state: taken.detail })
    const whose = { account, query: `?as=helper&cart=${encodeURIComponent(taken.cart)}` }
    const onMessage = (/** @type {any} */ message) => this.#onMessage(message)
    this.#line = new PaneLine(this.#root, this.#stage, onMessage, () => this.#onEnd(), whose)
  }

  /** @param {any} message */
  #onMessage(message) {
    if (message.t === "welcome") {
      setPressable(this.#root, false, "help")
      showParts(this.#root, { state: _("Sees the cart, and may suggest") })
    }
    const suggested = showCart(this.#root, message, this.#sku)
    if (suggested !== undefined) this.#suggested = suggested?.qty ?? 0
  }

  #onEnd() {
    this.#line = null
    this.#suggested = 0
    this.#showNothing(_("It is over: the cart is not seen any more"))
  }

  /** @param {string} state */
  #showNothing(state) {
    showParts(this.#root, { carrier: "–", state, qty: "–", suggested: "–" })
  }
}

/**
 * Show how many are in the cart and suggested; return the line that is suggested, if that is told.
 * @param {HTMLElement} root
 * @param {any} message
 * @param {string} sku
 */
function showCart(root, message, sku) {
  const line = lineOf(message, "lines", sku)
  const suggested = lineOf(message, "suggested", sku)
  if (line !== undefined) showParts(root, { qty: `${line?.qty ?? 0}` })
  if (suggested !== undefined) showParts(root, { suggested: `${suggested?.qty ?? 0}` })
  return suggested
}

/** @param {{ state: string, name?: string }} help */
function stateText({ state, name = "" }) {
  if (state === "waiting") return _("Asked: somebody of staff will come")
  if (state === "on") return _("%(name)s sees your cart", { name })
  return _("Over: nobody else sees your cart")
}
