// The end of a page's login: it ran out, was ended, or belongs to another account now.

/** @import { LoginEndDeps } from "./types.d.ts" */

import { PREFIX, withoutPrefix } from "./i18n.js"
import { DRAFTS, recall } from "./kept_texts.js"
import { queryAll } from "./views/dom.js"

export class LoginEnd {
  #deps

  /** @param {LoginEndDeps} deps */
  constructor(deps) {
    this.#deps = deps
  }

  /** @param {number} code  The close code of the socket. */
  onStopped(code) {
    if (code === 4401) this.signIn()
    if (code === 4410) this.#onLoginEnded()
    // The login was changed in another tab: what waits here stays stored for its own account.
    if (code === 4412) this.#showAccountGone("other-account")
  }

  async signIn() {
    const { account, socket } = this.#deps
    const { askForLogin } = await import("./views/login.js")
    if ((await askForLogin()) === account) socket.start()
    else location.reload()
  }

  /** Signed out: remove all data of the account from this tab and from the browser. */
  async onSignedOut() {
    this.#clear()
    await this.#deps.forgetAll()
    const next = withoutPrefix(location.pathname) + location.search
    location.replace(`${PREFIX}/login?next=${encodeURIComponent(next)}`)
  }

  /** The login was ended elsewhere: what waits here stays stored, too. */
  #onLoginEnded() {
    const { flushTyped, tab } = this.#deps
    flushTyped()
    if (tab.unsaved.length || recall(DRAFTS)) this.#showAccountGone("login-ended")
    else this.onSignedOut()
  }

  /** @param {string} template */
  async #showAccountGone(template) {
    const { flushTyped, tab } = this.#deps
    flushTyped()
    const { length } = tab.unsaved
    this.#clear()
    const view = await import("./views/account_gone.js").catch(() => location.reload())
    view?.showAccountGone(template, length)
  }

  /** Remove all data of the account from this tab. */
  #clear() {
    this.#deps.end()
    for (const part of queryAll("main, aside, .bar, .account, #notices")) part.replaceChildren()
  }
}
