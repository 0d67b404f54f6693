import { ServiceError } from '../../base/errors.ts'
import { parseJson, stringMember } from '../../base/json.ts'
import type { OutgoingRequest } from '../../protocols/http/outgoing-http.ts'
import type { Value } from '../../languages/workflow-expression/value.ts'
import type { AppRuntime } from './app-runtime.ts'
import { certificateTls } from './client-certificate.ts'
import { readBytes } from './http-message.ts'
import type { TraceContext } from '../../base/trace-context.ts'
import { textOf } from './workflow-value.ts'

/** What a request says of who makes it. */
export interface Credentials {
  /** `[name, value]` */
  readonly headers: readonly string[]
  readonly tls?: NonNullable<OutgoingRequest['tls']>
}

/** The kinds of `authentication` of an HTTP action or trigger. */
export const authenticationKinds = new Set([
  'none',
  'basic',
  'clientcertificate',
  'activedirectoryoauth',
  'raw',
  'managedserviceidentity',
])

/** https://learn.microsoft.com/azure/logic-apps/authenticate-apps-integration-account#add-authentication-to-outbound-calls */
export async function credentialsOf(
  authentication: Value | undefined,
  call: { readonly app: AppRuntime; readonly trace: TraceContext },
): Promise<Credentials> {
  if (authentication === undefined || authentication === null) return { headers: [] }
  const text = (name: string): string => textOf(authentication, name) ?? ''
  switch (text('type').toLowerCase()) {
    case 'basic': {
      const pair = Buffer.from(`${text('username')}:${text('password')}`).toString('base64')
      return bearer(`Basic ${pair}`)
    }
    case 'raw': {
      const scheme = text('scheme')
      const value = text('value') === '' ? text('parameter') : text('value')
      return bearer(scheme === '' ? value : `${scheme} ${value}`)
    }
    case 'clientcertificate':
      return { headers: [], tls: await certificateTls(text('pfx'), text('password')) }
    case 'managedserviceidentity':
      return bearer(`Bearer ${await identityToken(authentication, call.app)}`)
    case 'activedirectoryoauth':
      return bearer(`Bearer ${await clientToken(authentication, call)}`)
    default:
      return { headers: [] }
  }
}

function bearer(value: string): Credentials {
  return { headers: ['authorization', value] }
}

async function identityToken(authentication: Value, app: AppRuntime): Promise<string> {
  if (!app.identityToken || app.site === undefined) {
    throw new ServiceError(
      'ManagedServiceIdentityNotFound',
      400,
      `The logic app '${app.name}' has no managed identity: no template declares its site.`,
    )
  }
  return app.identityToken({
    site: app.site,
    audience: textOf(authentication, 'audience') ?? 'https://management.azure.com/',
    identity: textOf(authentication, 'identity'),
  })
}

/** A token for a client with a secret: https://learn.microsoft.com/entra/identity-platform/v2-oauth2-client-creds-grant-flow */
async function clientToken(
  authentication: Value,
  { app, trace }: { app: AppRuntime; trace: TraceContext },
): Promise<string> {
  const text = (name: string): string => textOf(authentication, name) ?? ''
  const authority =
    text('authority') === '' ? 'https://login.microsoftonline.com' : text('authority')
  const form = new URLSearchParams({
    grant_type: 'client_credentials',
    client_id: text('clientId'),
    client_secret: text('secret'),
    resource: text('audience') === '' ? 'https://management.azure.com/' : text('audience'),
  })
  const response = await app.outgoing.send({
    url: `${authority.replace(/\/$/, '')}/${encodeURIComponent(text('tenant'))}/oauth2/token`,
    method: 'POST',
    headers: ['content-type', 'application/x-www-form-urlencoded'],
    body: Buffer.from(form.toString()),
    timeoutMs: app.hostSettings.requestTimeoutMs,
    isDeclared: true,
    trace,
  })
  const body = (await readBytes(response.body)).toString('utf8')
  const token = response.status < 400 ? stringMember(parseJson(body), 'access_token') : undefined
  if (token !== undefined) return token
  throw new ServiceError(
    'AuthorizationFailed',
    401,
    `The token of the client '${text('clientId')}' could not be acquired: status ${response.status}.`,
  )
}
