/** https://learn.microsoft.com/azure/key-vault/secrets/about-secrets */
export const secretValueBytesMax = 25_600

/** https://learn.microsoft.com/azure/key-vault/general/about-keys-secrets-certificates#vault-name-and-object-name */
export const secretNameCharsMax = 127

/** https://learn.microsoft.com/azure/key-vault/secrets/about-secrets#secret-tags */
export const tagCountMax = 15
export const tagNameCharsMax = 256
export const tagValueCharsMax = 256

export const contentTypeCharsMax = 255

/** A secret is one document with all its versions; Azure too refuses to back up one with more. */
export const versionCountMax = 500

/** Secrets that one page of a list holds at most, and by default. */
export const pageSecretsMax = 25

/** A request carries one secret and its properties. */
export const requestBytesMax = 256 * 1024

/** Writers of the same secret that were overtaken so often get a conflict. */
export const overtakenCountMax = 20

/** https://learn.microsoft.com/azure/templates/microsoft.keyvault/vaults */
export const accessPolicyCountMax = 1_024
export const retentionDaysMin = 7
export const retentionDaysMax = 90
