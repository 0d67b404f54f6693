import { queueDelegationText, queueSasText } from '../../../protocols/auth/queue-sas.ts'
import type { AccessTarget } from '../access.ts'
import { authenticationFailed } from '../access-errors.ts'
import type { StorageRequest } from '../storage-request.ts'
import type { QueueAddress } from './queue-address.ts'
import type { QueueRecord } from './queue.ts'

const levels = { service: 's', queue: 'c', messages: 'o', message: 'o' } as const

/** A queue or its messages, as their authorization sees them. */
export function queueTarget(
  request: StorageRequest,
  address: QueueAddress,
  queue: QueueRecord | undefined,
): AccessTarget {
  const { account, named } = request
  const service = `${account.resourceId}/queueServices/default`
  const resource = `/queue/${named.name}/${address.queue}`
  return {
    serviceLetter: 'q',
    level: levels[address.level],
    resourceId: address.queue === '' ? service : `${service}/queues/${address.queue}`,
    actionPrefix: 'queueServices',
    policies: queue?.policies ?? [],
    textsToSign: (sas) => [
      sas.kind === 'service' ? queueSasText(sas, resource) : queueDelegationText(sas, resource),
    ],
    checkSas: () => {
      if (address.queue === '') throw authenticationFailed('Signature fields not well formed.')
    },
  }
}
