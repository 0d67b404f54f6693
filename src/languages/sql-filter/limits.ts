/** Quotas of https://learn.microsoft.com/en-us/azure/service-bus-messaging/service-bus-quotas */

/** Characters of a filter or of an action; it also bounds how deep they nest. */
export const expressionLengthMax = 1024
/** Statements of one action. */
export const statementsMax = 32
