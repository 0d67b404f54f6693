import type { ActionCompiler } from '../compile-context.ts'
import { leafWork } from '../leaf-action.ts'
import { memberOf, objectOf, textOf } from '../workflow-value.ts'

/** Transforms XML by a map of the app: https://learn.microsoft.com/azure/logic-apps/logic-apps-enterprise-integration-transform */
export const xslt: ActionCompiler = (action, context) => {
  const map = objectOf(action.inputs, 'map')
  const source = textOf(map, 'source') ?? 'LogicApp'
  if (source.toLowerCase() !== 'logicapp') {
    throw context.refuse(
      action,
      `"The map source '${source}' is not supported: maps come from the folder 'Artifacts/Maps' of the app ('LogicApp')."`,
    )
  }
  const account = objectOf(objectOf(action.inputs, 'integrationAccount'), 'map')
  const name = textOf(map, 'name') ?? textOf(account, 'name')
  if (name === undefined) throw context.refuse(action, `"The 'map' of 'inputs' needs a 'name'."`)
  if (!name.includes('@') && !context.catalog.artifact('Maps', name)) {
    throw context.refuse(
      action,
      `"The map '${name}' is not in the folder 'Artifacts/Maps' of the app."`,
    )
  }
  if (memberOf(action.inputs, 'xmlExtensionObject') !== undefined)
    throw context.refuse(action, `"The option 'xmlExtensionObject' is not supported."`)
  const problem = name.includes('@') ? undefined : context.catalog.mapProblem(name)
  if (problem !== undefined) throw context.refuse(action, `"${problem}"`)
  return leafWork(action, context, {
    isExternal: false,
    execute: (inputs, call) => {
      const content = memberOf(inputs, 'content') ?? null
      const { signal } = call
      const wanted = textOf(objectOf(inputs, 'map'), 'name') ?? name
      const parameters = {
        ...objectOf(inputs, 'transformParameters'),
        ...objectOf(inputs, 'xsltParameters'),
      }
      const options = textOf(inputs, 'transformOptions') ?? ''
      const asText = /generatetextoutput/i.test(options)
      const { maps } = call.context.app
      return maps.transform({ map: wanted, content, parameters, asText, signal })
    },
  })
}
