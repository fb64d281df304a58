// What became of the changes that waited while the connection was away.

import { backOnline } from "./words.js"

export class Tally {
  #saved = 0
  /** @type {string[] | null} Null while there is nothing to count. */
  #refusals = null

  /** The shopper was told that there is no connection: from now on, count. */
  begin() {
    this.#refusals ??= []
  }

  get counts() {
    return this.#refusals !== null
  }

  /** @param {string | null} refusal */
  add(refusal) {
    if (refusal === null) this.#saved += 1
    else this.#refusals?.push(refusal)
  }

  /** Return what there is to say, and begin with nothing. */
  end() {
    const text = backOnline(this.#saved, this.#refusals ?? [])
    this.#saved = 0
    this.#refusals = null
    return text
  }
}
