import { SourceError, messageOf } from '../../../base/errors.ts'
import { DotnetException } from '../../../languages/dotnet/exceptions.ts'
import { decodeXml } from '../../../languages/xml/decode-xml.ts'
import type { SchemaMissing, SchemaRequest } from '../contract/api-contracts.ts'
import type { DeclaredBody } from '../contract/operation-contract.ts'
import { type SchemaFault, SchemaUnusable } from '../contract/schema-fault.ts'
import { soapBodyOf } from '../contract/soap-body.ts'
import { messageOfSection } from '../gateway/call-message.ts'
import { required, useBody } from '../gateway/conversion.ts'
import type { GatewayCall } from '../gateway/gateway-call.ts'
import { mediaTypeOf, plainType } from '../gateway/media-type.ts'
import type { PolicyScope } from '../gateway/policy-error.ts'
import type { PolicySource, Value } from '../gateway/policy-source.ts'
import type { PolicyDefinition } from '../gateway/policy-step.ts'
import { toFlag } from '../gateway/policy-value.ts'
import {
  Validation,
  type ValidationAction,
  type ValidationError,
  requiredAction,
} from '../gateway/validation.ts'
import { validatedBytesMax } from '../limits.ts'

/** https://learn.microsoft.com/azure/api-management/validate-content-policy */
export const validateContent: PolicyDefinition = {
  name: 'validate-content',
  sections: ['inbound', 'outbound', 'on-error'],
  attributes: [
    'unspecified-content-type-action',
    'max-size',
    'size-exceeded-action',
    'errors-variable-name',
  ],
  elements: ['content-type-map', 'content'],
  compile(source) {
    const unspecified = requiredAction(source, 'unspecified-content-type-action')
    const sizeMax = source.requiredCount('max-size', { max: validatedBytesMax })
    const sizeAction = requiredAction(source, 'size-exceeded-action')
    const variable = source.literal('errors-variable-name')
    const typeOf = compileTypeMap(source.child('content-type-map'))
    const rules = source.children('content').map(compileRule)
    useBody(source)
    return async (call) => {
      const { body, headers } = messageOfSection(call)
      const message = messageNames(call)
      const validation = new Validation(call, { name: source.name, variable })
      const size = body.bytes?.length ?? 0
      const limit = sizeMax.read(call)
      if (size > limit) {
        validation.report(sizeAction.read(call), sizeError(message, { size, limit }))
        return
      }
      // There is nothing to check in a message without a body.
      if (!body.bytes && !headers.has('content-type')) return
      const contentType = typeOf(call)
      const declared = declaredBody(call, contentType)
      const rule = rules.find((each) => {
        const type = each.type?.read(call).trim() ?? ''
        return type === '' ? declared !== undefined : plainType(type) === contentType
      })
      if (!declared && rule?.schemaId === undefined) {
        const details = `Unspecified content type ${contentType} is not allowed.`
        const error = { name: contentType, type: message.bodyType, rule: 'Unspecified', details }
        validation.report(unspecified.read(call), { ...error, answer: details })
        return
      }
      const action = rule?.action.read(call) ?? 'ignore'
      if (!rule || action === 'ignore') return
      const checked = { rule, contentType, declared, message }
      validation.report(action, ...(await check(call, checked, body.bytes ?? new Uint8Array())))
    }
  },
}

interface MessageNames {
  readonly bodyType: 'RequestBody' | 'ResponseBody'
  /** `request` */
  readonly noun: string
}

function messageNames({ section }: GatewayCall): MessageNames {
  return section === 'inbound'
    ? { bodyType: 'RequestBody', noun: 'request' }
    : { bodyType: 'ResponseBody', noun: 'response' }
}

function sizeError(
  { bodyType, noun }: MessageNames,
  { size, limit }: { size: number; limit: number },
): ValidationError {
  const owner = noun === 'request' ? "Request's" : "Response's"
  const start = `${owner} body is ${size} bytes long and it exceeds the`
  return {
    name: '',
    type: bodyType,
    rule: 'SizeLimit',
    details: `${start} configured limit of ${limit} bytes.`,
    answer: `${start} limit of ${limit} bytes.`,
  }
}

/** The content type that a message is checked as. */
function compileTypeMap(source: PolicySource | undefined): (call: GatewayCall) => string {
  const any = source?.text('any-content-type-value')
  const missing = source?.text('missing-content-type-value')
  const types = (source?.children('type') ?? []).map((each) => {
    const from = each.text('from')
    const when = each.any('when')
    if ((from === undefined) === (when === undefined)) {
      throw each.fault("one of 'from' and 'when' must be set.")
    }
    return { from, when, to: each.requiredText('to') }
  })
  return (call) => {
    const own = mediaTypeOf(messageOfSection(call).headers)
    const mapped = types.find(({ from, when }) =>
      when ? toFlag(when.read(call)) : plainType(from?.read(call) ?? '') === own,
    )
    if (mapped) return plainType(mapped.to.read(call))
    if (any) return plainType(any.read(call))
    return own === '' && missing ? plainType(missing.read(call)) : own
  }
}

