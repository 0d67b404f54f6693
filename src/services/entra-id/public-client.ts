import type { Application } from './application.ts'

/** Whether an application may do without a credential: https://learn.microsoft.com/entra/identity-platform/msal-client-applications */
export function isPublicClient({ isFallbackPublicClient, redirectUris }: Application): boolean {
  const { publicClient, web } = redirectUris
  return isFallbackPublicClient || (publicClient.length > 0 && web.length === 0)
}
