// A sequence diagram: a list of messages, each an arrow between two lanes that opens to its text.

/** @import { Message } from "../types.d.ts" */

import { _, ngettext } from "../i18n.js"
import { formatMs } from "../inspector.js"
import { cloneTemplate, setParts } from "./dom.js"

const STEP_MS = 220
const MAX_ROWS = 60

export class Sequence {
  #list
  #lanes

  /** @param {HTMLElement} list */
  constructor(list) {
    this.#list = list
    this.#lanes = [...(list.previousElementSibling?.children ?? [])].map((lane) => lane.textContent)
  }

  clear() {
    this.#list.replaceChildren()
  }

  /** @param {Message} message */
  add({ way, label, text, bytes, ms }) {
    const row = cloneTemplate("message-row")
    const [from, to] = way.split("-").map((lane) => this.#lanes[Number(lane) - 1] ?? "")
    const size = bytes ? ngettext("%(num)s byte", "%(num)s bytes", bytes) : ""
    const cost = [size, ms === undefined ? "" : formatMs(ms)].filter(Boolean).join(" · ")
    const spoken =
      from === to ? `${from}:` : _("%(from)s to %(to)s:", { from: from ?? "", to: to ?? "" })
    setParts(row, "textContent", { way: spoken, label, cost, text })
    row.dataset.way = way
    this.#list.append(row)
    if (this.#list.children.length > MAX_ROWS) this.#list.firstElementChild?.remove()
  }

  /**
   * Add messages that were exchanged before, one after the other.
   * @param {Message[]} messages
   */
  async play(messages) {
    const is_still = matchMedia("(prefers-reduced-motion: reduce)").matches
    for (const message of messages) {
      this.add(message)
      if (!is_still) await new Promise((resolve) => setTimeout(resolve, STEP_MS))
    }
  }
}
