import assert from 'node:assert/strict'
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { test } from 'node:test'
import { DateTime } from './date-time.ts'
import { readDate, dateTimeOf, parseDateTime } from './date-parse.ts'
import { parseDateTimeExact } from './date-parse-exact.ts'
import { decimalLiteral, decimalRound } from './decimal.ts'
import { DotnetException } from './exceptions.ts'
import { displayText, formatComposite, formatValue } from './format.ts'
import { formatNumber } from './number-format.ts'
import { parseNumber } from './number-parse.ts'
import { arithmetic, type ArithmeticOperator } from './numbers.ts'
import { parseTimeSpan } from './time-span.ts'
import { isNumericName, type NumericKind } from './types.ts'

// A table: one input a line, a line `----------`, one result a line; `error TYPE` where an exception is expected.
const tables: Readonly<Record<string, (line: string) => string>> = {
  'number-format': (line) => {
    const [, kind = '', value = '', format = ''] = /^(\S+) (\S+) (.*)$/.exec(line) ?? []
    return formatNumber(parseNumber(kindOf(kind), value), format)
  },
  'number-parse': (line) => {
    const [, kind = '', text = ''] = /^(\S+) (.*)$/.exec(line) ?? []
    return displayText(parseNumber(kindOf(kind), text.replaceAll('_', ' ')))
  },
  decimal: (line) => {
    const [left = '', operator = '', right = ''] = line.split(' ')
    return displayText(
      arithmetic(operatorOf(operator), decimalLiteral(left), decimalLiteral(right)),
    )
  },
  'decimal-round': (line) => {
    const [value = '', digits = '', mode = ''] = line.split(' ')
    const how = mode === 'ToEven' ? 'ToEven' : 'AwayFromZero'
    return displayText(decimalRound(decimalLiteral(value), Number(digits), how))
  },
  'date-format': (line) => {
    const [, date = '', format = ''] = /^(\S+) (.*)$/.exec(line) ?? []
    return dateOf(date).format(format)
  },
  'date-parse': (line) => parseDateTime(line).format('o'),
  'date-parse-exact': (line) => {
    const [text = '', format = ''] = line.split('|')
    return parseDateTimeExact(text, [format]).format('o')
  },
  'time-span-parse': (line) => parseTimeSpan(line).toString(),
  'time-span-format': (line) => {
    const [text = '', format = ''] = line.split('|')
    return parseTimeSpan(text).format(format)
  },
  composite: (line) =>
    formatComposite(line, ['a', 5, DateTime.of({ year: 2024, month: 1, day: 2 })]),
}

for (const [name, run] of Object.entries(tables)) {
  const text = readFileSync(join('tests', 'golden', 'dotnet', `${name}.golden`), 'utf8')
  const [input = '', expected = ''] = text.split('\n----------\n')
  test(`dotnet golden: ${name}`, () => {
    const actual = input.split('\n').map((line) => `${line} => ${resultOf(() => run(line))}`)
    const results = expected.replace(/\n$/, '').split('\n')
    assert.deepEqual(
      actual,
      input.split('\n').map((line, index) => `${line} => ${results[index]}`),
    )
  })
}

function resultOf(run: () => string): string {
  try {
    return run()
  } catch (error) {
    if (error instanceof DotnetException) return `error ${error.typeName}`
    throw error
  }
}

function kindOf(name: string): NumericKind {
  assert.ok(isNumericName(name))
  return name
}

function operatorOf(text: string): ArithmeticOperator {
  const operator = (['+', '-', '*', '/', '%'] as const).find((known) => known === text)
  assert.ok(operator)
  return operator
}

function dateOf(text: string): DateTime {
  const parsed = readDate(text)
  const date = parsed && dateTimeOf(parsed, ['RoundtripKind'])
  assert.ok(date)
  assert.equal(formatValue(date, 'o'), text)
  return date
}
