/**
 * The `cosmosDB` bindings of functions -> Cosmos DB items: output (upsert) and input (one item, or a query).
 * https://learn.microsoft.com/azure/azure-functions/functions-bindings-cosmosdb-v2-output
 */
import { ServiceError } from '../../base/errors.ts'
import { isJsonObject, parseJson, type JsonObject, type JsonValue } from '../../base/json.ts'
import type { Container } from '../../services/cosmos-db/container.ts'
import type { CosmosDb } from '../../services/cosmos-db/service.ts'
import { compileBindingExpression } from '../../services/functions/binding-expressions.ts'
import type {
  BindingContext,
  InputSource,
  OutputSink,
  ReadInput,
} from '../../services/functions/extension.ts'
import type { OutputValue } from '../../services/functions/output-values.ts'
import type { TypedValue } from '../../services/functions/typed-value.ts'
import { BindingReader } from './binding-reader.ts'
import { cosmosAccountOf } from './cosmos-db-connection.ts'

type FindContainer = (bindingData: JsonObject) => Promise<Container>

export function functionsToCosmosDb(cosmosDb: CosmosDb): OutputSink {
  return {
    type: 'cosmosdb',
    open: async (context) => {
      const containerFor = await containerOf(cosmosDb, context)
      return async ({ values, traceOf, bindingData }) => {
        const container = await containerFor(bindingData)
        const writes = values.map((value, index) => ({
          item: itemOf(value),
          trace: traceOf(index),
        }))
        const outcomes = await container.upsertItems(writes)
        for (const outcome of outcomes) if ('error' in outcome) throw outcome.error
      }
    },
  }
}

export function cosmosDbToFunctions(cosmosDb: CosmosDb): InputSource {
  return {
    type: 'cosmosdb',
    open: async (context) => {
      const containerFor = await containerOf(cosmosDb, context)
      const reader = new BindingReader(context)
      if (reader.string('id') !== undefined) return readOne(containerFor, reader, context)
      return readQuery(containerFor, reader, context)
    },
  }
}

function readOne(
  containerFor: FindContainer,
  reader: BindingReader,
  context: BindingContext,
): ReadInput {
  if (reader.string('sqlQuery') !== undefined) {
    throw reader.fault('sqlQuery', 'expected either an id or a query, not both')
  }
  const id = compileBindingExpression(reader.required('id'), context)
  const declaredKey = reader.string('partitionKey')
  // Without one the real binding asks for the item that has no partition key at all.
  const key =
    declaredKey === undefined ? () => undefined : compileBindingExpression(declaredKey, context)
  return async (bindingData, trace) => {
    try {
      const container = await containerFor(bindingData)
      const found = await container.readItem(id(bindingData), [key(bindingData)], { trace })
      return { kind: 'json', text: found.text }
    } catch (error) {
      if (error instanceof ServiceError && error.status === 404) return undefined
      throw error
    }
  }
}

function readQuery(
  containerFor: FindContainer,
  reader: BindingReader,
  context: BindingContext,
): ReadInput {
  const text = reader.string('sqlQuery') ?? 'SELECT * FROM c'
  // In a query `{name}` becomes a parameter, never text of the query itself.
  const names = new Map<string, (bindingData: JsonObject) => string>()
  const query = text.replaceAll(/\{([A-Za-z_][\w.-]*)\}/g, (_, expression: string) => {
    const parameter = `@p${names.size}`
    names.set(parameter, compileBindingExpression(`{${expression}}`, context))
    return parameter
  })
  for (const [parameter, expression] of declaredParameters(context, reader)) {
    names.set(parameter, compileBindingExpression(expression, context))
  }
  const key = reader.string('partitionKey')
  const partitionKey = key === undefined ? undefined : compileBindingExpression(key, context)
  return async (bindingData, trace) => {
    const parameters = [...names].map(([name, read]) => ({ name, value: read(bindingData) }))
    const container = await containerFor(bindingData)
    const rows: JsonValue[] = []
    const options = partitionKey ? { partitionKey: [partitionKey(bindingData)] } : {}
    for await (const page of container.queryAll(query, { parameters, trace, ...options }))
      rows.push(...page)
    return { kind: 'json', text: JSON.stringify(rows) } satisfies TypedValue
  }
}

/** `parameters` of the binding: "@id={Query.id},@kind=order", or a list of the same. */
function declaredParameters(context: BindingContext, reader: BindingReader): [string, string][] {
  const declared = context.binding['sqlQueryParameters'] ?? context.binding['parameters']
  if (declared === undefined || declared === null) return []
  const texts = typeof declared === 'string' ? declared.split(',') : textsOf(declared)
  return texts.map((text) => {
    const [, name, value] = /^\s*(@\w+)\s*=(.*)$/.exec(text) ?? []
    if (name === undefined || value === undefined) {
      throw reader.fault('parameters', `expected @name=value, found '${text}'`)
    }
    return [name, value.trim()]
  })
}

function textsOf(value: JsonValue): string[] {
  return Array.isArray(value) ? value.filter((entry) => typeof entry === 'string') : []
}

/** The container of a binding; one named by the event is looked up with each, any other when the app is loaded. */
async function containerOf(cosmosDb: CosmosDb, context: BindingContext): Promise<FindContainer> {
  const reader = new BindingReader(context)
  const declared = [reader.required('databaseName'), reader.required('containerName')] as const
  const [databaseName, containerName] = declared.map((text) =>
    compileBindingExpression(text, context),
  )
  const find = async (bindingData: JsonObject): Promise<Container> => {
    const account = cosmosAccountOf(cosmosDb, context, reader.string('connection'))
    const name = databaseName?.(bindingData) ?? ''
    const id = containerName?.(bindingData) ?? ''
    if (reader.boolean('createIfNotExists') !== true) return account.database(name).container(id)
    const partitionKey = { paths: [reader.string('partitionKey') ?? '/id'] }
    const database = await account.createDatabaseIfNotExists(name)
    return database.createContainerIfNotExists({ id, partitionKey })
  }
  if (declared.some((text) => text.includes('{'))) return find
  const container = await find({})
  return async () => container
}

function itemOf(value: OutputValue): JsonObject {
  const item = value.kind === 'json' ? parseJson(value.text) : undefined
  if (isJsonObject(item)) return item
  throw new ServiceError(
    'BadRequest',
    400,
    'The output of a cosmosDB binding is a JSON object, or a list of them.',
  )
}
