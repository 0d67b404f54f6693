import assert from 'node:assert/strict'
import { test } from 'node:test'
import { parseDateTime, type EdmValue } from './edm-value.ts'
import { evaluateFilter } from './evaluate.ts'
import { FilterError } from './filter-error.ts'
import { rangeOf } from './key-range.ts'
import { parseFilter } from './parse.ts'

const entity: Readonly<Record<string, EdmValue | undefined>> = {
  PartitionKey: { type: 'Edm.String', value: 'AA' },
  Name: { type: 'Edm.String', value: "O'Hare" },
  Age: { type: 'Edm.Int32', value: 42 },
  Big: { type: 'Edm.Int64', value: 9_007_199_254_740_993n },
  Ratio: { type: 'Edm.Double', value: 0.5 },
  Nothing: { type: 'Edm.Double', value: Number.NaN },
  IsLate: { type: 'Edm.Boolean', value: true },
  At: parseDateTime('2026-01-31T10:00:00.1234567Z'),
  Id: { type: 'Edm.Guid', value: 'c9da6455-213d-42c9-9a79-3e9149a57833' },
  Bytes: { type: 'Edm.Binary', value: '00FF' },
}

const holding = [
  "PartitionKey eq 'AA'",
  "Name eq 'O''Hare'",
  'Age gt 41 and Age le 42',
  'Age eq 42L',
  'Age lt 42.5',
  'Age gt -1',
  'Big eq 9007199254740993L',
  'Big ge 1',
  'Ratio eq 5e-1',
  'IsLate',
  'IsLate eq true',
  'not (IsLate eq false)',
  'not not IsLate',
  "At gt datetime'2026-01-31T10:00:00Z'",
  "At eq datetime'2026-01-31T11:00:00.1234567+01:00'",
  "Id eq guid'C9DA6455-213D-42C9-9A79-3E9149A57833'",
  "Bytes eq X'00ff' and Bytes lt binary'01'",
  "(PartitionKey eq 'x' or PartitionKey eq 'AA') and (Age) eq (42)",
  "PartitionKey eq 'x' and Age eq 1 or Age eq 42",
  "'AA' eq PartitionKey",
  "PartitionKey ne 'BB'",
  "PartitionKey ge 'A' and PartitionKey lt 'B'",
]

for (const text of holding) {
  test(`holds: ${text}`, () => {
    assert.equal(
      evaluateFilter(parseFilter(text), (name) => entity[name]),
      true,
    )
  })
}

const failing = [
  "PartitionKey eq 'aa'",
  "Age eq '42'",
  "Missing eq 'x'",
  "Missing ne 'x'",
  'Nothing eq Nothing',
  'Nothing gt 1',
  'Missing',
  'Age',
  'not IsLate',
]

for (const text of failing) {
  test(`does not hold: ${text}`, () => {
    assert.equal(
      evaluateFilter(parseFilter(text), (name) => entity[name]),
      false,
    )
  })
}

const wrong: readonly (readonly [string, number])[] = [
  ['', 0],
  ['Age eq', 6],
  ['Age eq 1 and', 12],
  ['(Age eq 1', 9],
  ['Age eq 1)', 8],
  ["Name eq 'open", 8],
  ["Id eq guid'x'", 6],
  ["At eq datetime'2026-13-01T00:00:00Z'", 6],
  ['Age = 1', 4],
  ['Age eq 1 Age', 9],
  ['Age eq 1.5L', 7],
]

for (const [text, offset] of wrong) {
  test(`is no filter: ${text}`, () => {
    assert.throws(
      () => parseFilter(text),
      (error) => error instanceof FilterError && error.offset === offset && !error.isUnsupported,
    )
  })
}

test('functions and arithmetic are refused by name', () => {
  for (const text of ["startswith(Name,'O') eq true", 'Age add 1 eq 43']) {
    assert.throws(
      () => parseFilter(text),
      (error) => error instanceof FilterError && error.isUnsupported,
    )
  }
})

test('depth and length are bounded', () => {
  assert.throws(() => parseFilter(`${'('.repeat(200)}a${')'.repeat(200)}`), /too deep/)
  assert.throws(() => parseFilter('not '.repeat(200)), /too deep/)
  assert.throws(() => parseFilter(`a eq '${'x'.repeat(40_000)}'`), /too long/)
})

test('the range of a property is what all conditions of it leave', () => {
  const of = (text: string, name = 'K') => rangeOf(parseFilter(text), name)
  assert.deepEqual(of("K eq 'a'"), { from: 'a', to: 'a' })
  assert.deepEqual(of("K ge 'a' and K lt 'c' and K gt 'b'"), { from: 'b', to: 'c' })
  assert.deepEqual(of("K eq 'a' or K eq 'b'"), {})
  assert.deepEqual(of("not K eq 'a'"), {})
  assert.deepEqual(of('K eq 5'), {})
})
