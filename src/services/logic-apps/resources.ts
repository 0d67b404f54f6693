// Survives a crash: Consumption workflows, as they were deployed (in the store).
import { ServiceError } from '../../base/errors.ts'
import { newUuid } from '../../base/ids.ts'
import { isJsonObject, objectMember, type JsonObject } from '../../base/json.ts'
import type { ResourceProvider } from '../../engines/resources/resource-provider.ts'
import { DefinitionError } from './definition-error.ts'
import { readDefinition } from './definition-file.ts'
import type { LogicApps } from './service.ts'

/** Consumption workflows as resources: https://learn.microsoft.com/azure/templates/microsoft.logic/workflows */
export function logicAppResources(apps: LogicApps): readonly ResourceProvider[] {
  return [
    {
      type: 'Microsoft.Logic/workflows',
      put: async ({ names, properties, identity }) => {
        const name = names[0] ?? ''
        await apps.putWorkflow(name, textOf(name, properties))
        return {
          properties: {
            ...withoutSecrets(properties),
            provisioningState: 'Succeeded',
            createdTime: new Date(0).toISOString(),
            state: properties['state'] ?? 'Enabled',
            version: newUuid(),
            accessEndpoint: apps.workflowUrl(name),
          },
          ...(Object.keys(identity).length > 0 ? { identity } : {}),
        }
      },
      delete: async (names) => apps.deleteWorkflow(names[0] ?? ''),
      actions: {
        listCallbackUrl: async (names) => callbackUrl(apps, names[0] ?? '', undefined),
      },
    },
    {
      // Not deployed by itself: templates ask the trigger of a workflow for its address.
      type: 'Microsoft.Logic/workflows/triggers',
      put: async () => {
        throw new ServiceError(
          'BadRequest',
          400,
          'The triggers of a workflow are part of its definition.',
        )
      },
      delete: async () => {},
      actions: {
        listCallbackUrl: async ([workflow = '', trigger]) => callbackUrl(apps, workflow, trigger),
      },
    },
  ]
}

/** The definition of a resource; one that is not valid fails its deployment, as it does in Azure. */
function textOf(name: string, properties: JsonObject): string {
  const text = JSON.stringify({ properties })
  try {
    readDefinition({ name, file: name, text })
  } catch (error) {
    if (error instanceof DefinitionError) throw new ServiceError(error.code, 400, error.message)
    throw error
  }
  return text
}

function callbackUrl(apps: LogicApps, workflow: string, trigger: string | undefined): JsonObject {
  const value = apps.workflowCallbackUrl(workflow, trigger)
  const url = new URL(value)
  const queries: JsonObject = {}
  for (const [name, text] of url.searchParams) queries[name] = text
  return { value, method: 'POST', basePath: `${url.origin}${url.pathname}`, queries }
}

/** The values of secure parameters are not given back. */
function withoutSecrets(properties: JsonObject): JsonObject {
  const declared = objectMember(objectMember(properties, 'definition'), 'parameters')
  const parameters: JsonObject = {}
  for (const [name, value] of Object.entries(objectMember(properties, 'parameters'))) {
    const type = objectMember(declared, name)['type']
    const isSecret = typeof type === 'string' && /^secure/i.test(type)
    if (!isSecret || !isJsonObject(value)) parameters[name] = value
  }
  return { ...properties, parameters }
}
