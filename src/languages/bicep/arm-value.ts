import { SourceError, type SourcePosition } from '../../base/errors.ts'
import { parseArmText } from './arm-expression.ts'
import { type JsonMember, type JsonNode, type JsonObjectNode, memberNode } from './json-tree.ts'
import type { Expression, LoopHeader, ObjectLiteral, ObjectMember } from './syntax.ts'

/** Makes an expression of a JSON value of an ARM template. */
export function armValue(node: JsonNode): Expression {
  switch (node.kind) {
    case 'text':
      return parseArmText(node.value, node.at)
    case 'plain':
      return { kind: 'literal', value: node.value, at: node.at }
    case 'list':
      return { kind: 'array', items: node.items.map(armValue), at: node.at }
    case 'object':
      return armObject(node)
  }
}

/** Makes an object of a JSON object, without the members that `skip` names. */
export function armObject(node: JsonObjectNode, skip?: ReadonlySet<string>): ObjectLiteral {
  const members = node.members
    .filter((each) => !skip?.has(each.name.toLowerCase()))
    .flatMap((each) => (isCopy(each) ? copiedMembers(each.value) : [armMember(each)]))
  return { kind: 'object', members, at: node.at }
}

/**
 * The members that a `copy` list makes, each an array.
 * https://learn.microsoft.com/azure/azure-resource-manager/templates/copy-properties
 */
export function copiedMembers(node: JsonNode): ObjectMember[] {
  const items = node.kind === 'list' ? node.items : [node]
  return items.map((each) => {
    const header = armLoop(each)
    const input = memberNode(each, 'input')
    if (!input) throw missing('input', each.at)
    const body = armValue(input)
    const name = { kind: 'literal', value: header.copy ?? '', at: each.at } as const
    return { kind: 'member', name, value: { ...header, kind: 'loop', body }, at: each.at }
  })
}

/** The loop that a `copy` object says. */
export function armLoop(node: JsonNode): LoopHeader & { readonly copy: string } {
  const name = memberNode(node, 'name')
  const count = memberNode(node, 'count')
  if (name?.kind !== 'text') throw missing('name', node.at)
  if (!count) throw missing('count', node.at)
  const { at } = node
  const operands: Expression[] = [{ kind: 'literal', value: 0, at }, armValue(count)]
  return { copy: name.value, items: { kind: 'call', name: 'range', operands, at }, at }
}

/** The error of an object without a member that it must have. */
export function missing(name: string, at: SourcePosition): SourceError {
  const message = `Required property '${name}' not found in JSON.`
  return new SourceError('InvalidTemplate', message, at)
}

function isCopy(member: JsonMember): boolean {
  if (member.name !== 'copy' || member.value.kind !== 'list') return false
  return member.value.items.every((each) => memberNode(each, 'input') !== undefined)
}

function armMember(member: JsonMember): ObjectMember {
  const name = parseArmText(member.name, member.at)
  return { kind: 'member', name, value: armValue(member.value), at: member.at }
}
