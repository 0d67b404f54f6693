/**
 * New and changed blobs -> the trigger `AzureBlob` of workflows; with the actions it is the whole provider.
 * https://learn.microsoft.com/azure/logic-apps/connectors/built-in/reference/azureblob/#triggers
 */
import type { Clock } from '../../base/clock.ts'
import type { JsonObject } from '../../base/json.ts'
import type { Logger } from '../../base/logger.ts'
import { parseTraceparent } from '../../base/trace-context.ts'
import type {
  ServiceProvider,
  ServiceProviderListen,
  ServiceProviderListener,
} from '../../services/logic-apps/service-provider.ts'
import { BlobWatcher } from '../../services/storage/blob-watcher.ts'
import type { BlobRecord } from '../../services/storage/blob.ts'
import type { Storage } from '../../services/storage/service.ts'
import type { PrincipalOfApp } from './app-principal.ts'
import { BlobConnections, required } from './blob-connection.ts'
import { blobProperties } from './blob-content.ts'
import { parseBlobPathPattern } from './blob-path-pattern.ts'
import { logicAppsToStorage } from './logic-apps-to-storage.ts'

/** How many blobs of one trigger are on their way at once. */
const parallelMax = 16

interface TriggerParts {
  readonly storage: Storage
  readonly clock: Clock
  readonly logger: Logger
  readonly principalOf: PrincipalOfApp
}

/** The service provider `AzureBlob`. */
export function storageToLogicApps(parts: TriggerParts): ServiceProvider {
  return {
    id: 'AzureBlob',
    missing: 'Archives are not unpacked, and tiers are not set.',
    actions: logicAppsToStorage(parts.storage, parts.principalOf),
    triggers: { whenABlobIsAddedOrModified: (listen) => listenToBlobs(parts, listen) },
  }
}

function listenToBlobs(
  parts: TriggerParts,
  listen: ServiceProviderListen,
): ServiceProviderListener {
  const connections = new BlobConnections(parts.storage, parts.principalOf)
  const path = parseBlobPath(required(listen.parameters, 'path'))
  const { app, workflow, trigger } = listen
  let watcher: BlobWatcher | undefined
  return {
    start: async () => {
      const account = await connections.account(listen, 'containers/blobs/read')
      watcher = new BlobWatcher({
        ...parts,
        ...path,
        account: account.name,
        owner: `logic-apps/${app}/${workflow}/${trigger}`.toLowerCase(),
        parallel: parallelMax,
        // A workflow that takes no more runs for now takes them later.
        attemptsMax: Infinity,
        onBlob: async ({ record, trace }) => {
          const parent = parseTraceparent(trace)
          const body = eventBody(record, path.container)
          const keys = [`${account.name}/${path.container}/${record.name}/${record.etag}`]
          await listen.fire({ body, keys, ...(parent ? { trace: parent } : {}) })
          return true
        },
        onGivenUp: async () => {},
      })
      watcher.start()
    },
    stop: async () => {
      await watcher?.stop()
    },
    pending: async () => (await watcher?.pending()) ?? 0,
  }
}

function eventBody(record: BlobRecord, container: string): JsonObject {
  return {
    name: record.name,
    containerInfo: { name: container, properties: {} },
    properties: blobProperties(record, container),
    metadata: { ...record.metadata },
  }
}

/** `container`, `container/folder`, or with parts that have names: `container/folder/{name}.csv`. */
function parseBlobPath(path: string): {
  readonly container: string
  readonly matches: (name: string) => boolean
} {
  if (path.includes('{')) {
    const pattern = parseBlobPathPattern(path)
    return {
      container: pattern.container,
      matches: (name) => pattern.match(name) !== undefined,
    }
  }
  const [container = '', ...rest] = path.split('/')
  const name = rest.join('/')
  const folder = name === '' || name.endsWith('/') ? name : `${name}/`
  return { container, matches: (each) => each === name || each.startsWith(folder) }
}
