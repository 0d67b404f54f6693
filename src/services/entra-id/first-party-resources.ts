/** A service of Microsoft that tokens are issued for in every tenant. */
export interface FirstPartyResource {
  readonly appId: string
  readonly displayName: string
  readonly tokenVersion: 1 | 2
}

interface Known extends FirstPartyResource {
  /** What a scope or a `resource` may call it, without a slash at the end. */
  readonly identifiers: RegExp
}

/**
 * The services that run here, with the names and ids that Azure knows them by.
 * https://learn.microsoft.com/troubleshoot/entra/entra-id/governance/verify-first-party-apps-sign-in
 */
const known: readonly Known[] = [
  {
    appId: '00000003-0000-0000-c000-000000000000',
    displayName: 'Microsoft Graph',
    tokenVersion: 1,
    identifiers: /^https:\/\/graph\.microsoft\.com$/,
  },
  {
    appId: '797f4846-ba00-4fd7-ba43-dac1f8f63013',
    displayName: 'Windows Azure Service Management API',
    tokenVersion: 1,
    identifiers: /^https:\/\/management\.(?:core\.windows\.net|azure\.com)$/,
  },
  {
    appId: 'cfa8b339-82a2-471a-a3c9-0fc0be7a4093',
    displayName: 'Azure Key Vault',
    tokenVersion: 1,
    identifiers: /^https:\/\/(?:[\w-]+\.)?vault\.azure\.net$/,
  },
  {
    appId: 'e406a681-f3d4-42a8-90b6-c2b029497af1',
    displayName: 'Azure Storage',
    tokenVersion: 1,
    identifiers:
      /^https:\/\/(?:storage\.azure\.com|[a-z\d-]+\.(?:blob|queue|table|dfs|file)\.core\.windows\.net)$/,
  },
  {
    appId: '80a10ef9-8168-493d-abf9-3297c4ef6e3c',
    displayName: 'Microsoft.ServiceBus',
    tokenVersion: 1,
    identifiers: /^https:\/\/(?:servicebus\.azure\.net|[\w-]+\.servicebus\.windows\.net)$/,
  },
  {
    appId: '80369ed6-5f11-4dd9-bef3-692475845e77',
    displayName: 'Microsoft.EventHubs',
    tokenVersion: 1,
    identifiers: /^https:\/\/eventhubs\.azure\.net$/,
  },
  {
    appId: '4962773b-9cdb-44cf-a8bf-237846a00ab7',
    displayName: 'Microsoft.EventGrid',
    tokenVersion: 1,
    identifiers: /^https:\/\/eventgrid\.azure\.net$/,
  },
  {
    appId: 'a232010e-820c-4083-83bb-3ace5fc29d0b',
    displayName: 'Azure Cosmos DB',
    tokenVersion: 1,
    identifiers: /^https:\/\/(?:cosmos\.azure\.com|[\w-]+\.documents\.azure\.com)$/,
  },
  {
    appId: '022907d3-0f1b-48f7-badc-1ba6abab6d66',
    displayName: 'Azure SQL Database',
    tokenVersion: 1,
    identifiers: /^https:\/\/database\.windows\.net$/,
  },
  {
    appId: '8602e328-9b72-4f2d-a4ae-1387d013a2b3',
    displayName: 'Azure API Management',
    tokenVersion: 1,
    identifiers: /^https:\/\/(?:azure-api|[\w-]+\.azure-api)\.net$/,
  },
  {
    appId: 'abfa0a7c-a6b6-4736-8310-5855508787cd',
    displayName: 'Azure App Service',
    tokenVersion: 1,
    identifiers: /^https:\/\/appservice\.azure\.com$/,
  },
  {
    // Its id is published nowhere: nobody asks by it.
    appId: 'https://api.botframework.com',
    displayName: 'Bot Framework',
    tokenVersion: 1,
    identifiers: /^https:\/\/api\.botframework\.com$/,
  },
]

/** The service that a resource identifier names, or `undefined`. */
export function findFirstParty(identifier: string): FirstPartyResource | undefined {
  const name = identifier.toLowerCase().replace(/\/$/, '')
  return known.find(({ appId, identifiers }) => appId === name || identifiers.test(name))
}

/** The service of a client id. */
export function firstPartyOf(clientId: string): FirstPartyResource | undefined {
  return known.find(({ appId }) => appId === clientId.toLowerCase())
}

/** The services that have a service principal in every tenant. */
export function firstParties(): readonly FirstPartyResource[] {
  return known
}
