// The Chinese copy of the scripts, as the server makes it.

import assert from "node:assert/strict"
import { execFileSync } from "node:child_process"
import { mkdtempSync, readdirSync, readFileSync, rmSync } from "node:fs"
import { tmpdir } from "node:os"
import { join } from "node:path"
import { after, test } from "node:test"
import { fileURLToPath } from "node:url"
import { lineOf } from "./samples.js"
import { pageIn } from "./shop_page.js"

pageIn("GBP", 2)

const ROOT = fileURLToPath(new URL("../..", import.meta.url))
const folder = mkdtempSync(join(tmpdir(), "scripts-"))
after(() => rmSync(folder, { recursive: true }))
execFileSync(join(ROOT, ".venv/bin/python"), ["-m", "tests.i18n.script_copy", "zh-Hant", folder], {
  cwd: ROOT,
})

/**
 * @template Module
 * @param {string} name
 * @returns {Promise<Module>}
 */
const load = (name) => import(join(folder, name))
const announcements = /** @type {typeof import("../../static/js/announcement_texts.js")} */ (
  await load("announcement_texts.js")
)
const connection = /** @type {typeof import("../../static/js/connection_texts.js")} */ (
  await load("connection_texts.js")
)
const strings = /** @type {typeof import("../../static/js/strings.js")} */ (
  await load("strings.js")
)
const questions = /** @type {typeof import("../../static/js/views/questions.js")} */ (
  await load("views/questions.js")
)

test("amounts and counts are written as in Chinese, with one form for all numbers", () => {
  assert.deepEqual(
    [strings.money(123456), strings.savingText(20), strings.savingText(120)],
    ["£1,234.56", "您省下 £0.20", "您省下 £1.20"],
  )
  assert.deepEqual(
    [strings.itemsText(1, 0), strings.itemsText(3, 6)],
    ["1 件商品", "3 件商品，另有 6 件無法購買"],
  )
})

test("the status and the summary are whole sentences with full-width punctuation", () => {
  const age = connection.ageText(240_000)
  const status = connection.statusMessage("offline", 0, 3, true, age)

  assert.equal(status?.text, "離線：3 項變更等候儲存 · 顯示 4 分鐘前的購物車")
  assert.equal(
    connection.savedText("已恢復連線", 2, ["「加拉蘋果」已售完。"]),
    "已恢復連線：3 項變更中已儲存 2 項。「加拉蘋果」已售完。",
  )
})

test("what is announced is Chinese, also where several sentences follow each other", () => {
  const line = lineOf("gala-apples-1kg", { name: "加拉蘋果", qty: 6 })

  assert.equal(announcements.editText(line, undefined), "已移除「加拉蘋果」。")
  assert.equal(announcements.qtyText(line, null), "加拉蘋果：購物車內仍有 6 件。")
  assert.equal(
    questions.signOutText(2),
    "尚有 2 項變更未儲存。儲存完成後就會將您登出。在那之前，這個瀏覽器會維持登入，請勿關閉此頁面。",
  )
})

test("no sentence of a script is left in English", () => {
  const names = readdirSync(folder, { encoding: "utf8", recursive: true })
  const scripts = names.filter((name) => name.endsWith(".js"))
  const sentences = scripts.flatMap((name) => {
    const source = readFileSync(join(folder, name), "utf8")
    return [...source.matchAll(/(?<![\w.])(?:_|ngettext)\(\s*("(?:[^"\\\n]|\\.)*")/g)]
  })
  const texts = sentences.map(([, text = ""]) => JSON.parse(text))
  const words = (/** @type {string} */ text) => text.replace(/%\(\w+\)s/g, "").match(/[a-z]{2,}/gi)

  assert.ok(texts.length > 80)
  assert.deepEqual(
    texts.filter((text) => words(text) && !/\p{Script=Han}/u.test(text)),
    [],
  )
})
