import { makeRootTable, type RootFunction, type RootTable } from './environment.ts'

function takes(
  argumentsMin: number,
  argumentsMax: number,
  names: readonly string[],
): RootFunction[] {
  return names.map((name) => ({ name, argumentsMin, argumentsMax }))
}

/**
 * The functions of Azure Data Factory that read a pipeline run.
 * https://learn.microsoft.com/azure/data-factory/control-flow-expression-language-functions
 */
export const dataFactoryRoots: RootTable = makeRootTable([
  ...takes(0, 0, ['pipeline', 'item', 'trigger', 'triggerOutputs', 'triggerBody']),
  ...takes(0, 1, ['dataset', 'linkedService']),
  ...takes(1, 1, ['activity', 'variables']),
])
