import { SourceError, type SourcePosition } from '../../base/errors.ts'
import { armLoop, armObject, armValue, missing } from './arm-value.ts'
import { type JsonNode, type JsonObjectNode, memberNode } from './json-tree.ts'
import type {
  Decorator,
  Expression,
  LoopHeader,
  ModuleDeclaration,
  ObjectLiteral,
  ObjectMember,
  ResourceDeclaration,
  Template,
} from './syntax.ts'

interface Reading {
  /** The symbolic name, or empty. */
  readonly name: string
  readonly within?: ResourceDeclaration
  readonly template: (node: JsonNode) => Template
}

/** Reads one resource of an ARM template with those inside it; a deployment is read as a module. */
export function armDeployed(
  node: JsonNode,
  reading: Reading,
): { resources: ResourceDeclaration[]; modules: ModuleDeclaration[] } {
  const type = memberNode(node, 'type')
  if (node.kind !== 'object' || type?.kind !== 'text') throw missing('type', node.at)
  if (type.value.toLowerCase() === 'microsoft.resources/deployments') {
    return { resources: [], modules: [armModule(node, reading)] }
  }
  const resource = armResource(node, type.value, reading)
  const inside = memberNode(node, 'resources')
  const children = inside?.kind === 'list' ? inside.items : []
  const found = children.map((each) =>
    armDeployed(each, { ...reading, name: '', within: resource }),
  )
  return {
    resources: [resource, ...found.flatMap((each) => each.resources)],
    modules: found.flatMap((each) => each.modules),
  }
}

const notInBody = new Set([
  'type',
  'apiversion',
  'condition',
  'copy',
  'resources',
  'comments',
  'existing',
  'metadata',
])

function armResource(node: JsonObjectNode, type: string, reading: Reading): ResourceDeclaration {
  const { within } = reading
  refuseExtension(node)
  const apiVersion = memberNode(node, 'apiVersion')
  const existing = memberNode(node, 'existing')
  const isFull = within && type.toLowerCase().startsWith(`${within.type.toLowerCase()}/`)
  return {
    kind: 'resource',
    type: within && !isFull ? `${within.type}/${type}` : type,
    apiVersion: apiVersion?.kind === 'text' ? apiVersion.value : (within?.apiVersion ?? ''),
    existing: existing?.kind === 'plain' && existing.value === true,
    body: armObject(node, notInBody),
    nested: [],
    ...(within ? { within } : {}),
    ...deployedParts(node, reading),
  }
}

// The compiled form of `extension`: the Bicep file that it is compiled from can be deployed.
function refuseExtension(node: JsonObjectNode): void {
  const used = memberNode(node, 'import') ?? memberNode(node, 'extension')
  if (!used) return
  const message =
    'Resources of extensions are not supported in JSON templates: deploy the Bicep file.'
  throw new SourceError('NotSupported', message, used.at)
}

function deployedParts(
  node: JsonObjectNode,
  reading: Reading,
): {
  name: string
  decorators: Decorator[]
  style: 'arm'
  at: SourcePosition
  loop?: LoopHeader
  condition?: Expression
} {
  const copy = memberNode(node, 'copy')
  const condition = memberNode(node, 'condition')
  const loop = copy && armLoop(copy)
  return {
    name: reading.name === '' ? (loop?.copy ?? '') : reading.name,
    decorators: copy ? batchSize(copy) : [],
    style: 'arm',
    at: node.at,
    ...(loop ? { loop } : {}),
    ...(condition ? { condition: armValue(condition) } : {}),
  }
}

function batchSize(copy: JsonNode): Decorator[] {
  const mode = memberNode(copy, 'mode')
  if (mode?.kind !== 'text' || mode.value.toLowerCase() !== 'serial') return []
  const size = memberNode(copy, 'batchSize')
  const { at } = copy
  const operand: Expression = size ? armValue(size) : { kind: 'literal', value: 1, at }
  return [{ name: 'batchSize', operands: [operand], at }]
}

/** https://learn.microsoft.com/azure/azure-resource-manager/templates/linked-templates */
function armModule(node: JsonObjectNode, reading: Reading): ModuleDeclaration {
  const properties = memberNode(node, 'properties')
  const inline = memberNode(properties, 'template')
  const link = memberNode(memberNode(properties, 'templateLink'), 'relativePath')
  const evaluation = memberNode(memberNode(properties, 'expressionEvaluationOptions'), 'scope')
  refuseOtherDeployments(properties)
  const isInner = evaluation?.kind === 'text' && evaluation.value.toLowerCase() === 'inner'
  if (!inline && link?.kind !== 'text') throw missing('template', node.at)
  return {
    kind: 'module',
    path: link?.kind === 'text' ? link.value : '',
    body: moduleBody(node, memberNode(properties, 'parameters')),
    ...(inline ? { template: reading.template(inline) } : {}),
    sharesNames: inline !== undefined && !isInner,
    ...deployedParts(node, reading),
  }
}

function refuseOtherDeployments(properties: JsonNode | undefined): void {
  const mode = memberNode(properties, 'mode')
  if (mode?.kind === 'text' && mode.value.toLowerCase() === 'complete') {
    throw new SourceError(
      'NotSupported',
      'The deployment mode "Complete" is not supported.',
      mode.at,
    )
  }
  const uri = memberNode(memberNode(properties, 'templateLink'), 'uri')
  if (uri) {
    const message = 'A template is not loaded from a URI ("uri"): use "relativePath".'
    throw new SourceError('NotSupported', message, uri.at)
  }
}

function moduleBody(node: JsonObjectNode, parameters: JsonNode | undefined): ObjectLiteral {
  const { at } = node
  const kept = node.members
    .filter((each) => each.name === 'name' || each.name === 'dependsOn')
    .map((each) => member(each.name, armValue(each.value)))
  const scope = moduleScope(node)
  const given = parameters?.kind === 'object' ? parameters.members : []
  const params = given.map((each) => {
    const value = memberNode(each.value, 'value')
    if (!value) throw missing('value', each.at)
    return member(each.name, armValue(value))
  })
  const members = [
    ...kept,
    ...(scope ? [member('scope', scope)] : []),
    member('params', { kind: 'object', members: params, at }),
  ]
  return { kind: 'object', members, at }
}

function moduleScope(node: JsonObjectNode): Expression | undefined {
  const { at } = node
  const subscription = memberNode(node, 'subscriptionId')
  const group = memberNode(node, 'resourceGroup')
  const scope = memberNode(node, 'scope')
  const operands = [subscription, group].flatMap((each) => (each ? [armValue(each)] : []))
  if (group) return { kind: 'call', name: 'resourceGroup', operands, at }
  if (subscription) return { kind: 'call', name: 'subscription', operands, at }
  return scope && armValue(scope)
}

function member(name: string, value: Expression): ObjectMember {
  const { at } = value
  return { kind: 'member', name: { kind: 'literal', value: name, at }, value, at }
}
