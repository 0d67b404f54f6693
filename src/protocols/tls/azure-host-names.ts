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
  '*.eventgrid.azure.net',
  '*.azurewebsites.net',
  '*.azure-api.net',
  '*.management.azure-api.net',
  '*.database.windows.net',
  'api.botframework.com',
  'login.botframework.com',
]

/** What a certificate for this machine's own services is made out to. */
export const localHostNames: readonly string[] = ['localhost', '127.0.0.1', '::1']
