import type { JsonObject } from '../../../base/json.ts'
import {
  type Arguments,
  type FunctionTable,
  type RuntimeQuestion,
  ValuePending,
  takes,
} from '../frame.ts'
import { resourceId, scopeId } from '../scope.ts'
import { type Value, toJsonObject } from '../values.ts'

const many = Number.POSITIVE_INFINITY

/** https://learn.microsoft.com/azure/azure-resource-manager/bicep/bicep-functions-resource */
export const resourceFunctions: FunctionTable = {
  extensionResourceId: takes(3, many, (args) => {
    const { text, names } = typeAndNames(args, 1)
    return resourceId(args.text(0), text, names)
  }),
  managementGroupResourceId: takes(2, many, (args) => {
    const { text, names, before } = typeAndNames(args, 0)
    const group = before[0] ?? args.frame.names.scope.managementGroup
    return resourceId(`/providers/Microsoft.Management/managementGroups/${group}`, text, names)
  }),
  resourceId: takes(2, many, (args) => {
    const { text, names, before } = typeAndNames(args, 0)
    return resourceId(resourceScope(args, before), text, names)
  }),
  subscriptionResourceId: takes(2, many, (args) => {
    const { text, names, before } = typeAndNames(args, 0)
    const subscription = before[0] ?? args.frame.names.scope.subscriptionId
    return resourceId(`/subscriptions/${subscription}`, text, names)
  }),
  tenantResourceId: takes(2, many, (args) => {
    const { text, names } = typeAndNames(args, 0)
    return resourceId('', text, names)
  }),
  reference: takes(1, 3, (args) => {
    const whole = referenced(args)
    if (args.optionalText(2)?.toLowerCase() === 'full') return whole
    return (
      (typeof whole === 'object' && whole && 'properties' in whole && whole['properties']) || {}
    )
  }),
  pickZones: takes(3, 5, () => ['1']),
  listKeys: takes(1, 3, (args) => list(args)),
  listAccountSas: takes(1, 3, (args) => list(args)),
  listServiceSas: takes(1, 3, (args) => list(args)),
  listSecrets: takes(1, 3, (args) => list(args)),
  listConnectionStrings: takes(1, 3, (args) => list(args)),
  listCallbackUrl: takes(1, 3, (args) => list(args)),
  listCredentials: takes(1, 3, (args) => list(args)),
  listAdminKeys: takes(1, 3, (args) => list(args)),
  listQueryKeys: takes(1, 3, (args) => list(args)),
  listHostKeys: takes(1, 3, (args) => list(args)),
  listFunctionKeys: takes(1, 3, (args) => list(args)),
  list: takes(1, 3, (args) => list(args)),
}

/** Asks a deployed resource for something, or stops the evaluation until it is known. */
export function ask(
  args: { readonly frame: Arguments['frame'] },
  question: RuntimeQuestion,
): Value {
  const answer = args.frame.names.context.answer(question)
  if (answer === undefined) throw new ValuePending(question)
  return answer
}

/** The question that calls an action of a resource. */
export function actionQuestion(
  id: string,
  call: { action: string; body: JsonObject; at: Arguments['at'] },
): RuntimeQuestion {
  return { kind: 'action', id, ...call }
}

function typeAndNames(
  args: Arguments,
  from: number,
): { text: string; names: string[]; before: string[] } {
  const texts = args.texts(from)
  const at = texts.findIndex((text) => text.includes('/') && !text.startsWith('/'))
  const text = texts[at]
  if (text === undefined)
    throw args.fail('a resource type of format "<namespace>/<type>" is missing.')
  const names = texts.slice(at + 1).flatMap((name) => name.split('/'))
  const expected = text.split('/').length - 1
  if (names.length !== expected) {
    throw args.fail(
      `the type "${text}" requires ${expected} resource name arguments, but got ${names.length}.`,
    )
  }
  return { text, names, before: texts.slice(0, at) }
}

function resourceScope(args: Arguments, before: readonly string[]): string {
  const { scope } = args.frame.names
  if (before.length === 0) return scopeId(scope)
  const [first = '', second] = before
  const subscriptionId = second === undefined ? scope.subscriptionId : first
  const resourceGroup = second ?? first
  return scopeId({ ...scope, kind: 'resourceGroup', subscriptionId, resourceGroup })
}

function referenced(args: Arguments): Value {
  const text = args.text(0)
  const declared = args.frame.names.findResource(text)
  if (declared) return declared.target.whole(args.at)
  const id = text.startsWith('/') ? text : undefined
  if (id === undefined) throw args.fail(`the template has no resource "${text}".`)
  return ask(args, { kind: 'resource', id, at: args.at })
}

function list(args: Arguments): Value {
  const text = args.text(0)
  const declared = args.frame.names.findResource(text)
  const declaredId = declared?.target.member('id', args.at)
  const id = typeof declaredId === 'string' ? declaredId : text
  const body = args.has(2) ? toJsonObject(args.object(2), args.at) : {}
  const question = actionQuestion(id, { action: args.name, body, at: args.at })
  return ask(args, question)
}
