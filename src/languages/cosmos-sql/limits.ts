/** Parentheses, subqueries and constructors inside each other. */
export const nestingDepthMax = 200

/** JOINs of a query: https://learn.microsoft.com/azure/cosmos-db/concepts-limits#sql-query-limits */
export const joinCountMax = 10

/** Calls of user-defined functions in a query, as above. */
export const userFunctionCallsMax = 10

/** Characters of a query: https://learn.microsoft.com/azure/cosmos-db/concepts-limits#sql-query-limits */
export const queryCharactersMax = 512 * 1024

/** How long a query works before it lets others run. */
export const workSliceMs = 8

/** Rows of a sorted run: sorting one must take less than a slice. */
export const sortRunRows = 2_048

/** Results handed out in one page. */
export const resultPageRows = 1_000

/** An ORDER BY with at most this OFFSET plus LIMIT keeps a heap instead of all rows. */
export const heapRowsMax = 10_000

/** Rows that the subqueries may look at for one row of the query: they cannot be interrupted. */
export const subqueryRowsMax = 250_000

/** How long a regular expression that cannot be proven linear may look at one text. */
export const patternTimeoutMs = 100

/** Operators of one kind in a row, and members of one path: each is a level of the stack. */
export const chainLengthMax = 1_000

/** Characters that REPLICATE may give: https://learn.microsoft.com/azure/cosmos-db/nosql/query/replicate */
export const replicateCharactersMax = 10_000

/** Compiled regular expressions and patterns kept by one query. */
export const patternCacheEntries = 100
