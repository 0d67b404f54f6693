import type { JsonObject } from '../../base/json.ts'
import type { Entity } from './entity-tree.ts'
import type { VaultReader } from './vault-reference.ts'
import { PropertyReader } from './property-reader.ts'

/** What a kind of entity sees of the service that its entities are in. */
export interface EntityHolder {
  /** `contoso`: the name of the service. */
  readonly name: string
  get(kind: string, names: readonly string[]): Entity | undefined
  list(kind: string, below?: readonly string[]): readonly Entity[]
  /** Compiles a policy document; a fault in it is a `ValidationError` with line and column. */
  checkPolicy(text: string, at: { kind: string; names: readonly string[] }): void
}

/** What a kind of entity may change of the service when something follows from one. */
export interface EntityWriter extends EntityHolder {
  put(entity: Omit<Entity, 'etag'>): Promise<Entity>
  patch(entity: Omit<Entity, 'etag'>): Promise<Entity>
}

/** An entity that somebody wants to have. */
export interface EntityRequest {
  readonly holder: EntityHolder
  readonly names: readonly string[]
  readonly properties: JsonObject
  readonly fields: PropertyReader
  readonly old?: Entity
}

/** One kind of entity: what it accepts, and what of it is read back. */
export interface EntityKind {
  /** `products/apis` */
  readonly kind: string
  /** `Product`, as messages call it. */
  readonly label: string
  /** The properties as they are kept, with defaults; throws `ValidationError`. */
  accept(request: EntityRequest): JsonObject
  /** What has to be read or computed before the properties are kept. */
  prepare?(accepted: JsonObject, reader: VaultReader): Promise<JsonObject>
  /** What follows from the entity, once it is kept. */
  settle?(writer: EntityWriter, entity: Entity): Promise<void>
  /** The properties as they are read back, without secrets; as they are kept when absent. */
  show?(entity: Entity): JsonObject
  /** Throws when the entity cannot be deleted. */
  release?(holder: EntityHolder, entity: Entity): void
}

/** A kind whose properties change nothing at run time and are kept as given; secrets among them are not read back. */
export function keptKind(
  kind: string,
  label: string,
  options: { required?: readonly string[]; secrets?: readonly string[] } = {},
): EntityKind {
  const { required = [], secrets = [] } = options
  return {
    kind,
    label,
    accept({ properties, fields }) {
      for (const name of required) fields.requiredText(name)
      return properties
    },
    show: ({ properties }) =>
      Object.fromEntries(Object.entries(properties).filter(([name]) => !secrets.includes(name))),
  }
}
