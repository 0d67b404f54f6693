import { SourceError, type SourcePosition } from '../../base/errors.ts'
import { parseDecorators } from './decorator-parser.ts'
import { parseExpression, parsePlainString } from './expression-parser.ts'
import { tokenize } from './lexer.ts'
import { parseDeployedBody, parseResource } from './resource-parser.ts'
import type {
  Decorator,
  ExtensionDeclaration,
  FunctionDeclaration,
  ImportDeclaration,
  ModuleDeclaration,
  OutputDeclaration,
  ParameterDeclaration,
  ResourceDeclaration,
  TargetScope,
  Template,
  TypeDeclaration,
  VariableDeclaration,
} from './syntax.ts'
import { TokenReader } from './token-reader.ts'
import { parseType } from './type-parser.ts'

/**
 * Reads a Bicep file; other files that it names are linked by `loadTemplate`.
 * https://learn.microsoft.com/azure/azure-resource-manager/bicep/file
 */
export function parseBicep(text: string, file: string): Template {
  const reader = new TokenReader(tokenize(text, file))
  const template = newTemplate(file)
  reader.skipNewlines()
  while (reader.current.kind !== 'end') {
    const decorators = parseDecorators(reader)
    statement(reader, template, decorators)
    reader.expectEndOfLine()
  }
  return template
}

/** A template while its file is read. */
export interface MutableTemplate extends Template {
  targetScope: TargetScope
  parameters: ParameterDeclaration[]
  variables: VariableDeclaration[]
  types: TypeDeclaration[]
  functions: FunctionDeclaration[]
  resources: ResourceDeclaration[]
  modules: ModuleDeclaration[]
  outputs: OutputDeclaration[]
  imports: ImportDeclaration[]
  extensions: ExtensionDeclaration[]
}

/** A Bicep file that declares nothing yet. */
export function newTemplate(file: string): MutableTemplate {
  return {
    file,
    language: 'bicep',
    targetScope: 'resourceGroup',
    parameters: [],
    variables: [],
    types: [],
    functions: [],
    resources: [],
    modules: [],
    outputs: [],
    imports: [],
    extensions: [],
  }
}

function statement(reader: TokenReader, template: MutableTemplate, decorators: Decorator[]): void {
  const { kind, text, at } = reader.current
  switch (kind === 'identifier' ? text : '') {
    case 'param':
      template.parameters.push(parameter(reader, decorators))
      return
    case 'var':
      template.variables.push(parseVariable(reader, decorators))
      return
    case 'resource':
      template.resources.push(...withNested(parseResource(reader, decorators)))
      return
    case 'module':
      template.modules.push(moduleDeclaration(reader, decorators))
      return
    case 'output':
      template.outputs.push(output(reader, decorators))
      return
    case 'type':
      template.types.push(typeDeclaration(reader, decorators))
      return
    case 'func':
      template.functions.push(functionDeclaration(reader, decorators))
      return
    case 'targetScope':
      template.targetScope = targetScope(reader)
      return
    case 'metadata':
      reader.next()
      reader.expectIdentifier('a metadata')
      reader.expect('=')
      parseExpression(reader)
      return
    case 'import':
      template.imports.push(parseImport(reader))
      return
    case 'extension':
      template.extensions.push(extension(reader))
      return
    default:
      throw unsupportedStatement(text, at)
  }
}

function unsupportedStatement(word: string, at: SourcePosition): SourceError {
  if (['provider', 'assert', 'test', 'using', 'extends'].includes(word)) {
    return new SourceError('NotSupported', `"${word}" declarations are not supported here.`, at)
  }
  const message =
    'This declaration type is not recognized. Specify a metadata, parameter, variable, resource, or output declaration'
  return new SourceError('BCP007', `${message}, not "${word.trim()}".`, at)
}

function withNested(resource: ResourceDeclaration): ResourceDeclaration[] {
  return [resource, ...resource.nested.flatMap(withNested)]
}

function parameter(reader: TokenReader, decorators: Decorator[]): ParameterDeclaration {
  reader.next()
  const { text: name, at } = reader.expectIdentifier('a parameter')
  const type = parseType(reader)
  const declared = { kind: 'parameter', name, decorators, type, at } as const
  if (!reader.take('=')) return declared
  reader.skipNewlines()
  return { ...declared, fallback: parseExpression(reader) }
}

