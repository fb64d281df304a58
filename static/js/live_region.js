// ARIA live regions: texts that screen readers read out.

const BATCH_MS = 500

/**
 * Return a function that announces texts in `region`. Texts of half a second are announced
 * together, and of those with the same key only the last.
 * @param {Element} region
 * @param {(act: () => void, ms: number) => unknown} setTimer  As `setTimeout`.
 * @returns {(text: string, key?: string) => void}
 */
export function announcer(region, setTimer) {
  /** @type {Map<string, string>} */
  const texts = new Map()
  const announce = () => {
    region.textContent = [...texts.values()].join(" ")
    texts.clear()
  }
  return (text, key = text) => {
    if (!texts.size) setTimer(announce, BATCH_MS)
    // Emptied first, so that the same text is read out again.
    if (!texts.size) region.textContent = ""
    texts.set(key, text)
  }
}
