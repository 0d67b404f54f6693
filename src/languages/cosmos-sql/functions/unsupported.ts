/** Functions that Azure has and this evaluator refuses by name. */
export const unsupportedFunctions: ReadonlySet<string> = new Set([
  // https://learn.microsoft.com/azure/cosmos-db/nosql/query/geospatial
  'ST_AREA',
  'ST_DISTANCE',
  'ST_INTERSECTS',
  'ST_ISVALID',
  'ST_ISVALIDDETAILED',
  'ST_WITHIN',
  // https://learn.microsoft.com/azure/cosmos-db/nosql/query/vectordistance
  'VECTORDISTANCE',
  // https://learn.microsoft.com/azure/cosmos-db/gen-ai/full-text-search
  'FULLTEXTCONTAINS',
  'FULLTEXTCONTAINSALL',
  'FULLTEXTCONTAINSANY',
  'FULLTEXTSCORE',
  'RRF',
])
