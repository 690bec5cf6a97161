/**
 * Rows of refunds for `insert into clearance_requests`, made in the database: `n` by `n`, each with the hashes that a request of its content has.
 * `args` is its canonical JSON.
 */
export const refundsSql = (series: string, { currency, amount = "n" }: { currency: string; amount?: string }) => `(
  select n, agent, args, 'sha256:' || encode(sha256(convert_to(args, 'UTF8')), 'hex') as args_hash,
    encode(sha256(convert_to('{"agent_id":"' || agent || '","session_id":"","tool_args":' || args || ',"tool_name":"stripe_refund"}', 'UTF8')), 'hex')
      as intent_hash
  from (select n, 'agent-' || n % 50 as agent, '{"amount":' || ${amount} || ',"currency":"${currency}","customer":"cus_' || n || '"}' as args
    from ${series} n) made) refunds`;
