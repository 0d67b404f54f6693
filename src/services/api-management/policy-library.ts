import type { EntityHolder } from './entity-kind.ts'
import { pathOf } from './entity-tree.ts'
import { apiOf } from './api.ts'
import type { PolicyDocuments } from './gateway/configuration.ts'
import { notOfHandshakes } from './gateway/handshake.ts'
import {
  type PolicyDocument,
  type PolicyReferences,
  checkFragment,
  compilePolicies,
} from './gateway/policy-compiler.ts'
import type { PolicyScope } from './gateway/policy-error.ts'
import type { NamedValues } from './named-values.ts'
import { policyScopes, policyText } from './policy.ts'

/** What runs at global scope until somebody says otherwise. */
const standardText = `<policies>
  <inbound />
  <backend>
    <forward-request />
  </backend>
  <outbound />
  <on-error />
</policies>`

/** What policies can send to. */
type PolicySinks = Pick<PolicyReferences, 'hasEventHubs' | 'hasServiceBus'>

/** The policy documents of a service, compiled when they are saved, and again when what is part of them changes. */
export class PolicyLibrary implements PolicyDocuments {
  readonly standard: PolicyDocument
  readonly #holder: EntityHolder
  readonly #rootScope: 'global' | 'workspace'
  readonly #namedValues: NamedValues
  readonly #sinks: PolicySinks
  readonly #compiled = new Map<string, { etag: string; document: PolicyDocument }>()

  constructor(
    holder: EntityHolder,
    namedValues: NamedValues,
    options: { rootScope: 'global' | 'workspace'; sinks: PolicySinks },
  ) {
    this.#holder = holder
    this.#rootScope = options.rootScope
    this.#sinks = options.sinks
    this.#namedValues = namedValues
    this.standard = compilePolicies(standardText, {
      scope: 'global',
      references: this.#references(),
    })
  }

  /** The document of an entity, or `undefined` where the scope has none. */
  find(kind: string, names: readonly string[]): PolicyDocument | undefined {
    const entity = this.#holder.get(kind, names)
    const scope = this.#scopeOf(kind)
    if (!entity || !scope) return undefined
    const path = pathOf(kind, names).toLowerCase()
    const known = this.#compiled.get(path)
    if (known?.etag === entity.etag) return known.document
    const document = compilePolicies(policyText(entity.properties), {
      scope,
      references: this.#references(),
    })
    this.#compiled.set(path, { etag: entity.etag, document })
    return document
  }

  /** Compiles a text that somebody wants to save; throws `SourceError`. */
  check(text: string, at: { kind: string; names: readonly string[] }): void {
    const scope = this.#scopeOf(at.kind)
    const api = at.kind.startsWith('apis/') && this.#holder.get('apis', at.names.slice(0, 1))
    const isWebSocket = api && apiOf(api).type === 'websocket'
    const without = isWebSocket ? { without: notOfHandshakes } : {}
    if (scope) compilePolicies(text, { scope, references: this.#references(), ...without })
    else checkFragment(text, this.#references())
  }

  forget(path: string): void {
    this.#compiled.delete(path.toLowerCase())
  }

  forgetAll(): void {
    this.#compiled.clear()
  }

  /** Forgets documents that a named value is part of; true when there was one. */
  forgetBaked(): boolean {
    const baked = [...this.#compiled].filter(([, { document }]) => document.baked.size > 0)
    for (const [path] of baked) this.#compiled.delete(path)
    return baked.length > 0
  }

  #scopeOf(kind: string): PolicyScope | undefined {
    return kind === 'policies' ? this.#rootScope : policyScopes[kind]
  }

  #references(): PolicyReferences {
    return {
      namedValue: (name) => this.#namedValues.find(name),
      backend: (id) => this.#holder.get('backends', [id]),
      logger: (id) => this.#holder.get('loggers', [id]),
      ...this.#sinks,
      fragmentText: (id) => {
        const fragment = this.#holder.get('policyFragments', [id])
        return fragment && policyText(fragment.properties)
      },
    }
  }
}