/** A `content` element. */
interface ContentRule {
  readonly scope: PolicyScope
  readonly type: Value<string> | undefined
  readonly language: Value<'json' | 'xml' | 'soap'>
  readonly action: Value<ValidationAction>
  readonly schemaId: Value<string> | undefined
  readonly reference: Value<string> | undefined
  readonly allowsAdditional: Value<boolean> | undefined
  readonly ignoresCase: Value<boolean> | undefined
}

function compileRule(source: PolicySource): ContentRule {
  const language = source.choice('validate-as', ['json', 'xml', 'soap'])
  return {
    scope: source.environment.scope,
    type: source.text('type'),
    language: required(language, source, 'validate-as'),
    action: requiredAction(source, 'action'),
    schemaId: source.text('schema-id'),
    reference: source.text('schema-ref'),
    allowsAdditional: source.flag('allow-additional-properties'),
    ignoresCase: source.flag('case-insensitive-property-names'),
  }
}

// What the operation declares for the body, or what its response of this status does.
function declaredBody(call: GatewayCall, contentType: string): DeclaredBody | undefined {
  const { api, operation, response, section } = call
  const contract = call.parts.contracts.operation(api.id, operation.id)
  const bodies =
    section === 'inbound'
      ? contract?.bodies
      : contract?.responses.find(({ status }) => status === response?.status)?.bodies
  return bodies?.find((each) => plainType(each.contentType) === contentType)
}

interface CheckedBody {
  readonly rule: ContentRule
  readonly contentType: string
  readonly declared: DeclaredBody | undefined
  readonly message: MessageNames
}

async function check(
  call: GatewayCall,
  checked: CheckedBody,
  bytes: Uint8Array,
): Promise<readonly ValidationError[]> {
  const { rule, contentType, message } = checked
  const request = schemaRequest(call, checked)
  if (!request) return []
  try {
    const parts = request.api === undefined ? call.partsAt(rule.scope) : call.parts
    const found = await parts.contracts.schema(request)
    if (typeof found === 'string') return [missingSchema(found, request, checked)]
    const text = decodeXml(bytes)
    const faults = await found(rule.language.read(call) === 'soap' ? soapBodyOf(text) : text)
    return faults.map((fault) => notConforming(fault, request, checked))
  } catch (error) {
    if (!isUnreadable(error)) throw error
    const details = `Body of the ${message.noun} cannot be validated for the content type ${contentType}. ${messageOf(error)}`
    return [{ name: '', type: message.bodyType, rule: 'ValidationException', details }]
  }
}

function schemaRequest(
  call: GatewayCall,
  { rule, declared }: CheckedBody,
): SchemaRequest | undefined {
  const language = rule.language.read(call) === 'json' ? 'json' : 'xml'
  const allowsAdditional = rule.allowsAdditional?.read(call)
  const ignoresCase = rule.ignoresCase?.read(call)
  const reference = rule.reference?.read(call)
  const how = {
    language,
    ...(allowsAdditional === undefined ? {} : { allowsAdditional }),
    ...(ignoresCase === undefined ? {} : { ignoresCase }),
  } as const
  if (rule.schemaId) {
    const schemaId = rule.schemaId.read(call)
    return { schemaId, ...how, ...(reference === undefined ? {} : { reference }) }
  }
  return declared?.schema && { api: call.api.id, ...declared.schema, ...how }
}

function missingSchema(
  what: SchemaMissing,
  { typeName = '' }: SchemaRequest,
  { contentType, message }: CheckedBody,
): ValidationError {
  switch (what) {
    case 'schema':
      return apiSchemaError("API's schema does not exist or it could not be resolved.")
    case 'definitions':
      return apiSchemaError("API's schema does not specify definitions.")
    case 'definition':
      return {
        name: contentType,
        type: message.bodyType,
        rule: 'MissingDefinition',
        details: `API's schema does not contain definition ${typeName}, which is associated with the content type ${contentType}.`,
      }
  }
}

function apiSchemaError(details: string): ValidationError {
  return { name: '', type: 'ApiSchema', rule: '', details }
}

function notConforming(
  { message: fault, line, position }: SchemaFault,
  { typeName = '' }: SchemaRequest,
  { contentType, message }: CheckedBody,
): ValidationError {
  const definition = typeName === '' ? 'definition' : `definition ${typeName},`
  const details = `Body of the ${message.noun} does not conform to the ${definition} which is associated with the content type ${contentType}. ${fault} Line: ${line}, Position: ${position}`
  return {
    name: contentType,
    type: message.bodyType,
    rule: 'IncorrectMessage',
    details,
    answer: details,
  }
}

// A text that cannot be read, a schema that cannot be used, and what takes too long or goes too deep.
function isUnreadable(error: unknown): boolean {
  return [SyntaxError, SourceError, SchemaUnusable, DotnetException, RangeError].some(
    (each) => error instanceof each,
  )
}
