import { managementOperations } from './amqp-management.ts'

/** One thing that a client can ask of the wire. */
export interface Operation {
  readonly wire: 'AMQP' | 'HTTP'
  /** The address that a link is attached to, or the method and the path of a request. */
  readonly address: string
  /** What is asked for there. */
  readonly operation: string
  /** What its token must allow; nothing for what shows the token. */
  readonly right: 'Listen' | 'Send' | 'Manage' | '-'
}

const entity = '{entity}'
const subscription = '/{topic}/Subscriptions/{subscription}'

/** Everything that is answered: AMQP by `amqp.ts`, HTTP by `rest.ts`. */
export const operations: readonly Operation[] = [
  { wire: 'AMQP', address: '$cbs', operation: 'put-token', right: '-' },
  { wire: 'AMQP', address: entity, operation: 'send', right: 'Send' },
  { wire: 'AMQP', address: entity, operation: 'send batch', right: 'Send' },
  { wire: 'AMQP', address: entity, operation: 'receive and settle', right: 'Listen' },
  { wire: 'AMQP', address: entity, operation: 'receive and delete', right: 'Listen' },
  { wire: 'AMQP', address: entity, operation: 'accept session', right: 'Listen' },
  { wire: 'AMQP', address: `${entity}/$DeadLetterQueue`, operation: 'receive', right: 'Listen' },
  {
    wire: 'AMQP',
    address: `${entity}/$Transfer/$DeadLetterQueue`,
    operation: 'receive',
    right: 'Listen',
  },
  { wire: 'AMQP', address: '(coordinator)', operation: 'declare', right: '-' },
  { wire: 'AMQP', address: '(coordinator)', operation: 'discharge', right: '-' },
  ...Object.entries(managementOperations).map(([name, { right }]) => ({
    wire: 'AMQP' as const,
    address: `${entity}/$management`,
    operation: `com.microsoft:${name}`,
    right,
  })),
  ...['/$namespaceinfo', '/$Resources/Queues', '/$Resources/Topics'].map((path) => get(path)),
  ...entityOperations('/{queue or topic}'),
  get('/{topic}/Subscriptions'),
  ...entityOperations(subscription),
  get(`${subscription}/Rules`),
  ...entityOperations(`${subscription}/Rules/{rule}`),
]

function get(path: string): Operation {
  return { wire: 'HTTP', address: `GET ${path}`, operation: 'read', right: 'Manage' }
}

function entityOperations(path: string): readonly Operation[] {
  return [
    get(path),
    { wire: 'HTTP', address: `PUT ${path}`, operation: 'create', right: 'Manage' },
    { wire: 'HTTP', address: `PUT ${path}`, operation: 'update (If-Match)', right: 'Manage' },
    { wire: 'HTTP', address: `DELETE ${path}`, operation: 'delete', right: 'Manage' },
  ]
}
