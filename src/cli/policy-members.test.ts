import assert from 'node:assert/strict'
import { readdirSync, readFileSync } from 'node:fs'
import { test } from 'node:test'
import { ManualClock } from '../base/clock.ts'
import { isJsonObject, objectMember, parseJson, stringMember } from '../base/json.ts'
import { compileExpression } from '../languages/csharp/compile.ts'
import { CSharpError } from '../languages/csharp/csharp-error.ts'
import { LimitError } from '../languages/dotnet/work-limit.ts'
import type { PolicyContext } from '../languages/csharp/policy-context.ts'
import type { Implementation, TypeDeclaration } from '../languages/csharp/type-model.ts'
import { TypeWorld } from '../languages/csharp/type-world.ts'
import { policyTypes } from '../languages/csharp/types/policy-world.ts'
import { DotnetException } from '../languages/dotnet/exceptions.ts'
import { readPolicyContext } from './policy-context-file.ts'
import { writeResult } from './policy-result.ts'

// A file for a family of types: an expression a line, a line `----------`, for each the type and value of its result.
const folder = 'tests/golden/csharp'
const given = 'tests/golden/policy-expressions'
const readContext = readPolicyContext(readFileSync(`${given}/context.json`, 'utf8'))

const ran = new Set<string>()
const world = new TypeWorld(policyTypes.map(watched))

/** The context of the given cases, with what it leaves out. */
function context(): PolicyContext {
  const read = readContext()
  const workspace = { typeName: 'IWorkspace', id: 'w1', name: 'Sales' } as const
  const privateEndpointConnection = {
    typeName: 'IPrivateEndpointConnection',
    name: 'pe',
    groupId: 'Gateway',
    memberName: 'm',
  } as const
  const product = read.product && { ...read.product, workspace }
  return {
    ...read,
    workspace,
    product,
    request: { ...read.request, privateEndpointConnection },
    clock: new ManualClock(Date.UTC(2026, 1, 3, 4, 5, 6)),
  }
}

/** The type with members that note when they run. */
function watched(declaration: TypeDeclaration): TypeDeclaration {
  const members: Record<string, Implementation> = {}
  for (const [line, run] of Object.entries(declaration.members)) {
    const name = nameOf(declaration, line)
    members[line] = (...values) => {
      ran.add(name)
      return run(...values)
    }
  }
  return { ...declaration, members }
}

function nameOf({ head }: TypeDeclaration, line: string): string {
  return `${head}: ${line}`
}

for (const file of readdirSync(folder)) {
  const text = readFileSync(`${folder}/${file}`, 'utf8')
  const [input = '', expected = ''] = text.trimEnd().split('\n----------\n')
  test(`members of .NET: ${file}`, () => {
    const lines = input.split('\n')
    const results = lines.map((line) => `${line}  =>  ${resultOf(line)}`)
    const wanted = expected.split('\n').map((line, index) => `${lines[index] ?? ''}  =>  ${line}`)
    assert.deepEqual(results, wanted)
  })
}

/** `Int32 5`, `String "a"`, `throws FormatException`; a line with a `return` is the inside of a block. */
function resultOf(line: string): string {
  const kind = /\breturn\b/.test(line) ? 'block' : 'expression'
  try {
    const { type, value } = writeResult(
      compileExpression(line, { kind }, world).evaluate(context()).value,
    )
    return `${type.replaceAll(/(?:System|Newtonsoft)\.(?:\w+\.)*/g, '')} ${JSON.stringify(value)}`
  } catch (error) {
    if (error instanceof DotnetException) return `throws ${error.typeName.replace(/^.*\./, '')}`
    if (error instanceof LimitError) return 'stopped'
    if (error instanceof CSharpError) return `refused ${error.code} ${error.message}`
    throw error
  }
}

test('every member in the tables of types has a case', () => {
  for (const expression of givenExpressions()) resultOf(expression)
  // No expression can name a hidden delegate, and so nobody calls its Invoke.
  const open = policyTypes.filter(({ head }) => !head.startsWith('hidden delegate'))
  const missing = open.flatMap((declaration) =>
    Object.keys(declaration.members)
      .map((line) => nameOf(declaration, line))
      .filter((name) => !ran.has(name)),
  )
  assert.deepEqual(missing, [])
})

function givenExpressions(): string[] {
  const file = objectMember(
    { file: parseJson(readFileSync(`${given}/cases.json`, 'utf8')) },
    'file',
  )
  const cases = Array.isArray(file['cases']) ? file['cases'] : []
  return cases
    .filter((one) => isJsonObject(one))
    .map((one) => (stringMember(one, 'expr') ?? '').trim().slice(2, -1))
}
