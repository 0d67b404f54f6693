import {
  type Value,
  isArray,
  isObject,
  propertyOf,
} from '../../../languages/workflow-expression/value.ts'
import { textOf } from '../../../languages/workflow-expression/value-text.ts'
import type { CompiledTemplate } from '../../../languages/workflow-expression/template.ts'
import type { ActionCompiler } from '../compile-context.ts'
import type { RunEnvironment } from '../expression-roots.ts'
import { leafWork } from '../leaf-action.ts'
import { failed, succeeded } from '../outcomes.ts'
import { listOf, memberOf, textOf as textMember } from '../workflow-value.ts'
import { notArray } from './query.ts'

interface Column {
  readonly header: CompiledTemplate
  readonly value: CompiledTemplate
}

interface Cells {
  readonly headers: readonly string[]
  readonly rows: readonly (readonly string[])[]
}

/** Makes CSV or HTML of a list: https://learn.microsoft.com/azure/logic-apps/logic-apps-workflow-actions-triggers#table-action */
export const table: ActionCompiler = (action, context) => {
  const format = textMember(action.inputs, 'format')?.toLowerCase()
  if (format !== 'csv' && format !== 'html') {
    throw context.refuse(action, `"The 'format' property of 'inputs' must be 'CSV' or 'HTML'."`)
  }
  const columns = listOf(action.inputs, 'columns').map((column) => ({
    header: context.template(action, memberOf(column, 'header') ?? '', 'inputs'),
    value: context.template(action, memberOf(column, 'value') ?? '', 'inputs'),
  }))
  return leafWork(action, context, {
    isExternal: false,
    inputs: { from: memberOf(action.inputs, 'from') ?? null, format },
    execute: (inputs, { environment }) => {
      const from = memberOf(inputs, 'from') ?? null
      if (!isArray(from)) return notArray('table', from)
      if (columns.length === 0 && !from.every(isObject)) {
        return failed(
          'BadRequest',
          `The 'from' property value in the 'table' action inputs must be an array of objects where no columns are declared.`,
        )
      }
      const cells = columns.length > 0 ? declared(from, columns, environment) : own(from)
      return succeeded({ body: format === 'csv' ? csvOf(cells) : htmlOf(cells) })
    },
  })
}

function declared(
  from: readonly Value[],
  columns: readonly Column[],
  environment: RunEnvironment,
): Cells {
  return {
    headers: columns.map(({ header }) => textOf(header.evaluate(environment))),
    rows: from.map((item) => {
      const row = environment.with({ item })
      return columns.map(({ value }) => textOf(value.evaluate(row)))
    }),
  }
}

// The columns are those of the first item, as the designer's automatic columns are.
function own(from: readonly Value[]): Cells {
  const [first = null] = from
  const headers = isObject(first) ? Object.keys(first) : []
  const rows = from.map((item) =>
    headers.map((header) => textOf((isObject(item) ? propertyOf(item, header) : null) ?? null)),
  )
  return { headers, rows }
}

function csvOf({ headers, rows }: Cells): string {
  if (headers.length === 0) return ''
  return [headers, ...rows].map((row) => `${row.map(csvCell).join(',')}\r\n`).join('')
}

function csvCell(text: string): string {
  return /[",\r\n]/.test(text) ? `"${text.replaceAll('"', '""')}"` : text
}

function htmlOf({ headers, rows }: Cells): string {
  const head = headers.map((header) => `<th>${escaped(header)}</th>`).join('')
  const body = rows.map(
    (row) => `<tr>${row.map((cell) => `<td>${escaped(cell)}</td>`).join('')}</tr>`,
  )
  return `<table><thead><tr>${head}</tr></thead><tbody>${body.join('')}</tbody></table>`
}

const entities: Readonly<Record<string, string>> = {
  '&': '&amp;',
  '<': '&lt;',
  '>': '&gt;',
  '"': '&quot;',
  "'": '&#39;',
}

function escaped(text: string): string {
  return text.replaceAll(/[&<>"']/g, (character) => entities[character] ?? character)
}
