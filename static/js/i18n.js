// Sentences in the language of the page. The sources are English; the server serves each language a
// copy of the scripts in which the texts of `_` and `ngettext`, and the two lines below, are its own.

/** The language for dates, numbers and money. */
export const LOCALE = "en-GB"
const pluralForm = (/** @type {number} */ n) => Number(n !== 1)

/** What the addresses of this page's language begin with: `/zh-hant`; empty if it has none. */
export const PREFIX = globalThis.document?.body.dataset.prefix ?? ""

/**
 * Return `path`, of this shop, without the language that it may begin with.
 * @param {string} path
 */
export function withoutPrefix(path) {
  return path.startsWith(`${PREFIX}/`) ? path.slice(PREFIX.length) : path
}

/**
 * Return *text* with *values* in place of its placeholders, as `%(name)s`.
 * @param {string} text
 * @param {Record<string, string | number>} [values]
 */
export function filled(text, values = {}) {
  return text.replace(/%\((\w+)\)s/g, (_found, name) => `${values[name]}`)
}

/** The same for a sentence that is written out here, so that it is translated. */
export const _ = filled

/**
 * Return the form of a sentence for *num* of them, which is `%(num)s` in it.
 * @param {string} one  English; in other languages all forms, parted by NUL.
 * @param {string} other
 * @param {number} num
 * @param {Record<string, string | number>} [values]
 */
export function ngettext(one, other, num, values) {
  const forms = other ? [one, other] : one.split("\0")
  return _(forms[pluralForm(num)] ?? one, { num, ...values })
}

/**
 * Return one sentence after the other.
 * @param {string[]} sentences
 */
export function joined(...sentences) {
  return sentences.reduce((first, second) => _("%(first)s %(second)s", { first, second }))
}
