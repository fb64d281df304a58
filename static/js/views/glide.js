// What has to move, because something above it came or went, glides there: nothing jumps.

import { every } from "./dom.js"

const GLIDES = ".rows > *, .saved, .cart-foot, .cart-sums, .cart-sums > *, .foot"
const GLIDE_MS = 160

/** Where things are seen, until the next frame leads them from there to where they belong. */
let before = /** @type {Map<HTMLElement, number> | null} */ (null)
let gliding = /** @type {Animation[]} */ ([])

/**
 * Do `act`, and lead the eye from where things were to where they are. What is asked of the
 * layout then, is asked as late as the frame needs it anyway.
 * @param {() => void} act
 */
export function glide(act) {
  if (!before && !document.hidden) {
    before = new Map(every(GLIDES).map((element) => [element, top(element)]))
    requestAnimationFrame(lead)
  }
  act()
}

function lead() {
  for (const animation of gliding) animation.cancel()
  gliding = []
  const moved = new Map([...(before ?? [])].map(([one, y]) => [one, y - top(one)]))
  before = null
  if (matchMedia("(prefers-reduced-motion: reduce)").matches) return
  for (const [element, by] of moved) {
    const around = element.parentElement?.closest(GLIDES)
    const own = by - ((around && moved.get(/** @type {HTMLElement} */ (around))) ?? 0)
    const path = { transform: [`translateY(${own}px)`, "none"] }
    if (own) gliding.push(element.animate(path, { duration: GLIDE_MS, easing: "ease-out" }))
  }
}

/** @param {Element} element */
function top(element) {
  return element.getBoundingClientRect().top
}
