// Who of staff sees the cart now, for all that names people.

import { _ } from "./i18n.js"

let helper = ""
let helper_name = ""

/**
 * @param {string} account  Empty if nobody does.
 * @param {string} name
 */
export function setHelper(account, name) {
  helper = account
  helper_name = name
}

/**
 * Return what `by` is called if that is the helper; empty if not.
 * @param {string} by
 */
export function helperName(by) {
  return by && by === helper ? _("%(name)s from the shop", { name: helper_name }) : ""
}
