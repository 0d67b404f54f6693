import { isJsonObject, objectMember, stringMember, type JsonValue } from '../../base/json.ts'
import type { AppRuntime } from './app-runtime.ts'
import type { ManagedConnectorAnswer, ManagedConnectorCall } from './managed-connector.ts'
import type { SendToRuntimeUrl } from './managed-connectors.ts'
import { readMessage, writeMessage } from './http-message.ts'
import { toJson, toJsonObject } from './workflow-value.ts'

/** Calls a connector at the `connectionRuntimeUrl` of its connection, with the authentication that it declares. */
export function sendToRuntimeUrl(app: AppRuntime): SendToRuntimeUrl {
  return async (base, call) => {
    const url = new URL(base.replace(/\/$/, '') + call.path)
    for (const [name, value] of Object.entries(call.queries))
      url.searchParams.append(name, plain(value))
    const { bytes, contentType } = writeMessage(call.body)
    const headers = [
      ...Object.entries(call.headers).flatMap(([name, value]) => [name, plain(value)]),
      ...(contentType === undefined ? [] : ['content-type', contentType]),
      ...(await authorization(app, call)),
    ]
    const response = await app.outgoing.send({
      url: url.href,
      method: call.method,
      headers,
      ...(bytes ? { body: bytes } : {}),
      timeoutMs: app.hostSettings.requestTimeoutMs,
      isDeclared: true,
      trace: call.trace,
    })
    return answerOf(await readMessage(response))
  }
}

function plain(value: JsonValue): string {
  return typeof value === 'string' ? value : JSON.stringify(value)
}

async function authorization(app: AppRuntime, call: ManagedConnectorCall): Promise<string[]> {
  const { definition } = call.connection
  const authentication = objectMember(definition, 'authentication')
  const type = stringMember(authentication, 'type')
  if (type === 'Raw') {
    const parameter =
      stringMember(authentication, 'parameter') ?? stringMember(authentication, 'value') ?? ''
    const scheme = stringMember(authentication, 'scheme')
    return ['authorization', scheme === undefined ? parameter : `${scheme} ${parameter}`]
  }
  if (type !== 'ManagedServiceIdentity' || !app.identityToken || app.site === undefined) return []
  const token = await app.identityToken({
    site: app.site,
    audience: 'https://apihub.azure.com',
    identity: stringMember(authentication, 'identity'),
  })
  return ['authorization', `Bearer ${token}`]
}

function answerOf(message: Awaited<ReturnType<typeof readMessage>>): ManagedConnectorAnswer {
  const body = message.body === undefined ? undefined : toJson(message.body)
  const headers = toJsonObject(message.headers)
  return {
    statusCode: message.statusCode,
    ...(isJsonObject(headers) ? { headers } : {}),
    ...(body === undefined ? {} : { body }),
  }
}
