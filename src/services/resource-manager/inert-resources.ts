import { type JsonObject, isJsonObject, stringMember } from '../../base/json.ts'
import { templateGuid } from '../../languages/bicep/unique-string.ts'
import type { ResourceRequest } from '../../engines/resources/resource-provider.ts'

/** What a resource that does nothing here gives to read back, besides and before what it was given. */
export type InertResource = (request: ResourceRequest, tenantId: string) => JsonObject

const nothing: InertResource = () => ({})

/**
 * Types that deployments need and that change nothing on one machine: they are kept as given, with plausible
 * values for what only Azure knows.
 */
const inertTypes: Readonly<Record<string, InertResource>> = {
  'Microsoft.AlertsManagement/smartDetectorAlertRules': nothing,
  'Microsoft.Authorization/locks': nothing,
  'Microsoft.Authorization/policyAssignments': nothing,
  'Microsoft.Authorization/policyDefinitions': nothing,
  'Microsoft.Authorization/roleAssignments': (request) => ({
    scope: request.id.slice(0, request.id.toLowerCase().lastIndexOf('/providers/')),
    principalType: stringMember(request.properties, 'principalType') ?? 'ServicePrincipal',
  }),
  'Microsoft.Authorization/roleDefinitions': (request) => ({
    type: 'CustomRole',
    roleName: stringMember(request.properties, 'roleName') ?? request.names.at(-1) ?? '',
  }),
  'Microsoft.Consumption/budgets': nothing,
  'Microsoft.DocumentDB/databaseAccounts/sqlRoleAssignments': nothing,
  'Microsoft.DocumentDB/databaseAccounts/sqlRoleDefinitions': nothing,
  'Microsoft.Insights/actionGroups': nothing,
  'Microsoft.Insights/activityLogAlerts': nothing,
  'Microsoft.Insights/components': (request) => applicationInsights(request),
  'Microsoft.Insights/dataCollectionEndpoints': nothing,
  'Microsoft.Insights/dataCollectionRules': nothing,
  'Microsoft.Insights/diagnosticSettings': nothing,
  'Microsoft.Insights/metricAlerts': nothing,
  'Microsoft.Insights/scheduledQueryRules': nothing,
  'Microsoft.Insights/webtests': nothing,
  'Microsoft.Insights/workbooks': nothing,
  'Microsoft.ManagedIdentity/userAssignedIdentities': (request, tenantId) => ({
    tenantId,
    principalId: stableGuid(request.id, 'principal'),
    clientId: stableGuid(request.id, 'client'),
  }),
  'Microsoft.ManagedIdentity/userAssignedIdentities/federatedIdentityCredentials': nothing,
  'Microsoft.Network/networkSecurityGroups': nothing,
  'Microsoft.Network/networkSecurityGroups/securityRules': nothing,
  'Microsoft.Network/privateDnsZones': nothing,
  'Microsoft.Network/privateDnsZones/virtualNetworkLinks': nothing,
  'Microsoft.Network/privateEndpoints': nothing,
  'Microsoft.Network/privateEndpoints/privateDnsZoneGroups': nothing,
  'Microsoft.Network/virtualNetworks': (request) => virtualNetwork(request),
  'Microsoft.Network/virtualNetworks/subnets': nothing,
  'Microsoft.OperationalInsights/workspaces': (request) => ({
    customerId: stableGuid(request.id, 'customer'),
  }),
  'Microsoft.OperationalInsights/workspaces/savedSearches': nothing,
  'Microsoft.OperationalInsights/workspaces/tables': nothing,
  'Microsoft.OperationsManagement/solutions': nothing,
  'Microsoft.Portal/dashboards': nothing,
  'Microsoft.Resources/tags': nothing,
  'Microsoft.Web/sites/basicPublishingCredentialsPolicies': nothing,
  'Microsoft.Web/serverfarms': (request) => ({
    status: 'Ready',
    numberOfSites: 0,
    geoRegion: request.location ?? '',
  }),
}

const byLowerName: ReadonlyMap<string, InertResource> = new Map(
  Object.entries(inertTypes).map(([type, inert]) => [type.toLowerCase(), inert]),
)

/** The inert resource of a type; types are compared without case. */
export function findInert(type: string): InertResource | undefined {
  return byLowerName.get(type.toLowerCase())
}

/** The same GUID for a resource at every start. */
export function stableGuid(id: string, use: string): string {
  return templateGuid([id.toLowerCase(), use])
}

// Templates read the ids of the subnets that they declare inside the network.
function virtualNetwork(request: ResourceRequest): JsonObject {
  const { subnets } = request.properties
  if (!Array.isArray(subnets)) return {}
  const withIds = subnets.map((subnet) => {
    const name = stringMember(subnet, 'name')
    if (!isJsonObject(subnet) || name === undefined) return subnet
    return { id: `${request.id}/subnets/${name}`, ...subnet }
  })
  return { subnets: withIds }
}

function applicationInsights(request: ResourceRequest): JsonObject {
  const key = stableGuid(request.id, 'instrumentation')
  const application = stableGuid(request.id, 'application')
  const region = request.location ?? 'local'
  return {
    AppId: application,
    ApplicationId: request.names.at(-1) ?? '',
    Application_Type: stringMember(request.properties, 'Application_Type') ?? 'web',
    InstrumentationKey: key,
    ConnectionString: `InstrumentationKey=${key};IngestionEndpoint=https://${region}-0.in.applicationinsights.azure.com/;LiveEndpoint=https://${region}.livediagnostics.monitor.azure.com/;ApplicationId=${application}`,
  }
}
