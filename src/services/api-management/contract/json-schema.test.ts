import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { JsonObject } from '../../../base/json.ts'
import { compileJsonSchema } from './json-schema.ts'
import { SchemaUnusable } from './schema-fault.ts'

async function messages(schema: JsonObject, value: unknown): Promise<readonly string[]> {
  const faults = await compileJsonSchema(schema)(JSON.stringify(value))
  return faults.map(({ message }) => message)
}

// The words of https://www.newtonsoft.com/jsonschema/help/html/T_Newtonsoft_Json_Schema_ErrorType.htm
test('faults are told in the words of .NET', async () => {
  const cases: readonly (readonly [JsonObject, unknown, string])[] = [
    [{ type: 'string' }, null, 'Invalid type. Expected String but got Null.'],
    [{ type: ['string', 'null'] }, 1.5, 'Invalid type. Expected String, Null but got Number.'],
    [{ type: 'integer' }, 1.5, 'Invalid type. Expected Integer but got Number.'],
    [{ required: ['a', 'b'] }, {}, 'Required properties are missing from object: a, b.'],
    [{ enum: ['a'] }, 'b', 'Value "b" is not defined in enum.'],
    [{ const: 1 }, 2, 'Value 2 does not match const.'],
    [{ maximum: 3 }, 5, 'Integer 5 exceeds maximum value of 3.'],
    [{ minimum: 3.5 }, 2.5, 'Number 2.5 is less than minimum value of 3.5.'],
    [
      { exclusiveMaximum: 3 },
      3,
      'Integer 3 equals maximum value of 3 and exclusive maximum is true.',
    ],
    [{ multipleOf: 2 }, 3, 'Integer 3 is not a multiple of 2.'],
    [{ minLength: 2 }, 'a', "String 'a' is less than minimum length of 2."],
    [{ format: 'email' }, 'a', "String 'a' does not validate against format 'email'."],
    [{ maxItems: 1 }, [1, 2], 'Array item count 2 exceeds maximum count of 1.'],
    [{ maxProperties: 0 }, { a: 1 }, 'Object property count 1 exceeds maximum count of 0.'],
    [
      { anyOf: [{ type: 'string' }, { type: 'null' }] },
      1,
      "JSON does not match any schemas from 'anyOf'.",
    ],
    [{ oneOf: [{ type: 'string' }] }, 1, "JSON is valid against no schemas from 'oneOf'."],
    [{ not: {} }, 1, "JSON is valid against schema from 'not'."],
  ]
  for (const [schema, value, message] of cases) {
    assert.deepEqual(await messages(schema, value), [message])
  }
})

test('a number that equals an exclusive limit and one beyond it are told apart', async () => {
  assert.deepEqual(await messages({ exclusiveMinimum: 3 }, 2), [
    'Integer 2 is less than minimum value of 3.',
  ])
})

test('each draft has its own meaning of a keyword', async () => {
  const draft4 = {
    $schema: 'http://json-schema.org/draft-04/schema#',
    minimum: 0,
    exclusiveMinimum: true,
  }
  assert.deepEqual(await messages(draft4, 0), [
    'Integer 0 equals minimum value of 0 and exclusive minimum is true.',
  ])
  const draft2020 = {
    $schema: 'https://json-schema.org/draft/2020-12/schema',
    prefixItems: [{ type: 'string' }],
    unevaluatedItems: false,
  }
  assert.equal((await messages(draft2020, ['a'])).length, 0)
  assert.equal((await messages(draft2020, [1])).length, 1)
  assert.equal((await messages({ type: 'string', nullable: true }, null)).length, 0)
})

test('patterns are those of .NET', async () => {
  assert.deepEqual(await messages({ pattern: '^(?<year>\\d{4})-\\k<year>\\z' }, '2024-2024'), [])
  assert.throws(() => compileJsonSchema({ pattern: '(' }), SchemaUnusable)
})
