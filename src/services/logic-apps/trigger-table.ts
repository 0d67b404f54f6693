import { apiConnectionWebhook } from './triggers/api-connection-webhook.ts'
import { batch } from './triggers/batch.ts'
import { httpWebhook } from './triggers/http-webhook.ts'
import { apiConnectionPolling, httpPolling } from './triggers/polling.ts'
import { recurrence } from './triggers/recurrence.ts'
import { request } from './triggers/request.ts'
import { serviceProviderTrigger } from './triggers/service-provider.ts'
import type { TriggerType } from './trigger-type.ts'

/** The types of triggers, in lower case: https://learn.microsoft.com/azure/logic-apps/logic-apps-workflow-actions-triggers#trigger-types-list */
export const triggerTypes: ReadonlyMap<string, TriggerType> = new Map([
  ['request', request],
  ['manual', request],
  ['workflow', request],
  ['recurrence', recurrence],
  ['slidingwindow', recurrence],
  ['http', httpPolling],
  ['httpwebhook', httpWebhook],
  ['apiconnection', apiConnectionPolling],
  ['openapiconnection', apiConnectionPolling],
  ['batch', batch],
  ['serviceprovider', serviceProviderTrigger],
  ['apiconnectionwebhook', apiConnectionWebhook],
  ['apiconnectionnotification', apiConnectionWebhook],
  ['openapiconnectionwebhook', apiConnectionWebhook],
  ['openapiconnectionnotification', apiConnectionWebhook],
])

/** Types that Azure has and this service does not, with the reason. */
export const unsupportedTriggers: ReadonlyMap<string, string> = new Map([
  ['agent', 'language models are not there'],
])
