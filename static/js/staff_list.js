// A list of staff's pages that is live: what others change appears by itself, and a form in it is
// sent without leaving the page, so that the place stays.

import { _, LOCALE } from "./i18n.js"
import { beep, isSoundOn, setSound, whenSoundBlocked } from "./staff_sound.js"
import { isField, queryAll } from "./views/dom.js"
import { adopt, focusOn, items, updateList } from "./views/live_list.js"
import { showNotice, showNotices } from "./views/staff_notices.js"

const TIMEOUT_MS = 8000
/** What a page sends by itself does not keep the login alive. */
const BACKGROUND = { "X-Background": "1" }
const SIGNED_OUT = _(
  "You are no longer signed in as staff. Sign in in another tab and try again: what you typed is still here.",
)
const NO_ANSWER = _("No answer from the shop. What you typed is still here. Try again.")

const list = /** @type {HTMLElement} */ (document.querySelector("[data-live]"))
const live_status = document.querySelector('[data-part="live-status"]')
const toggle = /** @type {HTMLInputElement | null} */ (document.querySelector("[data-sound]"))

const interval_ms = 1000 * Number(list.dataset.every)

/** The revision that the list shows. */
let revision = Number(list.dataset.revision)
let updated_at = new Date()
/** Forms that are on their way. */
let sending = 0

async function poll() {
  const text = await look()
  if (live_status && live_status.textContent !== text) live_status.textContent = text
  setTimeout(poll, interval_ms)
}

/** Show what has changed; return what is true of the list then. */
async function look() {
  try {
    const signal = AbortSignal.timeout(TIMEOUT_MS)
    const response = await fetch("/staff/changes.json", { signal, headers: BACKGROUND })
    if (!response.ok)
      return _("This list is as of %(at)s. Reload the page to sign in.", { at: clock() })
    const now = Number((await response.json()).revision)
    if ((now > revision || list.dataset.always) && !sending) {
      const { page } = await request("GET", location.href)
      if (page) showNotices(page)
      if (!sending) showPage(page, now)
    }
    updated_at = new Date()
    return list.dataset.live ?? ""
  } catch {
    return _("No answer from the shop: this list is as of %(at)s. Trying again.", { at: clock() })
  }
}

function clock() {
  return updated_at.toLocaleTimeString(LOCALE, { hourCycle: "h23" })
}

/**
 * Load a page. Parsing is left to the request: Trusted Types let no text become HTML.
 * @param {string} method
 * @param {string} url
 * @param {URLSearchParams} [body]
 * @returns {Promise<{ status: number, page: Document | null }>}
 */
function request(method, url, body) {
  return new Promise((resolve, reject) => {
    const http = new XMLHttpRequest()
    http.open(method, url)
    http.responseType = "document"
    http.timeout = TIMEOUT_MS
    if (!body) http.setRequestHeader("X-Background", BACKGROUND["X-Background"])
    http.onload = () => resolve({ status: http.status, page: http.responseXML })
    http.onerror = http.ontimeout = () => reject(new Error("no answer"))
    http.send(body)
  })
}

/** @param {Document | null} page */
function findList(page) {
  return /** @type {HTMLElement | null} */ (page?.querySelector("[data-live]") ?? null)
}

/**
 * Take over the list of `page`, and say what is new.
 * @param {Document | null} page
 * @param {number} [seen]  The revision that was known before the page was loaded.
 * @param {string} [forced]  The id of an item that is replaced although it is being edited.
 */
function showPage(page, seen, forced) {
  const fresh = findList(page)
  if (!fresh || !page) return
  const known = new Set(items(list).map(({ id }) => id))
  updateList(list, fresh, forced)
  if (seen !== undefined) revision = seen
  for (const count of queryAll("[data-count]")) {
    const now = page.querySelector(`[data-count="${count.dataset.count}"]`)
    if (now && now.textContent !== count.textContent)
      count.replaceChildren(...adopt(now.childNodes))
  }
  // What was saved is no draft any more (drafts.js).
  list.dispatchEvent(new Event("change", { bubbles: true }))
  const added = items(list).filter((item) => !known.has(item.id) && "new" in item.dataset)
  if (added.length && !location.search.includes("page=")) onNew(added)
}

/** @param {HTMLElement[]} added */
function onNew(added) {
  for (const item of added) item.classList.add("is-new")
  const names = added.map((item) => item.dataset.new).join(", ")
  showNotice(list.dataset.liveNew?.replace("{}", names) ?? names)
  if (isSoundOn()) beep()
}

/** @param {SubmitEvent} event */
async function onSubmit(event) {
  const form = /** @type {HTMLFormElement} */ (event.target)
  const id = form.dataset.about ?? form.closest("[data-seen]")?.id
  if (!id || "leave" in form.dataset) return
  event.preventDefault()
  if ("sending" in form.dataset) return
  form.dataset.sending = ""
  sending += 1
  try {
    await send(form, id, event.submitter)
  } catch {
    showNotice(NO_ANSWER, "error")
  } finally {
    sending -= 1
    delete form.dataset.sending
  }
}

/**
 * Send a form and show its outcome in place; what needs a page of its own is sent again as a form.
 * @param {HTMLFormElement} form
 * @param {string} id  The item that it changes, which may be on another page of the list.
 * @param {HTMLElement | null} submitter
 */
async function send(form, id, submitter) {
  const body = new URLSearchParams()
  for (const [name, value] of new FormData(form)) body.append(name, `${value}`)
  if (submitter instanceof HTMLButtonElement && submitter.name) {
    body.append(submitter.name, submitter.value)
  }
  const { status, page } = await request("POST", form.getAttribute("action") ?? "", body)
  if (status === 404) return showNotice(SIGNED_OUT, "warn")
  if (!page || !findList(page)) {
    form.dataset.leave = ""
    form.requestSubmit(submitter)
    return
  }
  renewKey(form, page)
  showPage(page, undefined, id)
  showNotices(page)
  if (form.dataset.about) focusOn(document.getElementById(id) ?? document.querySelector("h1"))
}

/**
 * A form that stays, once it is answered, is not the one that was sent: the same may be wanted again.
 * @param {HTMLFormElement} form
 * @param {Document} page
 */
function renewKey(form, page) {
  const [key, next] = [form, page].map((each) => each.querySelector('[name="page_key"]'))
  if (key && next) key.setAttribute("value", next.getAttribute("value") ?? "")
}

/** @param {KeyboardEvent} event */
function onKey(event) {
  const is_undo = event.key === "z" && (event.ctrlKey || event.metaKey) && !event.shiftKey
  const form = document.querySelector("form[data-about]")
  if (!is_undo || isField(event.target) || !(form instanceof HTMLFormElement)) return
  event.preventDefault()
  // The cart's own undo is meant only where nothing else was done.
  event.stopImmediatePropagation()
  form.requestSubmit()
}

if (toggle) {
  toggle.checked = isSoundOn()
  toggle.addEventListener("change", () => {
    setSound(toggle.checked)
    if (toggle.checked) beep()
  })
  const hint = document.querySelector('[data-part="sound-hint"]')
  whenSoundBlocked((is_blocked) => hint?.toggleAttribute("hidden", !is_blocked))
}
for (const part of queryAll("[data-needs-script]")) delete part.dataset.needsScript
document.addEventListener("submit", onSubmit)
list.addEventListener("stale", look)
document.addEventListener("keydown", onKey, true)
setTimeout(poll, interval_ms)