/** Reads `var name = value`. */
export function parseVariable(reader: TokenReader, decorators: Decorator[]): VariableDeclaration {
  reader.next()
  const { text: name, at } = reader.expectIdentifier('a variable')
  if (!reader.is('=')) parseType(reader)
  reader.expect('=')
  reader.skipNewlines()
  return { kind: 'variable', name, decorators, value: parseExpression(reader), at }
}

function output(reader: TokenReader, decorators: Decorator[]): OutputDeclaration {
  reader.next()
  const { text: name, at } = reader.expectIdentifier('an output')
  const type = parseType(reader)
  reader.expect('=')
  reader.skipNewlines()
  return { kind: 'output', name, decorators, type, value: parseExpression(reader), at }
}

function typeDeclaration(reader: TokenReader, decorators: Decorator[]): TypeDeclaration {
  reader.next()
  const { text: name, at } = reader.expectIdentifier('a type')
  reader.expect('=')
  reader.skipNewlines()
  return { kind: 'type', name, decorators, type: parseType(reader), at }
}

function functionDeclaration(reader: TokenReader, decorators: Decorator[]): FunctionDeclaration {
  reader.next()
  const { text: name, at } = reader.expectIdentifier('a function')
  const parameters: { name: string; type: ReturnType<typeof parseType> }[] = []
  reader.expect('(')
  reader.skipNewlines()
  while (!reader.is(')')) {
    const parameterName = reader.expectIdentifier('a function parameter').text
    parameters.push({ name: parameterName, type: parseType(reader) })
    reader.skipNewlines()
    if (!reader.is(')')) reader.expect(',')
    reader.skipNewlines()
  }
  reader.next()
  const result = parseType(reader)
  reader.expect('=>')
  reader.skipNewlines()
  return {
    kind: 'function',
    name,
    decorators,
    parameters,
    result,
    body: parseExpression(reader),
    at,
  }
}

const targetScopes: readonly TargetScope[] = [
  'resourceGroup',
  'subscription',
  'managementGroup',
  'tenant',
]

function targetScope(reader: TokenReader): TargetScope {
  reader.next()
  reader.expect('=')
  const { at } = reader
  const text = parsePlainString(reader, 'a target scope')
  const found = targetScopes.find((each) => each === text)
  if (found) return found
  throw new SourceError('BCP033', `"${text}" is not one of: ${targetScopes.join(', ')}.`, at)
}

function moduleDeclaration(reader: TokenReader, decorators: Decorator[]): ModuleDeclaration {
  reader.next()
  const { text: name } = reader.expectIdentifier('a module')
  const at = reader.at
  const path = parsePlainString(reader, 'a module path string')
  reader.expect('=')
  const body = parseDeployedBody(reader)
  return { kind: 'module', name, decorators, path, at, style: 'bicep', ...body }
}

function extension(reader: TokenReader): ExtensionDeclaration {
  const { at } = reader.next()
  const name =
    reader.current.kind === 'string'
      ? parsePlainString(reader, 'an extension')
      : reader.expectIdentifier('an extension').text
  if (reader.isWord('with')) {
    const message = 'An extension with a configuration ("with") is not supported.'
    throw new SourceError('NotSupported', message, reader.at)
  }
  // Another name for it is for functions of an extension, of which that of Microsoft Graph has none.
  if (reader.takeWord('as')) reader.expectIdentifier('an extension')
  return { kind: 'extension', name, at }
}

/** Reads `import { a, b } from 'file'`. */
export function parseImport(reader: TokenReader): ImportDeclaration {
  const at = reader.next().at
  if (reader.current.kind === 'string') throw unsupportedStatement('extension', at)
  if (reader.take('*')) {
    reader.expectWord('as')
    const wildcard = reader.expectIdentifier('an import').text
    reader.expectWord('from')
    const path = parsePlainString(reader, 'a path string')
    return { kind: 'import', path, names: [], wildcard, at }
  }
  reader.expect('{')
  reader.skipNewlines()
  const names: { name: string; as: string }[] = []
  while (!reader.is('}')) {
    const name = reader.expectIdentifier('an import').text
    names.push({
      name,
      as: reader.takeWord('as') ? reader.expectIdentifier('an import').text : name,
    })
    reader.take(',')
    reader.skipNewlines()
  }
  reader.next()
  reader.expectWord('from')
  return { kind: 'import', path: parsePlainString(reader, 'a path string'), names, at }
}
