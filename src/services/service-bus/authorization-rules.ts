// Survives a crash: every rule with its keys, a document each, written before its keys are handed out.
import { randomBytes } from 'node:crypto'
import { newUuid } from '../../base/ids.ts'
import { isJsonObject, parseJson, stringMember } from '../../base/json.ts'
import type { JsonObject } from '../../base/json.ts'
import type { DocumentKey } from '../../store/documents.ts'
import type { Store } from '../../store/store.ts'
import { badRequest, entityNotFound } from './errors.ts'
import { authorizationRulesMax } from './limits.ts'

const collection = 'servicebus/authorization-rules'

export type AccessRight = 'Listen' | 'Send' | 'Manage'

/** https://learn.microsoft.com/en-us/azure/service-bus-messaging/service-bus-sas */
export interface AuthorizationRule {
  readonly name: string
  readonly rights: readonly AccessRight[]
  readonly primaryKey: string
  readonly secondaryKey: string
}

/** The shared access keys of a namespace (`entity` is empty) and of its queues and topics. */
export class AuthorizationRules {
  readonly #store: Store
  readonly #namespace: string
  readonly #rules = new Map<string, AuthorizationRule>()

  constructor(options: { store: Store; namespace: string }) {
    this.#store = options.store
    this.#namespace = options.namespace.toLowerCase()
  }

  async load(): Promise<void> {
    for await (const page of this.#store.scan({ collection, partition: this.#namespace })) {
      for (const document of page) this.#rules.set(document.id, parseRule(document.body))
    }
  }

  get(entity: string, name: string): AuthorizationRule {
    const rule = this.#rules.get(idOf(entity, name))
    if (!rule) throw entityNotFound(`${entity}/authorizationRules/${name}`)
    return rule
  }

  /** The rule of a name for an entity or, failing that, for the namespace; undefined when there is none. */
  find(entity: string, name: string): AuthorizationRule | undefined {
    return this.#rules.get(idOf(entity, name)) ?? this.#rules.get(idOf('', name))
  }

  /** The rules of an entity, or of the namespace for an empty path. */
  list(entity: string): readonly AuthorizationRule[] {
    const prefix = idOf(entity, '')
    return [...this.#rules].filter(([id]) => id.startsWith(prefix)).map(([, rule]) => rule)
  }

  /** Every rule of the namespace and its entities that knows a key by this name. */
  named(name: string): readonly AuthorizationRule[] {
    return [...this.#rules.values()].filter(
      (rule) => rule.name.toLowerCase() === name.toLowerCase(),
    )
  }

  /** Creates a rule, or changes the rights of an existing one; keys that are not given are new, or stay. */
  async put(
    entity: string,
    name: string,
    rights: readonly AccessRight[],
    keys: { readonly primaryKey?: string; readonly secondaryKey?: string } = {},
  ): Promise<AuthorizationRule> {
    if (rights.includes('Manage') && (!rights.includes('Listen') || !rights.includes('Send'))) {
      throw badRequest("The right 'Manage' requires the rights 'Send' and 'Listen'.")
    }
    const id = idOf(entity, name)
    const existing = this.#rules.get(id)
    const prefix = idOf(entity, '')
    const siblings = [...this.#rules.keys()].filter((other) => other.startsWith(prefix))
    if (!existing && siblings.length >= authorizationRulesMax) {
      throw badRequest(`An entity has at most ${authorizationRulesMax} authorization rules.`)
    }
    const rule = {
      name: existing?.name ?? name,
      rights,
      primaryKey: keys.primaryKey || (existing?.primaryKey ?? newKey()),
      secondaryKey: keys.secondaryKey || (existing?.secondaryKey ?? newKey()),
    }
    await this.#write(id, rule)
    return rule
  }

  /** Creates a rule of the namespace unless there is one. */
  async ensure(name: string, rights: readonly AccessRight[]): Promise<void> {
    if (!this.#rules.has(idOf('', name))) await this.put('', name, rights)
  }

  /** Replaces one of the two keys of a rule. */
  async regenerate(
    entity: string,
    name: string,
    which: 'primaryKey' | 'secondaryKey',
  ): Promise<AuthorizationRule> {
    const rule = { ...this.get(entity, name), [which]: newKey() }
    await this.#write(idOf(entity, name), rule)
    return rule
  }

  async delete(entity: string, name: string): Promise<void> {
    const id = idOf(entity, name)
    await this.#store.write([{ kind: 'document.delete', ...this.#key(id) }])
    this.#rules.delete(id)
  }

  /** Deletes the rules of an entity, or of the namespace and all its entities. */
  async deleteOf(entity?: string): Promise<void> {
    const prefix = entity === undefined ? '' : idOf(entity, '')
    const ids = [...this.#rules.keys()].filter((id) => id.startsWith(prefix))
    await this.#store.write(
      ids.map((id) => ({ kind: 'document.delete' as const, ...this.#key(id) })),
    )
    for (const id of ids) this.#rules.delete(id)
  }

  async #write(id: string, rule: AuthorizationRule): Promise<void> {
    const body = JSON.stringify(rule)
    await this.#store.write([{ kind: 'document.put', ...this.#key(id), body, etag: newUuid() }])
    this.#rules.set(id, rule)
  }

  #key(id: string): DocumentKey {
    return { collection, partition: this.#namespace, id }
  }
}

/** The body of `listKeys`: https://learn.microsoft.com/en-us/rest/api/servicebus/controlplane/namespaces/list-keys */
export function keysBody(
  rule: AuthorizationRule,
  options: { readonly namespace: string; readonly entity: string },
): JsonObject {
  return {
    keyName: rule.name,
    primaryKey: rule.primaryKey,
    secondaryKey: rule.secondaryKey,
    primaryConnectionString: connectionString(rule, rule.primaryKey, options),
    secondaryConnectionString: connectionString(rule, rule.secondaryKey, options),
  }
}

function connectionString(
  rule: AuthorizationRule,
  key: string,
  options: { readonly namespace: string; readonly entity: string },
): string {
  const host = `${options.namespace}.servicebus.windows.net`
  const entityPath = options.entity === '' ? '' : `;EntityPath=${options.entity}`
  return `Endpoint=sb://${host}/;SharedAccessKeyName=${rule.name};SharedAccessKey=${key}${entityPath}`
}

function newKey(): string {
  return randomBytes(32).toString('base64')
}

function idOf(entity: string, name: string): string {
  return `${entity.toLowerCase()}/authorizationrules/${name.toLowerCase()}`
}

function parseRule(body: string): AuthorizationRule {
  const stored = parseJson(body)
  const rights = isJsonObject(stored) ? stored['rights'] : undefined
  return {
    name: stringMember(stored, 'name') ?? '',
    rights: accessRights.filter((right) => Array.isArray(rights) && rights.includes(right)),
    primaryKey: stringMember(stored, 'primaryKey') ?? '',
    secondaryKey: stringMember(stored, 'secondaryKey') ?? '',
  }
}

export const accessRights = ['Listen', 'Send', 'Manage'] as const
