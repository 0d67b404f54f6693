import { type Arguments, type FunctionTable, takes } from '../frame.ts'
import { scopeId } from '../scope.ts'
import { Reference, type Value, isObjectValue } from '../values.ts'
import { ask } from './resources.ts'

/** https://learn.microsoft.com/azure/azure-resource-manager/bicep/bicep-functions-scope */
export const scopeFunctions: FunctionTable = {
  deployment: takes(0, 0, (args) => deployment(args)),
  deployer: takes(0, 0, (args) => ({
    objectId: args.frame.names.context.environment['AZURE_PRINCIPAL_ID'] ?? '',
    tenantId: args.frame.names.context.tenantId,
    userPrincipalName: '',
  })),
  environment: takes(0, 0, () => publicCloud),
  managementGroup: takes(0, 1, (args) => managementGroup(args)),
  resourceGroup: takes(0, 2, (args) => resourceGroup(args)),
  subscription: takes(0, 1, (args) => {
    const { scope, context } = args.frame.names
    const subscriptionId = args.optionalText(0) ?? scope.subscriptionId
    return {
      id: `/subscriptions/${subscriptionId}`,
      subscriptionId,
      tenantId: context.tenantId,
      displayName: context.subscriptionName,
    }
  }),
  tenant: takes(0, 0, (args) => ({
    id: '/',
    tenantId: args.frame.names.context.tenantId,
    displayName: args.frame.names.context.subscriptionName,
    country: '',
  })),
}

/** The id that the `scope` of a resource or module names: a resource, or what a scope function gave. */
export function scopeIdOf(value: Value, at: Arguments['at']): string | undefined {
  const id =
    value instanceof Reference
      ? value.target.member('id', at)
      : isObjectValue(value)
        ? value['id']
        : value
  return typeof id === 'string' ? (id === '/' ? '' : id) : undefined
}

function deployment(args: Arguments): Value {
  const { names } = args.frame
  const { location } = names.context
  const properties = {
    mode: 'Incremental',
    provisioningState: 'Accepted',
    template: {},
    parameters: {},
  }
  const whole = { name: names.deploymentName, properties }
  return names.scope.kind === 'resourceGroup' ? whole : { ...whole, location }
}

function managementGroup(args: Arguments): Value {
  const name = args.optionalText(0) ?? args.frame.names.scope.managementGroup
  const id = `/providers/Microsoft.Management/managementGroups/${name}`
  return {
    id,
    name,
    type: 'Microsoft.Management/managementGroups',
    properties: { displayName: name },
  }
}

// Its location and tags are known only once it exists, so they are asked for when they are read.
function resourceGroup(args: Arguments): Value {
  const { scope } = args.frame.names
  const texts = args.texts()
  const resourceGroupName = texts.at(-1) ?? scope.resourceGroup
  const subscriptionId = texts.length > 1 ? (texts[0] ?? '') : scope.subscriptionId
  if (resourceGroupName === '') {
    throw args.fail('this function is only available where a resource group is deployed to.')
  }
  const id = scopeId({
    ...scope,
    kind: 'resourceGroup',
    subscriptionId,
    resourceGroup: resourceGroupName,
  })
  const known: Readonly<Record<string, string>> = {
    id,
    name: resourceGroupName,
    type: 'Microsoft.Resources/resourceGroups',
  }
  const read = (): Value => ask(args, { kind: 'resource', id, at: args.at })
  return new Reference({
    member: (name) => {
      if (Object.hasOwn(known, name)) return known[name]
      const whole = read()
      const value = isObjectValue(whole) ? whole[name] : undefined
      // A group without tags has an empty object of them, which templates merge with their own.
      return value === undefined && name === 'tags' ? {} : value
    },
    whole: () => read(),
    call: (name) => {
      throw args.fail(`a resource group has no function "${name}".`)
    },
    nested: () => undefined,
    exists: () => true,
  })
}

const publicCloud: Value = {
  name: 'AzureCloud',
  gallery: 'https://gallery.azure.com/',
  graph: 'https://graph.windows.net/',
  portal: 'https://portal.azure.com',
  graphAudience: 'https://graph.windows.net/',
  activeDirectoryDataLake: 'https://datalake.azure.net/',
  batch: 'https://batch.core.windows.net/',
  media: 'https://rest.media.azure.net',
  sqlManagement: 'https://management.core.windows.net:8443/',
  vmImageAliasDoc:
    'https://raw.githubusercontent.com/Azure/azure-rest-api-specs/master/arm-compute/quickstart-templates/aliases.json',
  resourceManager: 'https://management.azure.com/',
  authentication: {
    loginEndpoint: 'https://login.microsoftonline.com/',
    audiences: ['https://management.core.windows.net/', 'https://management.azure.com/'],
    tenant: 'common',
    identityProvider: 'AAD',
  },
  suffixes: {
    acrLoginServer: '.azurecr.io',
    azureDatalakeAnalyticsCatalogAndJob: 'azuredatalakeanalytics.net',
    azureDatalakeStoreFileSystem: 'azuredatalakestore.net',
    azureFrontDoorEndpointSuffix: 'azurefd.net',
    keyvaultDns: '.vault.azure.net',
    sqlServerHostname: '.database.windows.net',
    storage: 'core.windows.net',
  },
}
