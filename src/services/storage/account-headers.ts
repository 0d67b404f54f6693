import type { StorageCall } from './operation.ts'

/** https://learn.microsoft.com/rest/api/storageservices/get-account-information */
export function accountHeaders({ request }: StorageCall): Record<string, string> {
  const { sku, kind, isHierarchical } = request.account
  return {
    'x-ms-sku-name': sku,
    'x-ms-account-kind': kind,
    'x-ms-is-hns-enabled': String(isHierarchical),
  }
}
