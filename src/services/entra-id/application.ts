import { X509Certificate } from 'node:crypto'

/** A password of an application. Kept as it is, since the local tools hand it to the programs that need it. */
export interface ClientSecret {
  readonly keyId: string
  readonly displayName: string
  readonly value: string
  readonly endMs: number
}

/** A certificate that an application signs its assertions with. */
export interface ClientCertificate {
  readonly keyId: string
  readonly displayName: string
  /** PEM. */
  readonly certificate: string
}

/** https://learn.microsoft.com/graph/api/resources/approle */
export interface AppRole {
  readonly id: string
  readonly value: string
  readonly displayName: string
  readonly allowedMemberTypes: readonly ('Application' | 'User')[]
}

/** A delegated permission: https://learn.microsoft.com/graph/api/resources/permissionscope */
export interface OauthScope {
  readonly id: string
  readonly value: string
}

/** What an application says that it will ask of another: https://learn.microsoft.com/graph/api/resources/requiredresourceaccess */
export interface RequiredAccess {
  readonly resourceAppId: string
  /** Ids of scopes and app roles. */
  readonly permissionIds: readonly string[]
}

/** Where answers may be sent, by the kind of program that waits there. */
export interface RedirectUris {
  readonly web: readonly string[]
  readonly spa: readonly string[]
  readonly publicClient: readonly string[]
}

/** An app registration: https://learn.microsoft.com/graph/api/resources/application */
export interface Application {
  readonly appId: string
  readonly objectId: string
  /** Names the registration in templates: creating it again changes it. */
  readonly uniqueName: string
  readonly displayName: string
  readonly identifierUris: readonly string[]
  /** The version of the tokens that are issued for it: 1 unless it asks for 2. */
  readonly tokenVersion: 1 | 2
  readonly appRoles: readonly AppRole[]
  readonly scopes: readonly OauthScope[]
  readonly secrets: readonly ClientSecret[]
  readonly certificates: readonly ClientCertificate[]
  readonly redirectUris: RedirectUris
  /** Whether it may start flows for public clients whatever its redirect URIs say. */
  readonly isFallbackPublicClient: boolean
  readonly requiredAccess: readonly RequiredAccess[]
}

/** An application in this tenant: https://learn.microsoft.com/graph/api/resources/serviceprincipal */
export interface ServicePrincipal {
  readonly objectId: string
  readonly appId: string
  readonly displayName: string
  /** Only who has a role of it gets a token for it. */
  readonly appRoleAssignmentRequired: boolean
}

/** Somebody has a role of an application: https://learn.microsoft.com/graph/api/resources/approleassignment */
export interface AppRoleAssignment {
  /** Object id of the user, service principal or managed identity. */
  readonly principalId: string
  /** The application whose role it is. */
  readonly resourceAppId: string
  readonly appRoleId: string
  /** What the token says. A role that its application no longer has is said no more. */
  readonly value: string
}

/** People and applications that have roles together: https://learn.microsoft.com/graph/api/resources/group */
export interface Group {
  readonly objectId: string
  readonly uniqueName: string
  readonly displayName: string
  /** Object ids. */
  readonly memberIds: readonly string[]
}

/** A person: https://learn.microsoft.com/graph/api/resources/user */
export interface User {
  readonly objectId: string
  readonly userPrincipalName: string
  readonly displayName: string
  readonly givenName?: string
  readonly surname?: string
  /** `scrypt` of the password; without it the sign-in page asks for none. */
  readonly passwordHash?: string
}

/** The public keys of an application's certificates, with the names that assertions give them. */
export function certificateOf({ certificate }: ClientCertificate): X509Certificate {
  return new X509Certificate(certificate)
}

/** Whether a text names the application: its client id or one of its application ID URIs. */
export function isNamed(application: Application, name: string): boolean {
  return (
    application.appId === name.toLowerCase() ||
    name.toLowerCase() === `api://${application.appId}` ||
    application.identifierUris.some((uri) => uri === name || `${uri}/` === name)
  )
}
