import type { ServiceProvider } from '../../services/logic-apps/service-provider.ts'

/** Service providers whose service is not there: workflows that use one are refused with the reason. */
const reasons: Readonly<Record<string, string>> = {
  azureTables: 'Tables of storage accounts have no operations for workflows yet.',
  AzureFile: 'There are no file shares here.',
  confluentKafka: 'Brokers outside are not connected.',
  eventHub: 'There is no Event Hubs here yet.',
  FileSystem: 'Folders of the machine are not opened to workflows.',
  Ftp: 'Servers outside are not connected.',
  mq: 'Servers outside are not connected.',
  openai: 'There are no language models here.',
  azureaisearch: 'There is no search service here.',
  rabbitmq: 'Brokers outside are not connected.',
  sap: 'Servers outside are not connected.',
  Sftp: 'Servers outside are not connected.',
  Smtp: 'Mail is not sent from here.',
  sql: 'There is no SQL Database here yet.',
}

export function absentProviders(): readonly ServiceProvider[] {
  return Object.entries(reasons).map(([id, missing]) => ({
    id,
    missing,
    actions: {},
    triggers: {},
  }))
}
