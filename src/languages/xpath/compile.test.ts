import assert from 'node:assert/strict'
import { test } from 'node:test'
import { SourceError } from '../../base/errors.ts'
import { parseXml } from '../xml/parse-xml.ts'
import { compileXPath } from './compile.ts'
import { nodesOperand } from './operand.ts'

function refused(run: () => unknown, message: RegExp): void {
  assert.throws(
    run,
    (error: unknown) => error instanceof SourceError && message.test(error.message),
  )
}

test('an expression is compiled once and evaluated with variables and functions of the caller', () => {
  const xpath = compileXPath('$limit < r/p:a and p:root()/r', {
    namespaces: { p: 'urn:p' },
    extension: ({ uri, local }) =>
      uri === 'urn:p' && local === 'root'
        ? nodesOperand(({ node }) => [node.tree.root])
        : undefined,
  })
  const root = parseXml('<r><a xmlns="urn:p">3</a></r>')
  assert.equal(xpath.evaluate(root, { variables: new Map([['limit', 2]]) }), true)
  assert.equal(xpath.evaluate(root, { variables: new Map([['limit', 4]]) }), false)
})

test('expressions too long, too deep or with too many operators are refused', () => {
  refused(() => compileXPath('a'.repeat(70_000)), /too long/)
  refused(() => compileXPath('('.repeat(2000)), /nested too deeply/)
  refused(() => compileXPath(`a${'[a'.repeat(2000)}`), /nested too deeply/)
  refused(() => compileXPath(`1${'+1'.repeat(20_000)}`), /too many operators/)
  refused(() => compileXPath(`a${'|a'.repeat(20_000)}`), /too many operators/)
})

test('an evaluation ends when it took too many steps', () => {
  const root = parseXml(`<r>${'<a/>'.repeat(300)}</r>`)
  const xpath = compileXPath('//a[//a[//a]/preceding::a]')
  refused(() => xpath.evaluate(root, { stepsMax: 100_000 }), /too many steps/)
  const texts = parseXml(`<r>${'<a>some text</a>'.repeat(4000)}</r>`)
  refused(() => compileXPath('//a[string(/) = .]').evaluate(texts, { stepsMax: 300_000 }), /steps/)
})
