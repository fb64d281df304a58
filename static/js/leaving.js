// Leaving the page by a link, a form or signing out: what waits is saved first, and without a
// connection the page stays, says so, and goes on as soon as it can.

/** @import { LeavingDeps } from "./types.d.ts" */

import { assertively } from "./announcements.js"
import { _, PREFIX } from "./i18n.js"
import { DRAFTS, recall } from "./kept_texts.js"
import { removeToast } from "./toasts.js"
import { query } from "./views/dom.js"
import "./views/lengths.js"
import { ask, noConnectionText, signOutText, typedText } from "./views/questions.js"

const SAVING_MS = 1500
const CHECK_MS = 4000
const RETRY_MS = 2000
const TICK_MS = 50
/** HTTP 409: another account is signed in. */
const CONFLICT = 409
/** Has other tabs submit what is typed in them, before they are signed out. */
const FLUSH = "flush"
/** Other tabs answer within this time whether something is typed in them. */
const ANSWER_MS = 100
const WHO = "who has typed?"
const typing = new BroadcastChannel("typing")
let is_typed_elsewhere = false
typing.addEventListener("message", ({ data }) => {
  if (data === DRAFTS) is_typed_elsewhere = true
  if (data === WHO && recall(DRAFTS)) typing.postMessage(DRAFTS)
})

/** Counts what was pressed: an earlier press is dropped for a later one. */
let presses = 0
let question = /** @type {HTMLElement | null} */ (null)

/** @param {LeavingDeps} deps */
export function guardLeaving({ socket, tab, store, flushTyped, clear, tellTabs, setLeaving }) {
  let is_going = false

  /** Ops that are too old to be sent without asking are not on their way. */
  const countUnsaved = () => (tab.stale.length ? 0 : tab.unsaved.length)

  /** Return how many changes of the account are not saved, in all tabs of this browser. */
  const countStored = async () => {
    flushTyped()
    tellTabs(FLUSH)
    await store.save(tab.outbox.record)
    return Math.max(await store.count(), tab.outbox.waiting.length)
  }

  /** Sign out, and leave the page; return false if the shop did not do it. */
  const endLogin = async () => {
    const { account = "" } = document.body.dataset
    // This script deletes what is stored of the account, and leaves what is kept of another one.
    const body = new URLSearchParams({ account, clears: "1" })
    const options = /** @type {RequestInit} */ ({ method: "POST", body, redirect: "manual" })
    setLeaving(true)
    const response = await fetch(`${PREFIX}/logout`, options).catch(() => null)
    const is_done = response?.type === "opaqueredirect"
    setLeaving(is_done)
    if (response?.status === CONFLICT) socket.stop(4412)
    if (!is_done) return response?.status === CONFLICT
    await clear()
    // The other tabs hear of it only when the login has ended: before, the login page would send
    // them back here.
    tellTabs(account)
    location.assign(`${PREFIX}/`)
    return true
  }

  const isUp = () => socket.link === "open" || socket.link === "slow"

  /** Wait for what is being saved, but not long. */
  const saving = async () => {
    const until = Date.now() + SAVING_MS
    while (countUnsaved() && socket.link !== "offline" && Date.now() < until) await pause(TICK_MS)
  }

  /**
   * Call `go` once it will work. Without trouble the browser goes by itself.
   * @param {Event} event
   * @param {() => void} go
   */
  const leave = async (event, go) => {
    const is_fine = isUp() || query("[data-part=status]").hidden
    if (is_going || socket.link === "stopped" || (is_fine && !countUnsaved())) return
    event.preventDefault()
    const press = begin()
    if (is_fine) await saving()
    else if (socket.link === "offline" || !(await answers()))
      await keep(noConnectionText(), {}, isUp)
    if (press !== presses) return
    is_going = true
    go()
    is_going = false
  }

  const signOut = async () => {
    const press = begin()
    await saving()
    let count = await countStored()
    let has_typed = await isSomethingTyped()
    const lose = () => {
      count = 0
      has_typed = false
    }
    const isSaved = async () => !(has_typed || (count && (await countStored())))
    const text = has_typed ? typedText(count) : signOutText(count)
    const label = has_typed ? _("Sign out and lose it") : _("Sign out and lose them")
    if (count || has_typed) await keep(text, { [label]: lose }, isSaved)
    while (press === presses && !(await endLogin())) {
      await keep(signOutText(0), {}, isUp)
      await pause(RETRY_MS)
    }
  }

  document.addEventListener("click", (event) => {
    const link = event.target instanceof Element && event.target.closest("a")
    const is_plain = !(event.ctrlKey || event.metaKey || event.shiftKey || event.altKey)
    if (!link || event.defaultPrevented || event.button || !is_plain || link.target) return
    const is_here = link.hash && link.pathname === location.pathname
    if (link.origin === location.origin && !is_here) leave(event, () => location.assign(link.href))
  })
  document.addEventListener("submit", (event) => {
    const { target, submitter, defaultPrevented } = event
    if (defaultPrevented || !(target instanceof HTMLFormElement)) return
    if (target.method !== "dialog") leave(event, () => target.requestSubmit(submitter))
  })
  query(`[action="${PREFIX}/logout"]`).addEventListener("submit", (event) => {
    event.preventDefault()
    signOut()
  })
}

/** Drop what was pressed before, and return the number of this press. */
function begin() {
  if (question) removeToast(question)
  question = null
  return ++presses
}

/**
 * Keep the page, and say why, until `isOver` or until something else is pressed.
 * @param {string} text
 * @param {Record<string, () => void>} answers
 * @param {() => boolean | Promise<boolean>} isOver
 */
async function keep(text, answers, isOver) {
  const press = presses
  if (await isOver()) return
  question = ask(text, { ...answers, [_("Stay on this page")]: begin })
  assertively(text)
  while (press === presses && !(await isOver())) await pause(TICK_MS)
  if (press === presses) removeToast(question)
}

/** Return whether the shop answers: the connection may be back before the page notices. */
function answers() {
  const options = { method: "HEAD", signal: AbortSignal.timeout(CHECK_MS) }
  return fetch(location.href, options).then(
    () => true,
    () => false,
  )
}

/** Return whether something is typed and not sent, in this tab or in another of this account. */
async function isSomethingTyped() {
  is_typed_elsewhere = false
  if (recall(DRAFTS)) return true
  typing.postMessage(WHO)
  await pause(ANSWER_MS)
  return is_typed_elsewhere
}

/** @param {number} ms */
function pause(ms) {
  return /** @type {Promise<void>} */ (new Promise((resolve) => setTimeout(resolve, ms)))
}
