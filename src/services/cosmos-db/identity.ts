/** Whose a token of Entra ID is, and what its principal may do: the platform joins this to Entra ID. */
export interface CosmosIdentity {
  /** Throws Azure's 401 for a token that is not good for this account. */
  verifyToken(token: string, account: string): { readonly principalId: string }
  /** https://learn.microsoft.com/azure/cosmos-db/nosql/security/how-to-grant-data-plane-role-based-access */
  allows(wanted: {
    readonly principalId: string
    readonly account: string
    /** `Microsoft.DocumentDB/databaseAccounts/sqlDatabases/containers/items/read` */
    readonly action: string
    /** Below the account: empty, `/dbs/orders`, `/dbs/orders/colls/items`; `*` where any will do. */
    readonly scope: string
  }): Promise<boolean>
}
