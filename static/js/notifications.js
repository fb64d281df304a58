// What the page says, in toasts, live regions and the status of its connection. It is loaded once
// the cart works.

export { announce, announceEdit, announceMessage, announceQty } from "./announcements.js"
export {
  cartIsFresh,
  connectionChanged,
  countVerdict,
  showConnection,
} from "./connection_status.js"
export { clearRemoved, showRemoved } from "./toasts.js"
