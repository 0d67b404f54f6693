import assert from 'node:assert/strict'
import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { test } from 'node:test'
import { SourceError } from '../../base/errors.ts'
import { compileStylesheet } from './stylesheet.ts'

// A case: the stylesheet, then files that each start with a line `=== name` (`input.xml` is the input, `parameters` has
// lines `name=text`); a line `----------`; the result, or `error: CODE place: message`.
const folder = join('tests', 'golden', 'xslt')

for (const file of readdirSync(folder).filter((name) => name.endsWith('.golden'))) {
  test(`xslt golden: ${file}`, () => {
    const [given = '', expected = ''] = readFileSync(join(folder, file), 'utf8').split(
      '\n----------\n',
    )
    assert.equal(answer(given), expected.trimEnd())
  })
}

function answer(given: string): string {
  const [stylesheet = '', ...sections] = given.split(/^=== /m)
  const files = new Map(
    sections.map((section) => {
      const end = section.indexOf('\n')
      return [section.slice(0, end), section.slice(end + 1).trimEnd()] as const
    }),
  )
  const parameters = Object.fromEntries(
    (files.get('parameters') ?? '')
      .split('\n')
      .filter((line) => line !== '')
      .map((line) => [line.slice(0, line.indexOf('=')), line.slice(line.indexOf('=') + 1)]),
  )
  try {
    const compiled = compileStylesheet(stylesheet.trimEnd(), {
      name: 'map.xslt',
      readFile: (path) => files.get(path),
    })
    const { text, messages } = compiled.transform(files.get('input.xml') ?? '<none/>', {
      parameters,
    })
    return [...messages.map((message) => `message: ${message}`), text.trimEnd()].join('\n')
  } catch (error) {
    if (!(error instanceof SourceError)) throw error
    return `error: ${error.code} ${error.message}`
  }
}
