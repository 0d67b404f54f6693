import type { SourceError } from '../../../base/errors.ts'
import type { PolicyElement } from '../../../languages/xml/policy-document.ts'
import type { Entity } from '../entity-tree.ts'
import type { GatewayCall } from './gateway-call.ts'
import type { PolicyScope, Section } from './policy-error.ts'
import type { CompiledSequence } from './policy-sequence.ts'
import type { PolicySource } from './policy-source.ts'

/** What a compiled policy does for a call. */
export type PolicyStep = (call: GatewayCall) => void | Promise<void>

/**
 * A policy: its name, where it may stand and what it is made of. It is compiled when its document is saved, where
 * everything wrong with it is told; what comes out runs for each call.
 */
export interface PolicyDefinition {
  readonly name: string
  readonly sections: readonly Section[]
  readonly scopes?: readonly PolicyScope[]
  /** The attributes it knows besides `id`; others are an error. */
  readonly attributes: readonly string[]
  /** The elements it knows inside; `*` for policies. */
  readonly elements?: readonly string[]
  /** True where text may stand inside. */
  readonly hasText?: boolean
  compile(source: PolicySource): PolicyStep
}

/** What a policy looks at, known before it runs. */
export class PolicyUsage {
  requestBody = false
  responseBody = false
  readonly reads = new Set<string>()
  readonly writes = new Set<string>()
  readonly #outer: PolicyUsage | undefined

  constructor(outer?: PolicyUsage) {
    this.#outer = outer
  }

  addRead(name: string): void {
    this.reads.add(name)
    this.#outer?.addRead(name)
  }

  addWrite(name: string): void {
    this.writes.add(name)
    this.#outer?.addWrite(name)
  }
}

/** A policy in its place in a document. */
export interface PlacedStep {
  readonly policy: string
  readonly id: string | null
  readonly scope: PolicyScope
  /** `choose[1]/when[2]/set-variable[1]` */
  readonly path: string
  readonly usage: PolicyUsage
  readonly run: PolicyStep
}

/** What the policies of one document are compiled with. */
export interface PolicyEnvironment {
  readonly scope: PolicyScope
  readonly section: Section
  /** The value of a named value now, or `undefined` when there is none of that name. */
  namedValue(name: string): string | undefined
  fragment(id: string): { readonly elements: readonly PolicyElement[] } | undefined
  backend(id: string): Entity | undefined
  logger(id: string): Entity | undefined
  /** True where events can be sent. */
  readonly hasEventHubs: boolean
  /** True where messages can be sent. */
  readonly hasServiceBus: boolean
  /** Notes that a policy knows an element, or an attribute of it: what nobody reads is an error. */
  noteRead(element: PolicyElement, attribute?: string): void
  compileSequence(
    elements: readonly PolicyElement[],
    place: { usage: PolicyUsage; path: string },
  ): CompiledSequence
  fault(message: string, at: { readonly line: number; readonly column: number }): SourceError
}
