import assert from 'node:assert/strict'
import { readFileSync } from 'node:fs'
import { test } from 'node:test'
import {
  isJsonObject,
  objectMember,
  parseJson,
  stringMember,
  type JsonObject,
  type JsonValue,
} from '../base/json.ts'
import { checkPolicy } from './policy-check.ts'
import { readPolicyContext } from './policy-context-file.ts'
import { evaluateLine, evaluateText } from './policy-eval.ts'

const folder = 'tests/golden/policy-expressions'
const context = readPolicyContext(readFileSync(`${folder}/context.json`, 'utf8'))

function casesOf(file: string): JsonObject[] {
  const cases = objectMember(
    { file: parseJson(readFileSync(`${folder}/${file}`, 'utf8')) },
    'file',
  )['cases']
  return Array.isArray(cases) ? cases.filter((one) => isJsonObject(one)) : []
}

function unixLines(value: JsonValue | undefined): JsonValue | undefined {
  return typeof value === 'string' ? value.replaceAll('\r\n', '\n') : value
}

for (const golden of casesOf('cases.json')) {
  test(`the expression ${stringMember(golden, 'id')} has its value`, () => {
    const result = evaluateText(stringMember(golden, 'expr') ?? '', context)
    if ('throws' in golden) assert.equal(result['throws'], golden['throws'], JSON.stringify(result))
    else
      assert.deepEqual(
        { type: result['type'], value: unixLines(result['value']) },
        { type: golden['type'], value: golden['value'] },
        JSON.stringify(result),
      )
  })
}

for (const golden of casesOf('rejected.json')) {
  test(`the expression ${stringMember(golden, 'id')} is refused: ${stringMember(golden, 'reason')}`, () => {
    const result = evaluateText(stringMember(golden, 'expr') ?? '', context)
    assert.equal(result['rejected'], true, JSON.stringify(result))
  })
}

test('a refused expression says where it is wrong', () => {
  const result = evaluateLine('{"id":"a","expr":"@(1 +\\n  nope)"}', context)
  assert.deepEqual([result['id'], result['line'], result['column']], ['a', 2, 3])
})

test('a check finds the faults of the expressions of a document at their places', () => {
  const text =
    '<policies>\n  <inbound>\n    <set-variable name="a" value="@(nope)" />\n  </inbound>\n</policies>'
  const { faults, elements, expressionCount } = checkPolicy(text, 'p.xml')
  assert.equal(expressionCount, 1)
  assert.deepEqual([...elements], [['set-variable', 1]])
  assert.match(faults[0] ?? '', /^p\.xml:3:37: CS0103/)
})

function faultsIn(section: string, content: string): readonly string[] {
  return checkPolicy(`<policies>\n<${section}>\n${content}\n</${section}>\n</policies>`, 'p.xml')
    .faults
}

test('a check compiles an expression whatever its named values may be', () => {
  const value = (code: string): readonly string[] =>
    faultsIn('inbound', `<set-variable name="a" value='@(${code})' />`)
  assert.deepEqual(value('"{{a}}" + {{b}} + ({{c}} ? 1 : 2)'), [])
  assert.deepEqual(value('int.Parse("{{a}}") - {{b}}'), [])
  assert.deepEqual(value('"{{a}}".Nope()'), [
    "p.xml:3:41: CS1061: 'string' does not contain a definition for 'Nope', or it is not allowed.",
  ])
})

test('a check knows policies, their places and what may stand in them', () => {
  assert.deepEqual(faultsIn('inbound', '<base /><set-heder name="a" />'), [
    "p.xml:3:9: 'set-heder' is not a policy.",
  ])
  assert.match(
    faultsIn('inbound', '<choose><when condition="@(true)"><nope /></when></choose>')[0] ?? '',
    /^p\.xml:3:35: 'nope' is not a policy/,
  )
  assert.match(
    faultsIn('inbound', '<set-header name="a"><vlue>1</vlue></set-header>')[0] ?? '',
    /'vlue' is not allowed in 'set-header'/,
  )
  assert.match(
    faultsIn('outbound', '<rate-limit calls="1" renewal-period="60" />')[0] ?? '',
    /'rate-limit' is not allowed in the section 'outbound'/,
  )
  assert.match(faultsIn('inbond', '<base />')[0] ?? '', /'inbond' is not a section/)
  assert.match(
    faultsIn('inbound', '<llm-token-limit />')[0] ?? '',
    /not supported: it needs a language model/,
  )
})
