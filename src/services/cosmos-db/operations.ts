import { accountOperations } from './wire/account-operations.ts'
import { batchOperations } from './wire/batch-operations.ts'
import type { Operation } from './wire/call.ts'
import { changeFeedOperations } from './wire/change-feed-operations.ts'
import { conflictOperations } from './wire/conflict-operations.ts'
import { containerOperations } from './wire/container-operations.ts'
import { databaseOperations } from './wire/database-operations.ts'
import { itemOperations } from './wire/item-operations.ts'
import { offerOperations } from './wire/offer-operations.ts'
import { queryOperations } from './wire/query-operations.ts'
import { scriptOperations } from './wire/script-operations.ts'
import { userOperations } from './wire/user-operations.ts'

/** Every request that is answered: https://learn.microsoft.com/rest/api/cosmos-db/ */
export const operations: readonly Operation[] = [
  ...accountOperations,
  ...databaseOperations,
  ...containerOperations,
  ...itemOperations,
  ...queryOperations,
  ...batchOperations,
  ...changeFeedOperations,
  ...offerOperations,
  ...scriptOperations,
  ...userOperations,
  ...conflictOperations,
]
