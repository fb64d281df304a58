// The close codes of a WebSocket, in words.

import { _ } from "./i18n.js"

const MEANINGS = new Map([
  [1000, _("closed by this page")],
  [1001, _("the other side went away")],
  [1005, _("closed without a reason")],
  [1006, _("the connection was lost")],
  [1007, _("a frame was not UTF-8")],
  [1009, _("a frame was too large")],
  [1011, _("the server failed")],
  [1012, _("the server is restarting")],
  [1013, _("the server is overloaded")],
  [4400, _("a frame was malformed")],
  [4401, _("the login has expired")],
  [4406, _("another version of the protocol")],
  [4408, _("too slow")],
  [4409, _("replaced by a newer connection of this tab")],
  [4410, _("the session was ended")],
  [4411, _("too many sockets of this account")],
  [4412, _("another account is signed in")],
  [4413, _("this cart is not shared with this account")],
  [4429, _("too many messages, repeatedly")],
  [4503, _("the server closed this cart")],
])

/** @param {number} code */
export function closeMeaning(code) {
  return MEANINGS.get(code) ?? _("unknown")
}
