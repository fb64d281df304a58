// What a screen reader is told: two live regions, each message for a key said once.

const BATCH_MS = 500

/**
 * Return a voice that speaks through `region`, gathering what comes within half a second.
 * @param {Element} region
 * @param {(ms: number, act: () => void) => unknown} after
 * @returns {(text: string, key?: string) => void}  A later text with the same key replaces it.
 */
export function voice(region, after) {
  /** @type {Map<string, string>} */
  const texts = new Map()

  function speak() {
    region.textContent = [...texts.values()].join(" ")
    texts.clear()
  }

  return (text, key = text) => {
    if (texts.size === 0) {
      region.textContent = ""
      after(BATCH_MS, speak)
    }
    texts.set(key, text)
  }
}
