import { SourceError } from '../../base/errors.ts'
import { armDeployed } from './arm-resources.ts'
import { armLoop, armValue, copiedMembers, missing } from './arm-value.ts'
import { functionParameter } from './functions/arm.ts'
import { type JsonNode, memberNode, parseJsonTree } from './json-tree.ts'
import type {
  Decorator,
  FunctionDeclaration,
  ModuleDeclaration,
  OutputDeclaration,
  ParameterDeclaration,
  ResourceDeclaration,
  TargetScope,
  Template,
  TypeSyntax,
  VariableDeclaration,
} from './syntax.ts'

/**
 * Reads an ARM JSON template into the tree that Bicep files have.
 * https://learn.microsoft.com/azure/azure-resource-manager/templates/syntax
 */
export function parseArmTemplate(text: string, file: string): Template {
  return armTemplate(parseJsonTree(text, file), file)
}

function armTemplate(node: JsonNode, file: string): Template {
  const resources = memberNode(node, 'resources')
  if (!resources) throw missing('resources', node.at)
  const declared: { resources: ResourceDeclaration[]; modules: ModuleDeclaration[] } = {
    resources: [],
    modules: [],
  }
  for (const { name, value } of resourceNodes(resources)) {
    const found = armDeployed(value, { name, template: (inner) => armTemplate(inner, file) })
    declared.resources.push(...found.resources)
    declared.modules.push(...found.modules)
  }
  return {
    file,
    language: 'arm',
    targetScope: targetScopeOf(node),
    parameters: members(memberNode(node, 'parameters')).map((each) => parameter(each, node)),
    variables: variables(memberNode(node, 'variables')),
    types: [],
    functions: functions(memberNode(node, 'functions')),
    ...declared,
    outputs: members(memberNode(node, 'outputs')).map(output),
    imports: [],
    extensions: [],
  }
}

interface NamedNode {
  readonly name: string
  readonly value: JsonNode
}

function members(node: JsonNode | undefined): readonly NamedNode[] {
  return node?.kind === 'object' ? node.members : []
}

// With `languageVersion` 2.0 resources are an object, whose names stand for them in expressions.
function resourceNodes(node: JsonNode): readonly NamedNode[] {
  if (node.kind === 'list') return node.items.map((value) => ({ name: '', value }))
  return members(node)
}

function targetScopeOf(node: JsonNode): TargetScope {
  const schema = memberNode(node, '$schema')
  const text = schema?.kind === 'text' ? schema.value : ''
  if (/subscriptionDeploymentTemplate/i.test(text)) return 'subscription'
  if (/managementGroupDeploymentTemplate/i.test(text)) return 'managementGroup'
  return /tenantDeploymentTemplate/i.test(text) ? 'tenant' : 'resourceGroup'
}

function parameter({ name, value }: NamedNode, root: JsonNode): ParameterDeclaration {
  const fallback = memberNode(value, 'defaultValue')
  const { at } = value
  const constraints: [string, JsonNode | undefined][] = [
    ['allowed', memberNode(value, 'allowedValues')],
    ['minLength', memberNode(value, 'minLength')],
    ['maxLength', memberNode(value, 'maxLength')],
    ['minValue', memberNode(value, 'minValue')],
    ['maxValue', memberNode(value, 'maxValue')],
    ['metadata', memberNode(value, 'metadata')],
  ]
  const decorators = constraints.flatMap(([decorator, node]): Decorator[] =>
    node ? [{ name: decorator, operands: [armValue(node)], at: node.at }] : [],
  )
  const declared = { kind: 'parameter', name, decorators, type: typeOf(value, root), at } as const
  return fallback ? { ...declared, fallback: armValue(fallback) } : declared
}

function typeOf(node: JsonNode, root?: JsonNode): TypeSyntax {
  const type = memberNode(node, 'type')
  const { at } = node
  const named: TypeSyntax =
    type?.kind === 'text'
      ? { kind: 'named', name: type.value.toLowerCase(), at }
      : { kind: 'unchecked', at }
  return isNullable(node, root) ? { kind: 'nullable', type: named, at } : named
}

// A type that is declared elsewhere in the file may be nullable there.
function isNullable(node: JsonNode, root: JsonNode | undefined): boolean {
  const nullable = memberNode(node, 'nullable')
  if (nullable?.kind === 'plain') return nullable.value === true
  const reference = memberNode(node, '$ref')
  const [, name] =
    (reference?.kind === 'text' && /^#\/definitions\/(.+)$/.exec(reference.value)) || []
  const declared =
    name === undefined ? undefined : memberNode(memberNode(root, 'definitions'), name)
  return declared !== undefined && isNullable(declared, undefined)
}

function variables(node: JsonNode | undefined): VariableDeclaration[] {
  return members(node).flatMap(({ name, value }) => {
    if (name !== 'copy' || value.kind !== 'list') return [variable(name, armValue(value))]
    return copiedMembers(value).map((each) =>
      variable(each.name.kind === 'literal' ? String(each.name.value) : '', each.value),
    )
  })
}

function variable(name: string, value: VariableDeclaration['value']): VariableDeclaration {
  return { kind: 'variable', name, decorators: [], value, at: value.at }
}

function output({ name, value }: NamedNode): OutputDeclaration {
  const { at } = value
  const condition = memberNode(value, 'condition')
  const declared = {
    kind: 'output',
    name,
    decorators: [],
    type: { kind: 'unchecked', at },
    value: outputValue(value),
    at,
  } as const
  return condition ? { ...declared, condition: armValue(condition) } : declared
}

function outputValue(node: JsonNode): OutputDeclaration['value'] {
  const plain = memberNode(node, 'value')
  if (plain) return armValue(plain)
  const copy = memberNode(node, 'copy')
  const input = memberNode(copy, 'input')
  if (!copy || !input) throw missing('value', node.at)
  return { ...loopOfOutput(copy), kind: 'loop', body: armValue(input) }
}

// The loop of an output has no name.
function loopOfOutput(node: JsonNode): ReturnType<typeof armLoop> {
  if (node.kind !== 'object') throw missing('count', node.at)
  const name = { kind: 'text', value: 'output', at: node.at } as const
  return armLoop({
    ...node,
    members: [{ name: 'name', value: name, at: node.at }, ...node.members],
  })
}

function functions(node: JsonNode | undefined): FunctionDeclaration[] {
  if (!node) return []
  if (node.kind !== 'list') {
    throw new SourceError('InvalidTemplate', "Expected 'functions' to be an array.", node.at)
  }
  return node.items.flatMap((each) => {
    const namespace = memberNode(each, 'namespace')
    const prefix = namespace?.kind === 'text' ? namespace.value : ''
    return members(memberNode(each, 'members')).map(({ name, value }) =>
      functionOf(`${prefix}.${name}`, value),
    )
  })
}

function functionOf(name: string, node: JsonNode): FunctionDeclaration {
  const { at } = node
  const parameters = memberNode(node, 'parameters')
  const body = memberNode(memberNode(node, 'output'), 'value')
  if (!body) throw missing('output', at)
  const list = parameters?.kind === 'list' ? parameters.items : []
  return {
    kind: 'function',
    name,
    decorators: [],
    parameters: list.map((each) => {
      const parameterName = memberNode(each, 'name')
      const text = parameterName?.kind === 'text' ? parameterName.value : ''
      return { name: functionParameter(text), type: typeOf(each) }
    }),
    result: { kind: 'unchecked', at },
    body: armValue(body),
    at,
  }
}
