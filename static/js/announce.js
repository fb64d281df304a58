// What a screen reader is told.

/** @import { After } from "./types.d.ts" */

const BATCH_MS = 500

/**
 * Return a voice that says in `region` what came within half a second, the last for each key.
 * @param {Element} region
 * @param {After} after
 * @returns {(text: string, key?: string) => void}
 */
export function voice(region, after) {
  /** @type {Map<string, string>} */
  const texts = new Map()

  return (text, key = text) => {
    if (!texts.size) {
      region.textContent = ""
      after(BATCH_MS, () => {
        region.textContent = [...texts.values()].join(" ")
        texts.clear()
      })
    }
    texts.set(key, text)
  }
}
