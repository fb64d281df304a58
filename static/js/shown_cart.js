// Whose cart this page shows: the account's own, or one that its owner shares with it. All that this
// tab sends is for that cart.

/** Return the account of the owner of the cart on this page; empty if it is the account's own. */
export function shownCart() {
  return globalThis.document?.body.dataset.cart ?? ""
}

/**
 * Return the address at which the server has `path` for the cart on this page.
 * @param {string} path
 */
export function inShownCart(path) {
  const cart = shownCart()
  return cart ? `${path}${path.includes("?") ? "&" : "?"}cart=${cart}` : path
}
