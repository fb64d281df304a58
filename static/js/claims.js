// Which stored outbox this tab uses: each belongs to one tab at a time, and what a closed tab left
// unsent is sent by another one.

/** @import { ClaimsDeps } from "./types.d.ts" */

const ORPHAN_RETRY_MS = 2_000

export class Claims {
  #deps

  /** @param {ClaimsDeps} deps */
  constructor(deps) {
    this.#deps = deps
  }

  /** Claim an outbox that an earlier page left, or store a new one. */
  async begin() {
    const { store, tab } = this.#deps
    const claimed = await store.claim(() => true)
    if (claimed) tab.adopt(store.use(claimed))
    else await this.#storeNew()
  }

  /** The page is put away, perhaps for good: another tab may claim the outbox. */
  end() {
    const { store, tab } = this.#deps
    store.save(tab.outbox.record)
    store.release()
    tab.abandonOutbox()
  }

  /** What waits is not to be sent any more, by no tab. */
  async drop() {
    this.#deps.tab.abandonOutbox()
    await this.#storeNew()
  }

  /** Send what a closed tab left unsent, once this tab has nothing pending. */
  async adoptOrphan() {
    const { store, tab, socket, after } = this.#deps
    if (socket.state !== "open") return
    const claimed = await store.claim((stored) => stored.waiting.length > 0)
    if (!claimed) return
    if (tab.outbox.waiting.length) {
      claimed.release()
      after(ORPHAN_RETRY_MS, () => this.adoptOrphan())
    } else {
      tab.adopt(store.use(claimed))
      socket.start()
    }
  }

  #storeNew() {
    const { store, tab, clock } = this.#deps
    return store.replace(tab.outbox.record, clock())
  }
}
