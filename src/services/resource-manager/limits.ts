/** How often one expression may wait for a value of a deployed resource before the template is given up. */
export const pendingValuesMax = 1000

/** How deep deployments may stand inside each other. */
export const nestedDeploymentsMax = 50
