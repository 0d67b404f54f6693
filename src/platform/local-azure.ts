/** Values that only Azure knows: here they are the same on every machine, so that names derived from them stay. */
export const localAzure = {
  subscriptionId: '5f2c0f0a-1d0e-4b9e-9c5e-0a1b2c3d4e5f',
  subscriptionName: 'Interline',
  tenantId: '7d1c3b5a-2e4f-4a6b-8c9d-1e2f3a4b5c6d',
  location: 'westeurope',
} as const
