// A pane of the lesson: a connection of its own, as another page of the shop has it.

/** @import { Stage } from "./panes.js" */

import { _ } from "../i18n.js"
import { holdText } from "../strings.js"
import { PaneLine } from "./pane_line.js"
import { lineOf, showParts, whenPressed } from "./pane_parts.js"

/** More than a cart holds of a product: the shop gives what there is. */
const ALL = 20

/** A connection of this account, with an outbox of its own. */
export class Pane {
  #qty = 0
  /** How many there were before all were taken. */
  #before = Number.NaN
  #names = /** @type {Map<string, string>} */ (new Map())
  #root
  #stage
  #sku
  #price
  #line

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
    this.#show({ people: _("Nobody else: your cart is not shared."), by: "–" })
    this.#line = new PaneLine(
      root,
      stage,
      (message) => this.#onMessage(message),
      () => this.#show({ people: "–" }),
    )
    whenPressed(root, (act) => this.#press(act))
  }

  get tab() {
    return this.#line.tab
  }

  /** Close it. What was taken to show that others wait is given back. */
  close() {
    if (this.#before < this.#qty) this.#set(this.#before)
    this.#before = Number.NaN
    this.#line.close()
  }

  /** @param {string} act */
  #press(act) {
    if (act === "close") return this.close()
    if (act === "add") return this.#submit({ k: "line.add", qty: 1, seen: this.#price })
    if (act === "take") return this.#set(Math.max(0, this.#qty - 1))
    if (Number.isNaN(this.#before)) this.#before = this.#qty
    this.#submit({ k: "line.set", qty: ALL, seen: this.#price })
  }

  /** @param {number} qty */
  #set(qty) {
    this.#submit({ k: "line.set", qty })
  }

  /** @param {object} op */
  #submit(op) {
    this.#line.submit({ sku: this.#sku, ...op })
  }

  /** @param {any} message */
  #onMessage(message) {
    if (message.t === "household") this.#onHousehold(message)
    this.#onCart(message)
  }

  /** @param {any} message */
  #onCart(message) {
    const { t, rev, by } = message
    const line = lineOf(message, "lines", this.#sku)
    if (rev !== undefined && (t === "snapshot" || t === "patch")) this.#show({ rev: `${rev}` })
    if (line !== undefined) {
      this.#qty = line?.qty ?? 0
      this.#show({ qty: `${this.#qty}`, hold: (line && holdText(line)) || _("Nothing") })
    }
    if (by?.length) this.#show({ by: this.#author(by.at(-1)) })
    if (line !== undefined) this.#stage.onChange()
  }

  /** @param {{ account?: string, tab?: string }} by */
  #author({ account = "", tab }) {
    if (tab === this.tab) return _("this pane")
    return this.#names.get(account) ?? this.#stage.nameOf(tab)
  }

  /** @param {any} message */
  #onHousehold({ people }) {
    const own = document.body.dataset.account
    const others = people.filter((/** @type {any} */ { account }) => account !== own)
    this.#names = new Map(others.map((/** @type {any} */ { account, name }) => [account, name]))
    const shown = people.map((/** @type {any} */ { name, here }) =>
      here.length ? _("%(name)s: here", { name }) : _("%(name)s: away", { name }),
    )
    this.#show({ people: shown.join(" · ") })
  }

  /** @param {Record<string, string>} texts */
  #show(texts) {
    showParts(this.#root, texts)
  }
}
