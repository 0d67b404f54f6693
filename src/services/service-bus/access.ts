import type { Clock } from '../../base/clock.ts'
import type { AccessRight, AuthorizationRule } from './authorization-rules.ts'
import { unauthorized } from './errors.ts'
import type { Namespace } from './namespace.ts'
import {
  isSame,
  isSignedWith,
  parseSharedAccessSignature,
  signedPath,
} from './shared-access-signature.ts'

/** Tokens of Entra ID, and what role assignments allow. */
export interface ServiceBusIdentity {
  /** The principal of a token; throws `ServiceError` for one that is not good. */
  verifyToken(token: string): { readonly objectId: string; readonly expiresAtMs: number }
  allows(wanted: {
    readonly principalId: string
    readonly resourceId: string
    readonly action: string
  }): Promise<boolean>
}

/** What its bearer may do in a namespace. */
export interface Access {
  readonly namespace: Namespace
  readonly expiresAtMs: number
  /** `path` is that of an entity, empty for the namespace. */
  may(right: AccessRight, path: string): Promise<boolean>
}

/** https://learn.microsoft.com/en-us/azure/role-based-access-control/permissions/integration#microsoftservicebus */
const actions: Readonly<Record<AccessRight, string>> = {
  Listen: 'Microsoft.ServiceBus/namespaces/messages/receive/action',
  Send: 'Microsoft.ServiceBus/namespaces/messages/send/action',
  Manage: 'Microsoft.ServiceBus/namespaces/queues/write',
}

/** Looks at a shared access signature; the first of the namespaces whose key made it is meant. */
export function accessBySignature(
  text: string,
  namespaces: readonly Namespace[],
  clock: Clock,
): Access {
  const signature = parseSharedAccessSignature(text)
  if (!signature)
    throw unauthorized('InvalidSignature: The token is not a shared access signature.')
  if (signature.expiresAtMs <= clock.now()) {
    throw unauthorized(
      `ExpiredToken: The token is expired. Expiration time: '${signature.expiry}'.`,
    )
  }
  const path = signedPath(signature)
  for (const namespace of namespaces) {
    if (isLocalAuthOff(namespace)) continue
    for (const { rule, scope } of rulesFor(namespace, signature.keyName, path)) {
      const keys = [rule.primaryKey, rule.secondaryKey]
      if (!keys.some((key) => isSignedWith(signature, key))) continue
      return accessByRule(namespace, rule, {
        scopes: [path, scope],
        expiresAtMs: signature.expiresAtMs,
      })
    }
  }
  throw unauthorized('InvalidSignature: The token has an invalid signature.')
}

/** Looks at a name and a key as they are. */
export function accessByKey(
  credentials: { readonly keyName: string; readonly key: string },
  namespaces: readonly Namespace[],
): Access {
  for (const namespace of namespaces) {
    const rule = namespace.authorizationRules.find('', credentials.keyName)
    if (!rule || isLocalAuthOff(namespace)) continue
    const keys = [rule.primaryKey, rule.secondaryKey]
    if (!keys.some((key) => isSame(credentials.key, key))) continue
    return accessByRule(namespace, rule, { scopes: [], expiresAtMs: Infinity })
  }
  throw unauthorized('InvalidSignature: The name or the key is not known.')
}

/** Looks at a token of Entra ID. */
export function accessByToken(
  text: string,
  namespace: Namespace,
  identity: ServiceBusIdentity,
): Access {
  const { objectId: principalId, expiresAtMs } = identity.verifyToken(text)
  return {
    namespace,
    expiresAtMs,
    may: async (right, path) => {
      const action = actions[right]
      const resourceId = resourceIdOf(namespace, path)
      return identity.allows({ principalId, resourceId, action })
    },
  }
}

function accessByRule(
  namespace: Namespace,
  rule: AuthorizationRule,
  limits: { readonly scopes: readonly string[]; readonly expiresAtMs: number },
): Access {
  return {
    namespace,
    expiresAtMs: limits.expiresAtMs,
    may: async (right, path) =>
      rule.rights.includes(right) && limits.scopes.every((scope) => isBelow(path, scope)),
  }
}

function isBelow(path: string, scope: string): boolean {
  if (scope === '') return true
  const [inner, outer] = [`${path.toLowerCase()}/`, `${scope.toLowerCase()}/`]
  return inner.startsWith(outer)
}

/** A rule of the namespace counts everywhere, one of a queue or a topic there and below. */
function rulesFor(
  namespace: Namespace,
  keyName: string,
  path: string,
): readonly { readonly rule: AuthorizationRule; readonly scope: string }[] {
  const segments = path === '' ? [] : path.split('/')
  const scopes = ['', ...segments.map((_, index) => segments.slice(0, index + 1).join('/'))]
  return scopes.flatMap((scope) => {
    const rule = namespace.authorizationRules
      .list(scope)
      .find(({ name }) => name.toLowerCase() === keyName.toLowerCase())
    return rule ? [{ rule, scope }] : []
  })
}

function isLocalAuthOff(namespace: Namespace): boolean {
  return namespace.properties['disableLocalAuth'] === true
}

function resourceIdOf(namespace: Namespace, path: string): string {
  const [entity = '', subscription] = path.split(/\/subscriptions\//i)
  if (entity === '') return namespace.resourceId
  const kind = namespace
    .list()
    .find((each) => each.path.toLowerCase() === entity.toLowerCase())?.kind
  const id = `${namespace.resourceId}/${kind === 'topic' ? 'topics' : 'queues'}/${entity}`
  return subscription === undefined ? id : `${id}/subscriptions/${subscription}`
}
