// Settings of this browser, each a cookie: signing out clears what the browser stores, but no cookies
// except that of the login. prepaint.js reads and writes its own in the same way.

/** As long as browsers keep a cookie (RFC 6265bis, 400 days). */
const KEPT_S = 34_560_000

/**
 * Return whether setting `name` has `value`.
 * @param {string} name
 * @param {string} value
 */
export function isSet(name, value) {
  return document.cookie.split("; ").includes(`${name}=${value}`)
}

/**
 * Keep setting `name`; a browser may refuse.
 * @param {string} name
 * @param {string} value
 */
export function keepSetting(name, value) {
  // biome-ignore lint/suspicious/noDocumentCookie: the Cookie Store API is not in every browser
  document.cookie = `${name}=${value}; path=/; max-age=${KEPT_S}; samesite=lax`
}
