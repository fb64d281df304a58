// What is left of a page when its login was changed or ended elsewhere: a notice, and a link that
// leads on. All that belonged to the account has been removed.

import { _, joined, ngettext } from "../i18n.js"
import { DRAFTS, recall } from "../kept_texts.js"
import { cloneTemplate, query, queryAll, setParts } from "./dom.js"

/**
 * @param {string} template  The id of the notice.
 * @param {number} kept  The number of changes that stay stored for the account of this page.
 */
export function showAccountGone(template, kept) {
  const notice = cloneTemplate(template)
  const main = query("main")
  const texts = []
  if (kept) {
    texts.push(
      ngettext(
        "%(num)s unsaved change of that account is kept in this browser, and will be sent when it signs in again.",
        "%(num)s unsaved changes of that account are kept in this browser, and will be sent when it signs in again.",
        kept,
      ),
    )
  }
  if (recall(DRAFTS)) {
    texts.push(_("What it typed and has not sent is kept in this tab until then."))
  }
  setParts(notice, "textContent", { kept: texts.length ? joined(...texts) : "" })
  setParts(notice, "hidden", { kept: !texts.length })
  for (const dialog of /** @type {HTMLDialogElement[]} */ (queryAll("dialog[open]"))) dialog.close()
  for (const part of queryAll("aside, .bar, .to-cart")) part.remove()
  document.title = `${query("h1", notice).textContent} – ${query(".logo").textContent?.trim()}`
  main.replaceChildren(notice)
  main.focus()
}
