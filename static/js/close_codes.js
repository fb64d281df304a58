// The close codes of a WebSocket, in words.

const MEANINGS = new Map([
  [1000, "this page hung up"],
  [1001, "the other side went away"],
  [1005, "closed without a word"],
  [1006, "the line broke"],
  [1007, "a frame was not UTF-8"],
  [1009, "a frame was too large"],
  [1011, "the server failed"],
  [1012, "the server restarts"],
  [1013, "the server is overloaded"],
  [4400, "a frame was malformed"],
  [4401, "no valid login"],
  [4406, "another version of the protocol"],
  [4408, "too slow"],
  [4409, "replaced by a newer connection of this tab"],
  [4410, "this login was ended"],
  [4411, "too many sockets of this account"],
  [4429, "too fast, again and again"],
  [4503, "the server gave this cart up"],
])

/** @param {number} code */
export function closeMeaning(code) {
  return MEANINGS.get(code) ?? "unknown"
}
