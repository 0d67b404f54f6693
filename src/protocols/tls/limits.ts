const dayMs = 24 * 3600 * 1000

/** How long the authority is valid: whoever trusts it should not have to do so again soon. */
export const authorityLifeMs = 3650 * dayMs

/** Clients refuse server certificates that are valid for longer than 398 days. */
export const certificateLifeMs = 397 * dayMs

/** What is closer to its end than this is issued anew. */
export const renewalMarginMs = 60 * dayMs

/** How often a running instance looks whether its certificate is. */
export const renewalCheckMs = 10 * dayMs

/** Valid from somewhat before now, since the clocks of containers and machines differ. */
export const backdatingMs = dayMs
