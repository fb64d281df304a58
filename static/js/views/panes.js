// Two panes of the lesson that act on each other: connections of their own, or one and the requests of
// a stranger. Loaded when they are opened.

import { _ } from "../i18n.js"
import { formatMs } from "../inspector.js"
import { queryAll } from "./dom.js"
import { Pane } from "./pane.js"
import { Asker, Helper } from "./pane_help.js"
import { Waiter } from "./pane_waiter.js"
import { Stranger } from "./stranger.js"

/** What was forgotten is closed, since a browser and an account have only so many connections. */
const LONGEST_MS = 5 * 60_000
/** What comes later than this is no answer to the press. */
const ANSWER_MS = 10_000

let current = /** @type {Stage | null} */ (null)

/**
 * Open the two panes beside `button`, and close those that are open; or only close them.
 * @param {HTMLElement} button
 */
export function toggle(button) {
  const before = current
  before?.close()
  if (before?.button !== button) current = new Stage(button)
}

addEventListener("pagehide", () => current?.close())

/** Who is in a pane, if it is no further page of the own cart. */
const KINDS = new Map(
  Object.entries({ stranger: Stranger, waiter: Waiter, asker: Asker, helper: Helper }),
)

/** The two panes, while they are open. */
export class Stage {
  /** When something was pressed in one of the panes. */
  pressed_at = Number.NaN
  #label
  #panes
  #cancel

  /** @param {HTMLElement} button */
  constructor(button) {
    this.button = button
    this.#label = button.textContent
    const root = /** @type {HTMLElement} */ (button.closest(".stage"))
    this.#panes = queryAll(".pane", root).map(
      (pane) => new (KINDS.get(pane.dataset.way ?? "") ?? Pane)(pane, root, this),
    )
    button.textContent = _("Close both panes")
    const timer = setTimeout(() => this.close(), LONGEST_MS)
    this.#cancel = () => clearTimeout(timer)
  }

  close() {
    this.#cancel()
    for (const pane of this.#panes) pane.close()
    this.button.textContent = this.#label
    if (current === this) current = null
  }

  /** The cart has changed: those who are not told have to ask. */
  onChange() {
    for (const pane of this.#panes) if (pane instanceof Stranger) pane.ask()
  }

  /**
   * Somebody has asked for help, or it has gone on or ended.
   * @param {string} state
   */
  onHelp(state) {
    for (const pane of this.#panes) if (pane instanceof Helper) pane.onHelp(state)
  }

  /** The time since the press, if what comes now can be an answer to it. */
  get elapsed() {
    const ms = performance.now() - this.pressed_at
    return ms < ANSWER_MS ? formatMs(ms) : "–"
  }

  /** @param {string | undefined} tab */
  nameOf(tab) {
    const index = this.#panes.findIndex((pane) => pane instanceof Pane && pane.tab === tab)
    return index < 0
      ? _("another page of yours")
      : index
        ? _("the second pane")
        : _("the first pane")
  }
}
