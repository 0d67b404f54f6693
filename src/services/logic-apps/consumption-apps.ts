// Survives a crash: the definition of each Consumption workflow.
import { newUuid } from '../../base/ids.ts'
import { parseJson, stringMember } from '../../base/json.ts'
import type { Store } from '../../store/store.ts'

const collection = 'logic-apps/workflows'

/** The definitions of Consumption workflows, each of which is an app of its own. */
export class ConsumptionApps {
  readonly #store: Store

  constructor(store: Store) {
    this.#store = store
  }

  async all(): Promise<readonly { readonly name: string; readonly text: string }[]> {
    const found: { name: string; text: string }[] = []
    for await (const page of this.#store.scan({ collection })) {
      for (const { body } of page) {
        const value = parseJson(body)
        found.push({
          name: stringMember(value, 'name') ?? '',
          text: stringMember(value, 'text') ?? '',
        })
      }
    }
    return found
  }

  async put(name: string, text: string): Promise<void> {
    const id = name.toLowerCase()
    const body = JSON.stringify({ name, text })
    await this.#store.write([
      { kind: 'document.put', collection, partition: id, id, body, etag: newUuid() },
    ])
  }

  async delete(name: string): Promise<void> {
    const id = name.toLowerCase()
    await this.#store.write([{ kind: 'document.delete', collection, partition: id, id }])
  }
}
