/** A wildcard stands for one label, and the address of a topic has its region in a label of its own. */
const regionsOfTopics = [
  'australiacentral australiaeast australiasoutheast brazilsouth canadacentral canadaeast',
  'centralindia centralus eastasia eastus eastus2 francecentral germanywestcentral',
  'israelcentral italynorth japaneast japanwest koreacentral mexicocentral northcentralus',
  'northeurope norwayeast polandcentral qatarcentral southafricanorth southcentralus',
  'southeastasia southindia spaincentral swedencentral switzerlandnorth uaenorth uksouth',
  'ukwest westcentralus westeurope westindia westus westus2 westus3',
].flatMap((line) => line.split(' '))

/**
 * Names of Azure that a certificate of the local authority speaks for: code, policies and workflows that name
 * them reach the local services. https://learn.microsoft.com/azure/security/fundamentals/azure-domains
 */
export const azureHostNames: readonly string[] = [
  'graph.microsoft.com',
  'login.microsoftonline.com',
  'login.microsoft.com',
  'login.windows.net',
  'sts.windows.net',
  'management.azure.com',
  '*.servicebus.windows.net',
  '*.documents.azure.com',
  '*.blob.core.windows.net',
  '*.queue.core.windows.net',
  '*.table.core.windows.net',
  '*.dfs.core.windows.net',
  '*.vault.azure.net',
  ...regionsOfTopics.map((region) => `*.${region}-1.eventgrid.azure.net`),
  'rp-local.eventgrid.azure.net',
  '*.azurewebsites.net',
  '*.azure-api.net',
  '*.management.azure-api.net',
  '*.database.windows.net',
  'api.botframework.com',
  'login.botframework.com',
]

/** What a certificate for this machine's own services is made out to. */
export const localHostNames: readonly string[] = ['localhost', '127.0.0.1', '::1']
