/**
 * The actions of `azurequeues` of workflows -> messages and queues of a storage account.
 * https://learn.microsoft.com/azure/logic-apps/connectors/built-in/reference/azurequeues/
 */
import { ServiceError } from '../../base/errors.ts'
import { parseIsoDuration } from '../../base/iso-duration.ts'
import { stringMember, type JsonObject, type JsonValue } from '../../base/json.ts'
import { formatTraceparent } from '../../base/trace-context.ts'
import type {
  ServiceProvider,
  ServiceProviderCall,
} from '../../services/logic-apps/service-provider.ts'
import { authenticationFailed, permissionMismatch } from '../../services/storage/access-errors.ts'
import { developmentAccount, type Account } from '../../services/storage/account.ts'
import { invalidQuery } from '../../services/storage/errors.ts'
import { popReceiptMismatch } from '../../services/storage/queue/errors.ts'
import {
  foreverMs,
  parsePopReceipt,
  popReceiptOf,
  type QueueMessage,
} from '../../services/storage/queue/message.ts'
import type { QueueRecord } from '../../services/storage/queue/queue.ts'
import type { Storage } from '../../services/storage/service.ts'
import type { PrincipalOfApp } from './app-principal.ts'
import { required } from './blob-connection.ts'
import { accountOfAddress } from './storage-connection.ts'

const messageCountMax = 32
const listedMax = 5_000
const visibilityMsDefault = 30_000

export function logicAppsToStorageQueue(parts: {
  readonly storage: Storage
  readonly principalOf: PrincipalOfApp
}): ServiceProvider {
  const { storage } = parts
  const { queues, queueMessages } = storage
  return {
    id: 'azurequeues',
    missing: 'Queues of storage accounts have actions, and no triggers yet.',
    actions: {
      putMessage: async (call) => {
        const queue = await queueOf(parts, call, 'queues/messages/add/action')
        const { parameters } = call
        const text = required(parameters, 'message')
        const timeToLiveMs = readDuration(parameters, 'timeToLive')
        const visibilityMs = readDuration(parameters, 'visibilityTimeout') ?? 0
        const life = timeToLiveMs === undefined ? {} : { timeToLiveMs }
        const trace = formatTraceparent(call.trace)
        const [made] = await queueMessages.put(queue, [{ text, visibilityMs, trace, ...life }])
        return { statusCode: 201, body: made ? bodyOf(made) : {} }
      },
      getMessages: async (call) => {
        const queue = await queueOf(parts, call, 'queues/messages/process/action')
        const visibilityMs = readDuration(call.parameters, 'visibilityTimeout')
        const taken = await queueMessages.take(queue, {
          count: readCount(call.parameters, 'messageCount', { otherwise: 1, max: messageCountMax }),
          visibilityMs: visibilityMs ?? visibilityMsDefault,
        })
        return { statusCode: 200, body: taken.map(bodyOf) }
      },
      deleteMessage: async (call) => {
        const queue = await queueOf(parts, call, 'queues/messages/process/action')
        const receipt = parsePopReceipt(required(call.parameters, 'popReceipt'))
        if (!receipt) throw popReceiptMismatch()
        const id = required(call.parameters, 'messageId')
        await queueMessages.delete(queue, { id, receipt })
        return { statusCode: 204 }
      },
      putQueue: async (call) => {
        const account = await accountOf(parts, call, 'queues/write')
        const { isNew } = await queues.create(account.name, required(call.parameters, 'queueName'))
        return { statusCode: isNew ? 201 : 204 }
      },
      listQueues: async (call) => {
        const account = await accountOf(parts, call, 'queues/read')
        return { statusCode: 200, body: await listOf(storage, account, call.parameters) }
      },
    },
    triggers: {},
  }
}

type Parts = Parameters<typeof logicAppsToStorageQueue>[0]

async function queueOf(
  parts: Parts,
  call: ServiceProviderCall,
  action: string,
): Promise<QueueRecord> {
  const account = await accountOf(parts, call, action)
  return parts.storage.queues.get(account.name, required(call.parameters, 'queueName'))
}

