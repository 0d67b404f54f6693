import type { FunctionDefinition } from './function-definition.ts'

/** Every system function: https://learn.microsoft.com/azure/cosmos-db/nosql/query/system-functions */
export const systemFunctions: ReadonlyMap<string, FunctionDefinition> = new Map(Object.entries({}))
