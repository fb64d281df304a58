// A pane of the lesson in which a stand-in waits for what another cart holds.

/** @import { Stage } from "./panes.js" */

import { _, ngettext } from "../i18n.js"
import { stockLabel } from "../strings.js"
import { PaneLine } from "./pane_line.js"
import { showParts, whenPressed } from "./pane_parts.js"
import { act, begin } from "./stand_in.js"

const MINUTE_MS = 60_000

/** Somebody else who shops, with a connection to a cart of their own. */
export class Waiter {
  #root
  #stage
  #sku
  #line = /** @type {PaneLine | null} */ (null)
  #is_closed = false
  #is_kept = false // a unit, for the stand-in

  /**
   * @param {HTMLElement} root
   * @param {HTMLElement} place
   * @param {Stage} stage
   */
  constructor(root, { dataset: { sku = "" } }, stage) {
    this.#root = root
    this.#stage = stage
    this.#sku = sku
    this.#show({ carrier: "–", heard: "–", place: _("Not in the list") })
    whenPressed(root, (pressed) => this.#press(pressed))
    this.#open()
  }

  /** Wait no longer, give back what is kept, and close. */
  close() {
    this.#is_closed = true
    if (!this.#line) return
    act("waitlist/leave", { sku: this.#sku })
    this.#line.close()
  }

  async #open() {
    const { account, detail } = await begin("shopper")
    if (this.#is_closed) return
    if (!account) return this.#show({ heard: detail })
    const whose = { account, query: "?as=shopper" }
    const onMessage = (/** @type {any} */ message) => this.#onMessage(message)
    this.#line = new PaneLine(this.#root, this.#stage, onMessage, () => this.#onEnd(), whose)
  }

  #onEnd() {
    this.#line = null
  }

  /** @param {string} pressed */
  async #press(pressed) {
    this.#stage.pressed_at = performance.now()
    const path = pressed === "wait" ? "waitlist" : "waitlist/leave"
    const was_kept = this.#is_kept
    const { places, offers, detail } = await act(path, { sku: this.#sku })
    if (detail) return this.#show({ place: detail })
    const isThis = (/** @type {any} */ { sku }) => sku === this.#sku
    if (was_kept || offers.some(isThis)) return // what is kept is told by the connection
    const place = places.find(isThis)
    this.#show({ place: place ? placeText(place.before) : _("Not in the list") })
  }

  /** @param {any} message */
  #onMessage({ t, sku, ms, items = [] }) {
    if (t === "welcome") this.#line?.send({ t: "watch", skus: [this.#sku] })
    if (t === "offer" && sku === this.#sku) this.#onOffer(ms)
    for (const { sku: watched, stock, held } of items)
      if (watched === this.#sku) this.#show({ stock: stockLabel(stock, "ok", held) })
  }

  /** @param {number} ms */
  #onOffer(ms) {
    this.#is_kept = ms > 0
    this.#show({ place: ms ? offerText(ms) : _("No longer kept for them") })
  }

  /** @param {Record<string, string>} texts */
  #show(texts) {
    showParts(this.#root, texts)
  }
}

/** @param {number} before */
function placeText(before) {
  return before
    ? ngettext("Waits: %(num)s is before them", "Waits: %(num)s are before them", before)
    : _("Waits, as the next to be asked")
}

/** @param {number} ms */
function offerText(ms) {
  return ngettext(
    "Yours for %(num)s minute",
    "Yours for %(num)s minutes",
    Math.ceil(ms / MINUTE_MS),
  )
}
