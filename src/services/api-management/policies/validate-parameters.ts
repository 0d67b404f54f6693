import type { DeclaredParameter } from '../contract/operation-contract.ts'
import { type ParameterPlace, checkParameter } from '../contract/parameter-check.ts'
import type { GatewayCall } from '../gateway/gateway-call.ts'
import type { PolicySource, Value } from '../gateway/policy-source.ts'
import type { PolicyDefinition } from '../gateway/policy-step.ts'
import {
  Validation,
  type ValidationAction,
  actionOf,
  requiredAction,
} from '../gateway/validation.ts'

/** https://learn.microsoft.com/azure/api-management/validate-parameters-policy */
export const validateParameters: PolicyDefinition = {
  name: 'validate-parameters',
  sections: ['inbound'],
  attributes: [
    'specified-parameter-action',
    'unspecified-parameter-action',
    'errors-variable-name',
  ],
  elements: ['headers', 'query', 'path'],
  compile(source) {
    const variable = source.literal('errors-variable-name')
    const rules = {
      specified: requiredAction(source, 'specified-parameter-action'),
      unspecified: requiredAction(source, 'unspecified-parameter-action'),
    }
    const [headers, query, path] = (['headers', 'query', 'path'] as const).map((name) =>
      compilePlaceRules(source.child(name), rules),
    )
    return (call) => {
      const { api, operation, request, parts } = call
      const contract = parts.contracts.operation(api.id, operation.id)
      const validation = new Validation(call, { name: source.name, variable })
      const check = (given: Omit<GivenParameters, 'call' | 'validation'>): void =>
        checkPlace({ call, validation, ...given })
      check({
        place: { type: 'RequestHeader', label: 'header' },
        rules: headers,
        declared: contract?.headers ?? [],
        // The gateway's own key is no matter of the API's definition.
        values: [...request.headers].filter(([name]) => !isSame(name, api.keyHeader)),
      })
      check({
        place: { type: 'QueryParameter', label: 'query parameter' },
        rules: query,
        declared: contract?.query ?? [],
        values: [...request.originalUrl.query].filter(([name]) => !isSame(name, api.keyQuery)),
      })
      const inPath = contract?.path ?? []
      check({
        place: { type: 'PathParameter', label: 'path parameter' },
        rules: path,
        declared: inPath,
        values: [...request.matchedParameters]
          .filter(([name]) => inPath.some((each) => isSame(each.name, name)))
          .map(([name, value]) => [name, [decoded(value)]]),
      })
    }
  },
}

interface PlaceRules {
  readonly specified: Value<ValidationAction>
  readonly unspecified: Value<ValidationAction>
  readonly named: readonly { name: Value<string>; action: Value<ValidationAction> }[]
}

function compilePlaceRules(
  source: PolicySource | undefined,
  outer: Omit<PlaceRules, 'named'>,
): PlaceRules {
  if (!source) return { ...outer, named: [] }
  const isPath = source.name === 'path'
  return {
    specified: actionOf(source, 'specified-parameter-action') ?? outer.specified,
    unspecified:
      (isPath ? undefined : actionOf(source, 'unspecified-parameter-action')) ?? outer.unspecified,
    named: source.children('parameter').map((each) => ({
      name: each.requiredText('name'),
      action: requiredAction(each, 'action'),
    })),
  }
}

interface GivenParameters {
  readonly call: GatewayCall
  readonly validation: Validation
  readonly place: ParameterPlace
  readonly rules: PlaceRules | undefined
  readonly declared: readonly DeclaredParameter[]
  readonly values: readonly (readonly [string, readonly string[]])[]
}

function checkPlace({ call, validation, place, rules, declared, values }: GivenParameters): void {
  if (!rules) return
  const { api, parts } = call
  const actionFor = (name: string, isDeclared: boolean): ValidationAction => {
    const own = rules.named.find((each) => isSame(each.name.read(call), name))
    return (own?.action ?? (isDeclared ? rules.specified : rules.unspecified)).read(call)
  }
  for (const [name, given] of values) {
    const parameter = declared.find((each) => isSame(each.name, name))
    const action = actionFor(name, parameter !== undefined)
    if (action === 'ignore') continue
    if (parameter) {
      const { contracts } = parts
      const found = checkParameter(parameter, { api: api.id, place, values: given, contracts })
      validation.report(action, ...found)
    } else {
      const details = `Unspecified ${place.label} ${name} is not allowed.`
      validation.report(action, {
        name,
        type: place.type,
        rule: 'Unspecified',
        details,
        answer: details,
      })
    }
  }
  for (const { name, isRequired } of declared) {
    if (!isRequired || values.some(([given]) => isSame(given, name))) continue
    const details = `Required ${place.label} ${name} is missing.`
    const error = { name, type: place.type, rule: 'IncorrectMessage', details, answer: details }
    validation.report(actionFor(name, true), error)
  }
}

function isSame(left: string, right: string): boolean {
  return left.toLowerCase() === right.toLowerCase()
}

function decoded(text: string): string {
  try {
    return decodeURIComponent(text)
  } catch {
    return text
  }
}
