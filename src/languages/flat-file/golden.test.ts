/**
 * Golden flat files: a schema, then commands, one a line; behind the line of hyphens what each gives. `\r`, `\n` and `\\` in
 * the commands and results stand for the characters. The examples of Microsoft's documentation are among them.
 */
import assert from 'node:assert/strict'
import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { test } from 'node:test'
import { messageOf } from '../../base/errors.ts'
import { decodeFlatFile } from './decode.ts'
import { encodeFlatFile } from './encode.ts'
import { readFlatFileSchema } from './read-schema.ts'

const dir = 'tests/golden/flat-file'

for (const file of readdirSync(dir).filter((name) => name.endsWith('.golden'))) {
  test(`flat file ${file.replace('.golden', '')}`, () => {
    const [input = '', expected = ''] = readFileSync(join(dir, file), 'utf8').split(/^-{10}\n/m)
    const lines = input.split('\n')
    const commands = lines.filter((line) => /^(?:de|en)code /.test(line))
    const schema = lines.filter((line) => !commands.includes(line)).join('\n')
    const results = commands.map((command) => run(schema, command))
    assert.deepEqual(results, expected.trimEnd().split('\n'))
  })
}

function run(schemaText: string, command: string): string {
  const text = command.slice('decode '.length).replaceAll(/\\(.)/g, (_, code: string) => {
    return code === 'r' ? '\r' : code === 'n' ? '\n' : code
  })
  try {
    const schema = readFlatFileSchema(schemaText)
    const isDecode = command.startsWith('decode')
    return written(isDecode ? decodeFlatFile(text, schema) : encodeFlatFile(text, schema))
  } catch (error) {
    return `error ${written(messageOf(error))}`
  }
}

function written(text: string): string {
  return text.replaceAll('\\', '\\\\').replaceAll('\r', '\\r').replaceAll('\n', '\\n')
}