/** The account of a call's connection; throws where key or role does not allow the action. */
async function accountOf(
  { storage, principalOf }: Parts,
  { app, connection }: ServiceProviderCall,
  action: string,
): Promise<Account> {
  const { name, parameterValues } = connection
  const text = stringMember(parameterValues, 'connectionString') ?? ''
  const named = storage.accounts.resolve(accountName(text, parameterValues))
  if (!named) {
    throw new ServiceError(
      'ServiceProviderConnectionNotFound',
      404,
      `The connection '${name}' names a storage account that no template declares.`,
    )
  }
  const key = partOf(text, 'AccountKey')
  if (key !== undefined && !named.keys.includes(key)) {
    throw authenticationFailed(`The key of the connection '${name}' is none of the account's.`)
  }
  const principal = await principalOf(app, connection)
  const { account } = named
  const isAllowed =
    !principal ||
    (await storage.identity.hasRole({
      principalId: principal.objectId,
      resourceId: `${account.resourceId}/queueServices/default`,
      action: `Microsoft.Storage/storageAccounts/queueServices/${action}`,
    }))
  if (!isAllowed) throw permissionMismatch()
  return account
}

function accountName(text: string, values: JsonObject): string {
  if (/UseDevelopmentStorage=true/i.test(text)) return developmentAccount
  const endpoint = Object.keys(values).find((each) => /(?:endpoint|uri)$/i.test(each))
  const address = endpoint === undefined ? undefined : stringMember(values, endpoint)
  const given = partOf(text, 'AccountName')
  return given ?? accountOfAddress(address ?? partOf(text, 'QueueEndpoint') ?? '')
}

function partOf(text: string, name: string): string | undefined {
  return new RegExp(`(?:^|;)\\s*${name}=([^;]*)`, 'i').exec(text)?.[1]
}

/** Seconds, `00:00:30` or `PT30S`. */
function readDuration(parameters: JsonObject, name: string): number | undefined {
  const value = parameters[name]
  if (value === undefined || value === null || value === '') return undefined
  const text = typeof value === 'string' ? value : JSON.stringify(value)
  if (/^\d{1,9}$/.test(text)) return Number(text) * 1_000
  const [, days = '0', hours, minutes, seconds] =
    /^(?:(\d{1,3})\.)?(\d\d?):(\d\d):(\d\d)$/.exec(text) ?? []
  const ms =
    hours === undefined
      ? parseIsoDuration(text)
      : (((Number(days) * 24 + Number(hours)) * 60 + Number(minutes)) * 60 + Number(seconds)) *
        1_000
  if (ms === undefined || ms < 0) throw invalidQuery(name, text, 'expected a time such as 00:00:30')
  return ms
}

function readCount(
  parameters: JsonObject,
  name: string,
  { otherwise, max }: { readonly otherwise: number; readonly max: number },
): number {
  const value = parameters[name]
  if (value === undefined || value === null || value === '') return otherwise
  const count = Number(value)
  if (Number.isInteger(count) && count >= 1 && count <= max) return count
  throw invalidQuery(name, JSON.stringify(value), `expected 1 to ${max}`)
}

async function listOf(
  storage: Storage,
  account: Account,
  parameters: JsonObject,
): Promise<JsonObject> {
  const prefix = stringMember(parameters, 'prefix') ?? ''
  const from = stringMember(parameters, 'continuationToken') || prefix
  const limit = readCount(parameters, 'maxCount', { otherwise: listedMax, max: listedMax })
  const found = await storage.queues.list(account.name, from, limit + 1)
  const meant = found.filter(({ name }) => name.startsWith(prefix))
  const value: JsonValue[] = meant.slice(0, limit).map(({ name }) => ({ name }))
  return { value, continuationToken: meant[limit]?.name ?? null }
}

function bodyOf(message: QueueMessage): JsonObject {
  const timeOf = (ms: number) => new Date(ms).toISOString()
  return {
    content: message.text,
    messageId: message.id,
    insertedOn: timeOf(message.insertedMs),
    expiresOn: timeOf(message.expiresMs ?? foreverMs),
    popReceipt: popReceiptOf(message),
    nextVisibleOn: timeOf(message.visibleMs),
    dequeueCount: message.dequeueCount,
  }
}
