import type { JsonObject } from '../../base/json.ts'

/** A storage account; all of it survives a crash. */
export interface Account {
  readonly name: string
  readonly resourceId: string
  readonly location: string
  readonly kind: string
  readonly sku: string
  /** Two, in base64; either may sign. */
  readonly keys: readonly [string, string]
  readonly isHierarchical: boolean
  readonly allowsPublicAccess: boolean
  readonly allowsSharedKey: boolean
  readonly blobService: BlobServiceSettings
  readonly queueService?: OtherServiceSettings | undefined
  readonly tableService?: OtherServiceSettings | undefined
  readonly properties: JsonObject
  /** Set where `devstoreaccount1` with its published key leads to it. */
  readonly isBehindDevelopment?: boolean | undefined
}

/** What holds for all blobs of an account. */
export interface BlobServiceSettings {
  readonly isVersioned: boolean
  /** Days that deleted blobs and containers are kept; absent: not at all. */
  readonly blobRetentionDays?: number | undefined
  readonly containerRetentionDays?: number | undefined
  readonly cors: readonly CorsRule[]
  readonly defaultVersion?: string | undefined
}

/** What holds for all queues, or all tables, of an account. */
export interface OtherServiceSettings {
  readonly cors: readonly CorsRule[]
}

export interface CorsRule {
  readonly allowedOrigins: readonly string[]
  readonly allowedMethods: readonly string[]
  readonly allowedHeaders: readonly string[]
  readonly exposedHeaders: readonly string[]
  readonly maxAgeSeconds: number
}

/** The account that every local connection string names. */
export const developmentAccount = 'devstoreaccount1'

/** Its key, which is published and the same everywhere. */
export const developmentKey =
  'Eby8vdM02xNOcqFlqUwJPLlmEtlCDXJ1OUzFT50uSRZ6IFsuFq2UVErCz4I6tq/K1SZFPTOtr/KBHBeksoGMGw=='

/** The settings of an account that says nothing. */
export const plainBlobService: BlobServiceSettings = { isVersioned: false, cors: [] }

/** A connection string with an account's first key, for the name of Azure's hosts. */
export function connectionStringOf(account: Account): string {
  return `DefaultEndpointsProtocol=https;AccountName=${account.name};AccountKey=${account.keys[0]};EndpointSuffix=core.windows.net`
}

/** `https://orders.blob.core.windows.net` */
export function endpointOf(account: string, service: 'blob' | 'dfs' | 'queue' | 'table'): string {
  return `https://${account}.${service}.core.windows.net`
}
