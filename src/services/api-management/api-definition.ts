import type { JsonValue } from '../../base/json.ts'
import { newTrace } from '../../base/trace-context.ts'
import { validationError } from './errors.ts'
import { MessageBody } from './gateway/message-body.ts'
import { sendTimeoutMs } from './limits.ts'
import { isImportFormat } from './open-api.ts'
import type { OutgoingHttp } from '../../protocols/http/outgoing-http.ts'

/** The text of the definition that an API is made of: given, or at an address. */
export async function readDefinition(
  given: { format: JsonValue | undefined; value: JsonValue | undefined },
  outgoing: OutgoingHttp,
): Promise<string> {
  const { format, value } = given
  if (typeof format !== 'string' || !isImportFormat(format)) {
    const message = `The format ${JSON.stringify(format ?? null)} is not supported: only OpenAPI 3 and Swagger 2 are.`
    throw validationError([{ target: 'format', message }])
  }
  if (typeof value !== 'string') {
    throw validationError([{ target: 'value', message: "'value' must be a string." }])
  }
  return format.includes('-link') ? fetched(value, outgoing) : value
}

async function fetched(url: string, outgoing: OutgoingHttp): Promise<string> {
  if (!URL.canParse(url)) {
    throw validationError([{ target: 'value', message: `'${url}' is not a URL.` }])
  }
  const { status, body } = await outgoing.send({
    url,
    method: 'GET',
    headers: ['accept', 'application/json, application/yaml'],
    timeoutMs: sendTimeoutMs,
    isDeclared: false,
    trace: newTrace(),
  })
  const content = MessageBody.received(body)
  await content.buffer()
  if (status === 200) return Buffer.from(content.bytes ?? []).toString('utf8')
  throw validationError([{ target: 'value', message: `${url} answered ${status}.` }])
}
