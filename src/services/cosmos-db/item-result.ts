import type { JsonObject } from '../../base/json.ts'
import { itemText, itemValue, type ItemScope, type ItemVersion } from './item.ts'

/** What a request on one item gives; text and value are made only when asked for. */
export class ItemResult {
  readonly etag: string
  /** Azure's HTTP status: 201 for a created item, else 200. */
  readonly statusCode: number
  readonly created: boolean
  readonly #version: ItemVersion
  readonly #scope: ItemScope

  constructor(version: ItemVersion, scope: ItemScope, options: { created: boolean }) {
    this.etag = version.etag
    this.created = options.created
    this.statusCode = options.created ? 201 : 200
    this.#version = version
    this.#scope = scope
  }

  /** JSON text with the system properties. */
  get text(): string {
    return itemText(this.#version, this.#scope)
  }

  get item(): JsonObject {
    return itemValue(this.#version, this.#scope)
  }
}
