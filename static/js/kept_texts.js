// Texts that the browser keeps for the pages of one tab. It may deny that.

/**
 * Return a text that an earlier page of this tab kept.
 * @param {string} name
 */
export function recall(name) {
  try {
    return sessionStorage.getItem(name)
  } catch {
    return null
  }
}

/**
 * Keep `text`, or forget it if it is empty.
 * @param {string} name
 * @param {string} text
 */
export function remember(name, text) {
  try {
    if (text) sessionStorage.setItem(name, text)
    else sessionStorage.removeItem(name)
  } catch {}
}

/** The name of what is typed on this account's pages and is in no op yet. */
export const DRAFTS = `drafts ${globalThis.document?.body.dataset.account}`

export function forgetDrafts() {
  remember(DRAFTS, "")
}
