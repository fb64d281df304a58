// What has to move, because something above it came or went, glides there: nothing jumps.

import { every } from "./dom.js"

const GLIDES = ".rows > *, .saved, .cart-foot, .cart-sums, .cart-sums > *, .foot"
const GLIDE_MS = 160
const ID = "glide"

/**
 * Do `act`, and lead the eye from where things were to where they are.
 * @param {() => void} act
 */
export function glide(act) {
  const before = new Map(every(GLIDES).map((element) => [element, top(element)]))
  act()
  for (const [element] of before) {
    for (const one of element.getAnimations()) if (one.id === ID) one.cancel()
  }
  if (matchMedia("(prefers-reduced-motion: reduce)").matches) return
  const moved = new Map([...before].map(([one, y]) => [one, y - top(one)]))
  for (const [element, by] of moved) {
    const around = element.parentElement?.closest(GLIDES)
    const own = by - ((around && moved.get(/** @type {HTMLElement} */ (around))) ?? 0)
    const path = { transform: [`translateY(${own}px)`, "none"] }
    if (own) element.animate(path, { duration: GLIDE_MS, easing: "ease-out", id: ID })
  }
}

/** @param {Element} element */
function top(element) {
  return element.getBoundingClientRect().top
}
