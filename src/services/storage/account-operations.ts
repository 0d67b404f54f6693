import type { Answer } from './answer.ts'
import type { Operation, StorageCall } from './operation.ts'

const ofAccount = { method: 'GET', comp: 'properties', isOfAccount: true } as const
const handle = accountInformation

/** https://learn.microsoft.com/rest/api/storageservices/get-account-information, which may be asked for anywhere. */
export const accountOperations: readonly Operation[] = [
  {
    ...ofAccount,
    level: 'service',
    name: 'Get Account Information',
    permission: { sas: '', accountSas: 'rwdlacuptfxiy', action: 'read' },
    handle,
  },
  {
    ...ofAccount,
    level: 'container',
    name: 'Get Account Information of Container',
    permission: { sas: 'rwdlacxtf', action: 'containers/read', publicAccess: 'container' },
    handle,
  },
  {
    ...ofAccount,
    level: 'blob',
    name: 'Get Account Information of Blob',
    permission: { sas: 'rwdlacxt', action: 'containers/blobs/read', publicAccess: 'blob' },
    handle,
  },
]

async function accountInformation({ request }: StorageCall): Promise<Answer> {
  const { sku, kind, isHierarchical } = request.account
  return {
    status: 200,
    headers: {
      'x-ms-sku-name': sku,
      'x-ms-account-kind': kind,
      'x-ms-is-hns-enabled': String(isHierarchical),
    },
  }
}
