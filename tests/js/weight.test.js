import assert from "node:assert/strict"
import { readdirSync, readFileSync } from "node:fs"
import { test } from "node:test"
import { gzipSync } from "node:zlib"

/** The shop serves scripts without them. */
const COMMENTS = /^\s*(\/\*[\s\S]*?\*\/|\/\/.*)\n/gm
const ENTRIES = ["early.js", "keys.js", "main.js", "views/keys.js", "views/sheet.js"]
const STATIC = new URL("../../static/", import.meta.url)

/** @param {URL} url */
function weight(url) {
  const text = readFileSync(url, "utf8")
  return gzipSync(url.pathname.endsWith(".js") ? text.replace(COMMENTS, "") : text).length
}

/**
 * Return the script at `url` and all that it imports before it runs.
 * @param {URL} url
 * @param {Set<string>} found
 */
function imported(url, found = new Set()) {
  if (found.has(url.href)) return found
  found.add(url.href)
  const specifiers = readFileSync(url, "utf8").matchAll(/^import [^"]*"([^"]+)"$/gm)
  for (const [, specifier = ""] of specifiers) imported(new URL(specifier, url), found)
  return found
}

test("the JavaScript of a page weighs at most 20 kB, and no file over 10 kB", () => {
  const found = new Set()
  for (const entry of ENTRIES) imported(new URL(`js/${entry}`, STATIC), found)
  const scripts = [...found].map((href) => weight(new URL(href)))

  assert.ok(scripts.length > 10)
  assert.ok(scripts.reduce((sum, one) => sum + one, 0) <= 20_000)
  assert.ok(Math.max(...scripts) <= 10_000)
})

test("the style weighs at most 15 kB", () => {
  const styles = readdirSync(new URL("css", STATIC)).filter((name) => name.endsWith(".css"))

  assert.ok(styles.length > 0)
  assert.ok(Math.max(...styles.map((name) => weight(new URL(`css/${name}`, STATIC)))) <= 15_000)
})
