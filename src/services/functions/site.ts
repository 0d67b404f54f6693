import {
  isJsonObject,
  parseJson,
  stringMember,
  type JsonObject,
  type JsonValue,
} from '../../base/json.ts'
import { newUuid } from '../../base/ids.ts'
import type { Store } from '../../store/store.ts'

/** A `Microsoft.Web/sites` of a deployment: where the settings of an app come from. */
export interface Site {
  readonly name: string
  /** `functionapp,linux`, `functionapp,workflowapp` */
  readonly kind: string
  /** The tag `azd-service-name`: which service of azure.yaml is its code. */
  readonly serviceName: string | undefined
  readonly settings: Readonly<Record<string, string>>
}

/** True for a logic app (Standard): its workflows are run by Logic Apps, there is no program of its own. */
export function isWorkflowApp(site: Site): boolean {
  return kindsOf(site).includes('workflowapp')
}

const collection = 'functions/sites'

/** The sites that were deployed. They survive a crash: a template that has not changed is not applied again. */
export class Sites {
  readonly #store: Store
  readonly #sites = new Map<string, Site>()

  constructor(store: Store) {
    this.#store = store
  }

  async load(): Promise<void> {
    for await (const page of this.#store.scan({ collection })) {
      for (const document of page) this.#sites.set(document.id, toSite(parseJson(document.body)))
    }
  }

  get(name: string): Site | undefined {
    return this.#sites.get(name.toLowerCase())
  }

  all(): readonly Site[] {
    return [...this.#sites.values()]
  }

  async put(site: Site): Promise<void> {
    const id = site.name.toLowerCase()
    const body = JSON.stringify(site)
    await this.#store.write([
      { kind: 'document.put', collection, partition: id, id, body, etag: newUuid() },
    ])
    this.#sites.set(id, site)
  }

  async delete(name: string): Promise<void> {
    const id = name.toLowerCase()
    await this.#store.write([{ kind: 'document.delete', collection, partition: id, id }])
    this.#sites.delete(id)
  }
}

/** The settings of a JSON object as the text an app finds in its environment. */
export function toSettings(values: JsonObject): Record<string, string> {
  const settings: Record<string, string> = {}
  for (const [name, value] of Object.entries(values)) {
    settings[name] = typeof value === 'string' ? value : JSON.stringify(value)
  }
  return settings
}

function kindsOf({ kind }: Site): readonly string[] {
  return kind.toLowerCase().split(',')
}

function toSite(value: JsonValue): Site {
  const stored = isJsonObject(value) ? value : {}
  const serviceName = stored['serviceName']
  const settings = stored['settings']
  return {
    name: stringMember(stored, 'name') ?? '',
    kind: stringMember(stored, 'kind') ?? '',
    serviceName: typeof serviceName === 'string' ? serviceName : undefined,
    settings: isJsonObject(settings) ? toSettings(settings) : {},
  }
}
