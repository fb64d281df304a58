// Animates elements to their new places when something above them appears or goes (the FLIP
// technique: First, Last, Invert, Play).

import { queryAll } from "./dom.js"

const ANIMATED = ".rows > *, .saved, .cart-foot, .cart-sums, .cart-sums > *, .foot"
const DURATION_MS = 160

/** Where elements were before the change; null unless an animation is about to start. */
let first = /** @type {Map<HTMLElement, number> | null} */ (null)
let animations = /** @type {Animation[]} */ ([])

/**
 * Call `act`, and animate what it moves. The new places are read in the next animation frame, when
 * the browser computes the layout anyway.
 * @param {() => void} act
 */
export function glide(act) {
  if (!first && !document.hidden) {
    first = new Map(queryAll(ANIMATED).map((element) => [element, top(element)]))
    requestAnimationFrame(play)
  }
  act()
}

function play() {
  for (const animation of animations) animation.cancel()
  animations = []
  const moved = new Map([...(first ?? [])].map(([element, y]) => [element, y - top(element)]))
  first = null
  if (matchMedia("(prefers-reduced-motion: reduce)").matches) return
  for (const [element, by] of moved) {
    // A container takes its children with it: they are animated by what is left.
    const container = element.parentElement?.closest(ANIMATED)
    const own = by - ((container && moved.get(/** @type {HTMLElement} */ (container))) ?? 0)
    const keyframes = { transform: [`translateY(${own}px)`, "none"] }
    if (own)
      animations.push(element.animate(keyframes, { duration: DURATION_MS, easing: "ease-out" }))
  }
}

/** @param {Element} element */
function top(element) {
  return element.getBoundingClientRect().top
}
