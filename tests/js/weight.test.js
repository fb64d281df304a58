import assert from "node:assert/strict"
import { readdirSync, readFileSync } from "node:fs"
import { test } from "node:test"
import { gzipSync } from "node:zlib"

const STATIC = new URL("../../static/", import.meta.url)

/**
 * Return how many bytes each file under static/ that ends in `end` has on the wire.
 * @param {string} end
 */
function weights(end) {
  const paths = readdirSync(STATIC, { recursive: true, encoding: "utf8" })
  const files = paths.filter((path) => path.endsWith(end))
  return files.map((path) => gzipSync(readFileSync(new URL(path, STATIC))).length)
}

test("all JavaScript weighs at most 20 kB, and no file over 10 kB", () => {
  const scripts = weights(".js")

  assert.ok(scripts.length > 10)
  assert.ok(scripts.reduce((sum, weight) => sum + weight, 0) <= 20_000)
  assert.ok(Math.max(...scripts) <= 10_000)
})

test("the style weighs at most 15 kB", () => {
  assert.ok(Math.max(...weights(".css")) <= 15_000)
})
