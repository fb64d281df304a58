// What a form of staff's has done, over the page and without moving it.

import { query } from "./dom.js"
import { adopt } from "./live_list.js"

const SHOWN_MS = 10_000

/**
 * Show the notices of `page`, which the server has said once and will not say again.
 * @param {Document} page
 */
export function showNotices(page) {
  const notices = page.querySelector(".notices")
  if (!notices) return
  // On a page of its own it takes the focus.
  notices.removeAttribute("autofocus")
  document.querySelector("main > .notices")?.remove()
  show(/** @type {Element} */ (adopt([notices])[0]))
}

/**
 * Show a notice; `kind` is ok, warn or error.
 * @param {string} text
 * @param {string} kind
 */
export function showNotice(text, kind = "ok") {
  const notice = document.createElement("li")
  notice.className = `notice notice-${kind}`
  notice.textContent = text
  const notices = document.createElement("ul")
  notices.className = "notices"
  notices.append(notice)
  show(notices)
}

/** @param {Element} notices */
function show(notices) {
  query('[data-part="said"]').replaceChildren(notices)
  removeLater(notices)
}

/**
 * Take notices away after some seconds, unless they warn or are being read.
 * @param {Element} notices
 */
function removeLater(notices) {
  if (notices.querySelector(".notice-warn, .notice-error")) return
  setTimeout(() => {
    if (notices.matches(":hover, :focus-within")) removeLater(notices)
    else notices.remove()
  }, SHOWN_MS)
}
