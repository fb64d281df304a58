// SQL statements as messages of a diagram, between the server and the database.

/** @import { Message, Statement } from "../types.d.ts" */

import { ngettext } from "../i18n.js"

/**
 * Return two messages for each statement: what was asked, and how many rows came back.
 * @param {Statement[]} statements
 * @returns {Message[]}
 */
export function queryMessages(statements) {
  return statements.flatMap(({ sql, rows, ms }) => {
    const answer = ngettext("%(num)s row", "%(num)s rows", rows)
    return [
      { way: "2-3", label: shortSql(sql), text: sql, bytes: sql.length },
      { way: "3-2", label: answer, text: answer, ms },
    ]
  })
}

/**
 * Return what a statement does to which table, such as SELECT sessions.
 * @param {string} sql
 */
function shortSql(sql) {
  const [, verb, table] = /^(\w+)(?:.*?\b(?:FROM|INTO))? (\w+)/.exec(sql) ?? []
  return verb ? `${verb} ${table}` : (sql.split(" ")[0] ?? "")
}
