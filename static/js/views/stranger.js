// A pane of the lesson that shows what somebody without a connection sees, who has to ask.

/** @import { Stage } from "./panes.js" */

import { closeMeaning } from "../close_codes.js"
import { responseBytes } from "../figures.js"
import { _, PREFIX } from "../i18n.js"
import { stockLabel } from "../strings.js"
import { setPressable, showParts, sizeText, whenPressed } from "./pane_parts.js"

const ABNORMAL = 1006

/** Somebody without a cookie, who is told nothing and has to ask. */
export class Stranger {
  #root
  #stage
  #sku
  #is_closed = false

  /**
   * @param {HTMLElement} root
   * @param {HTMLElement} place
   * @param {Stage} stage
   */
  constructor(root, { dataset: { sku = "" } }, stage) {
    this.#root = root
    this.#stage = stage
    this.#sku = sku
    showParts(root, { carrier: _("Requests without a cookie") })
    setPressable(root, true)
    whenPressed(root, () => {
      stage.pressed_at = performance.now()
      this.ask()
    })
    this.ask()
  }

  close() {
    this.#is_closed = true
    setPressable(this.#root, false)
    showParts(this.#root, { carrier: "–" })
  }

  async ask() {
    const options = /** @type {const} */ ({ credentials: "omit", cache: "no-store" })
    const address = `${PREFIX}/api/how-it-works/shelf/${this.#sku}`
    const answer = await fetch(address, options).catch(() => null)
    if (this.#is_closed) return
    if (!answer?.ok) return showParts(this.#root, { heard: closeMeaning(ABNORMAL) })
    const text = await answer.text()
    const { stock, held } = JSON.parse(text)
    const bytes = responseBytes(answer.headers, "OK", text.length)
    showParts(this.#root, {
      stock: stockLabel(stock, "ok", held),
      heard: `HTTP ${answer.status}`,
      bytes: sizeText(bytes),
      ms: this.#stage.elapsed,
    })
  }
}
