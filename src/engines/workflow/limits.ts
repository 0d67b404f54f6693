/** How deep actions may nest: https://learn.microsoft.com/azure/logic-apps/logic-apps-limits-and-config#workflow-definition-limits */
export const nestingDepthMax = 8

/** Actions of one workflow. */
export const actionsMax = 500

/** Variables of one workflow. */
export const variablesMax = 250

/** Items that one loop over a list runs over. */
export const foreachItemsMax = 100_000

/** Iterations of one loop over a list that run at the same time: default and most. */
export const foreachConcurrency = { default: 20, max: 50 }

/** Iterations of a loop until a condition: default and most. */
export const untilCount = { default: 60, max: 5_000 }

/** How long a loop until a condition may go on. */
export const untilTimeoutMsDefault = 3_600_000

/** Actions that run one after the other without anything external before others get their turn. */
export const actionsPerTurnMax = 128

/** Pending events of one run are committed at the latest when there are this many. */
export const pendingEventsMax = 512
