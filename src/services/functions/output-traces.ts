import { isJsonObject, tryParseJson } from '../../base/json.ts'
import type { TraceContext } from '../../base/trace-context.ts'
import type { TriggerItem } from './extension.ts'
import type { OutputValue } from './output-values.ts'

/**
 * Finds the item of a batch that an output continues, so that one order can be followed through a function that
 * takes a hundred. Nothing in the app says so: an output that has the text or the `id` of an item continues it.
 */
export class OutputTraces {
  readonly #invocation: TraceContext
  readonly #items: readonly TriggerItem[]
  #byId: Map<string, TraceContext> | undefined

  constructor(invocation: TraceContext, items: readonly TriggerItem[]) {
    this.#invocation = invocation
    this.#items = items
  }

  /** The trace of one output; its span is a child of the invocation's. */
  of(values: readonly OutputValue[], index: number): TraceContext {
    if (this.#items.length < 2) return this.#invocation
    const item = this.#sameText(values, index) ?? this.#sameId(values[index])
    return item ? { traceId: item.traceId, spanId: this.#invocation.spanId } : this.#invocation
  }

  #sameText(values: readonly OutputValue[], index: number): TraceContext | undefined {
    const item = this.#items[index]
    return item && item.text === values[index]?.text ? item.trace : undefined
  }

  #sameId(value: OutputValue | undefined): TraceContext | undefined {
    const id = value?.text === undefined ? undefined : idOf(value.text)
    if (id === undefined) return undefined
    this.#byId ??= indexById(this.#items)
    return this.#byId.get(id)
  }
}

function indexById(items: readonly TriggerItem[]): Map<string, TraceContext> {
  const byId = new Map<string, TraceContext>()
  for (const item of items) {
    const id = item.trace ? idOf(item.text) : undefined
    if (id !== undefined && item.trace) byId.set(id, item.trace)
  }
  return byId
}

function idOf(text: string): string | undefined {
  const value = tryParseJson(text)
  const id = isJsonObject(value) ? value['id'] : undefined
  return typeof id === 'string' ? id : undefined
}
