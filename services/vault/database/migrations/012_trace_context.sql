-- Where the request stands in its caller's trace (W3C traceparent): whoever decides it later goes on there.
alter table clearance_requests add column traceparent text;
