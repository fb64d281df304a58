// What only some carts need: a household, help by staff, and what is kept for who has waited for it.
// Each is loaded with the first message that is about it.

/** @import { DisplayedCart, Help, Household, Offer, Op } from "./types.d.ts" */

import { Later, loadLater } from "./later.js"

/** What only a cart that is shared needs. */
export const household = new Later(() => loadLater(() => import("./household.js")))
/** What only a cart that staff help with needs. */
const help = new Later(() => loadLater(() => import("./help.js")))
const offers = new Later(() => loadLater(() => import("./offers.js")))

/**
 * Take over what `message` says, and call `show` where the cart is to be shown anew.
 * @param {Help | Household | Offer} message
 * @param {string} account  Of the reader.
 * @param {() => void} show
 */
export function onExtra(message, account, show) {
  if (message.t === "offer") offers.run(({ showOffer }) => showOffer(message))
  else if (message.t === "household") {
    household.run(({ setHousehold }) => {
      setHousehold(message, account)
      show()
    })
  } else {
    help.run(({ showHelp }) => {
      showHelp(message)
      show()
    })
  }
}

/** @param {DisplayedCart} displayed */
export function showExtras(displayed) {
  household.loaded?.showPeople(displayed)
  help.loaded?.showSuggested(displayed.suggested)
}

/**
 * Return `op` as the reader may do it.
 * @param {Op} op
 * @param {DisplayedCart} displayed
 */
export function byRole(op, displayed) {
  return household.loaded?.byRole(op, displayed) ?? op
}

/**
 * Ask for help, or end it, in place of sending the form.
 * @param {HTMLFormElement} form
 */
export function sendHelp(form) {
  help.run((loaded) => loaded.sendHelp(form))
}
