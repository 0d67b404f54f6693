import { SourceError } from '../../base/errors.ts'
import { parseDecorators } from './decorator-parser.ts'
import { Evaluation } from './evaluation.ts'
import { parseExpression, parsePlainString } from './expression-parser.ts'
import type { DeploymentContext } from './frame.ts'
import { tokenize } from './lexer.ts'
import { loadImports } from './loader.ts'
import { newTemplate, parseImport, parseVariable } from './parser.ts'
import type { GivenParameter } from './parameters-file.ts'
import { TokenReader } from './token-reader.ts'
import type { VariableDeclaration } from './syntax.ts'
import { toJson } from './values.ts'

/**
 * Reads a `.bicepparam` file and evaluates what it gives to parameters.
 * https://learn.microsoft.com/azure/azure-resource-manager/bicep/parameter-files
 */
export function evaluateParametersFile(
  text: string,
  file: string,
  context: DeploymentContext,
): ReadonlyMap<string, GivenParameter> {
  const { template, given } = parse(text, file)
  loadImports(template, context.readFile)
  const evaluation = new Evaluation({
    template,
    deploymentName: 'parameters',
    scope: { kind: 'tenant', subscriptionId: '', resourceGroup: '', managementGroup: '' },
    context,
    parameters: new Map(),
  })
  return new Map(
    given.map(({ name, at }) => {
      const value = toJson(evaluation.variable(name, at), at)
      return [name, { value, at }] as const
    }),
  )
}

function parse(
  text: string,
  file: string,
): { template: ReturnType<typeof newTemplate>; given: VariableDeclaration[] } {
  const reader = new TokenReader(tokenize(text, file))
  const template = newTemplate(file)
  const given: VariableDeclaration[] = []
  reader.skipNewlines()
  while (reader.current.kind !== 'end') {
    parseDecorators(reader)
    const { text: word, at } = reader.current
    if (word === 'using') {
      reader.next()
      if (!reader.takeWord('none')) parsePlainString(reader, 'a path string')
    } else if (word === 'param') given.push(parameter(reader))
    else if (word === 'var') template.variables.push(parseVariable(reader, []))
    else if (word === 'import') template.imports.push(parseImport(reader))
    else {
      const message = `"${word.trim()}" is not supported in a parameters file; using, param, var and import are.`
      throw new SourceError('NotSupported', message, at)
    }
    reader.expectEndOfLine()
  }
  // A parameter may be read by those after it, so each is a variable too.
  template.variables.push(...given)
  return { template, given }
}

function parameter(reader: TokenReader): VariableDeclaration {
  reader.next()
  const { text: name, at } = reader.expectIdentifier('a parameter')
  reader.expect('=')
  reader.skipNewlines()
  return { kind: 'variable', name, decorators: [], value: parseExpression(reader), at }
}
