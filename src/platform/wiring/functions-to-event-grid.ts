/**
 * The `eventGrid` output binding of functions -> events in a custom topic or domain.
 * https://learn.microsoft.com/azure/azure-functions/functions-bindings-event-grid-output
 */
import { isJsonObject, tryParseJson, type JsonObject } from '../../base/json.ts'
import type { BindingContext, OutputSink } from '../../services/functions/extension.ts'
import type { OutputValue } from '../../services/functions/output-values.ts'
import type { EventGrid } from '../../services/event-grid/service.ts'
import type { EventGridTopic } from '../../services/event-grid/topic.ts'
import { BindingReader } from './binding-reader.ts'

export function functionsToEventGrid(eventGrid: EventGrid): OutputSink {
  return {
    type: 'eventgrid',
    open: async (context) => {
      const reader = new BindingReader(context)
      const { topicId } = topicOf(eventGrid, context, reader)
      return async ({ values, traceOf }) => {
        const topic = eventGrid.topics.byId(topicId)
        if (!topic) throw reader.fault('topicEndpointUri', 'expected a topic that still exists')
        const events = values.map((value) => eventOf(value, reader))
        // Values of one trace go together, as one request of the real binding.
        const groups = new Map<string, { readonly at: number; readonly events: JsonObject[] }>()
        for (const [at, event] of events.entries()) {
          const { traceId } = traceOf(at)
          const group = groups.get(traceId) ?? { at, events: [] }
          group.events.push(event)
          groups.set(traceId, group)
        }
        for (const group of groups.values()) {
          await eventGrid.publishObjects(topic, group.events, traceOf(group.at))
        }
      }
    },
  }
}

/** The topic that the binding's settings name; a key that is not its key is told when the app is loaded. */
function topicOf(
  eventGrid: EventGrid,
  context: BindingContext,
  reader: BindingReader,
): { readonly topicId: string } {
  const connection = reader.string('connection')
  const uriSetting = reader.string('topicEndpointUri')
  const name =
    connection === undefined || connection === ''
      ? (uriSetting ?? reader.required('topicEndpointUri'))
      : `${connection}__topicEndpointUri`
  const uri = context.settings.get(name)
  if (uri === undefined || !URL.canParse(uri)) {
    throw reader.fault(
      'topicEndpointUri',
      `expected the application setting '${name}' with the address of a topic`,
    )
  }
  const topic = topicAt(eventGrid, new URL(uri))
  if (!topic) {
    throw reader.fault('topicEndpointUri', `'${uri}' is of a topic that no template declares`)
  }
  if (connection === undefined || connection === '') checkKey(topic, context, reader)
  return { topicId: topic.id }
}

function topicAt(eventGrid: EventGrid, url: URL): EventGridTopic | undefined {
  const [, name] = /^\/topics\/([^/]+)\/api\/events/i.exec(url.pathname) ?? []
  const { topics } = eventGrid
  return name === undefined ? topics.byHost(url.hostname) : topics.byName(name)
}

function checkKey(topic: EventGridTopic, context: BindingContext, reader: BindingReader): void {
  const setting = reader.required('topicKeySetting')
  const key = context.settings.get(setting)
  if (key === topic.key1 || key === topic.key2) return
  throw reader.fault(
    'topicKeySetting',
    `expected the application setting '${setting}' with a key of the topic '${topic.name}'`,
  )
}

function eventOf(value: OutputValue, reader: BindingReader): JsonObject {
  const event = value.text === undefined ? undefined : tryParseJson(value.text)
  if (isJsonObject(event)) return event
  throw reader.fault('name', 'expected events as objects')
}
