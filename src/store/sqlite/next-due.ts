/** When the first thing of a queue comes due, by kind. */
export const nextDueSql = {
  // A message under a lease is not looked at before its lease ends. Those are the oldest, so that the
  // search passes over no more than are leased.
  message:
    'SELECT m.due_at FROM messages m WHERE m.queue = ? AND m.state = ? AND m.due_at IS NOT NULL ' +
    'AND NOT EXISTS (SELECT 1 FROM leases l WHERE l.key = m.key) ORDER BY m.due_at LIMIT 1',
  group: 'SELECT min(lease_until) FROM groups WHERE queue = ? AND lease_until IS NOT NULL',
  lease: 'SELECT min(due_at) FROM leases WHERE key >= ? AND key < ?',
} as const
