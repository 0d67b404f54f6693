import { makeRootTable, type RootFunction, type RootTable } from './environment.ts'

function takes(
  argumentsMin: number,
  argumentsMax: number,
  names: readonly string[],
): RootFunction[] {
  return names.map((name) => ({ name, argumentsMin, argumentsMax }))
}

/**
 * The functions of Azure Logic Apps and Power Automate that read a run.
 * https://learn.microsoft.com/azure/logic-apps/workflow-definition-language-functions-reference#workflow-functions
 */
export const logicAppsRoots: RootTable = makeRootTable([
  ...takes(0, 0, ['trigger', 'triggerOutputs', 'triggerBody', 'action', 'item', 'workflow']),
  ...takes(0, 1, ['listCallbackUrl']),
  ...takes(1, 1, ['actions', 'actionOutputs', 'actionBody', 'outputs', 'body', 'items', 'result']),
  ...takes(1, 1, ['iterationIndexes', 'parameters', 'variables', 'appsetting', 'agentParameters']),
])

/**
 * The functions of Azure Data Factory that read a pipeline run.
 * https://learn.microsoft.com/azure/data-factory/control-flow-expression-language-functions
 */
export const dataFactoryRoots: RootTable = makeRootTable([
  ...takes(0, 0, ['pipeline', 'item', 'trigger', 'triggerOutputs', 'triggerBody']),
  ...takes(0, 1, ['dataset', 'linkedService']),
  ...takes(1, 1, ['activity', 'variables']),
])
