import type { JsonObject } from '../../base/json.ts'
import { compileBindingExpression } from '../../services/functions/binding-expressions.ts'
import type { BindingContext } from '../../services/functions/extension.ts'
import type { Storage } from '../../services/storage/service.ts'
import { BindingReader } from './binding-reader.ts'
import { storageAccountOf } from './storage-connection.ts'

type ReadText = (bindingData: JsonObject) => string

/** What a `table` binding says, for the data of one event. */
export interface TableBinding {
  readonly account: string
  readonly tableName: ReadText
  readonly partitionKey: ReadText | undefined
  readonly rowKey: ReadText | undefined
}

/** https://learn.microsoft.com/azure/azure-functions/functions-bindings-storage-table-input#configuration */
export function readTableBinding(storage: Storage, context: BindingContext): TableBinding {
  const reader = new BindingReader(context)
  const connection = reader.string('connection')
  const { name: account } = storageAccountOf(storage, context, { connection, service: 'table' })
  const optional = (name: string): ReadText | undefined => {
    const text = reader.string(name)
    return text === undefined || text === '' ? undefined : compileBindingExpression(text, context)
  }
  return {
    account,
    tableName: compileBindingExpression(reader.required('tableName'), context),
    partitionKey: optional('partitionKey'),
    rowKey: optional('rowKey'),
  }
}
